"""Jobs: promised in the outbox, run once, by a loop or by Celery workers. See docs/jobs.md."""

from reviews.jobs.running import ATTEMPTS, BACK_OFF, run, run_all_due, run_due
from reviews.jobs.table import JOBS, Outside, Run

__all__ = ["ATTEMPTS", "BACK_OFF", "JOBS", "Outside", "Run", "run", "run_all_due", "run_due"]
