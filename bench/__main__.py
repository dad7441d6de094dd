"""`python -m bench [NAME] [OPTIONS]`: the measurement of that name, or all of them."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# The tests' environment: measurements never touch a real site's database.
import django

import tests.environment  # noqa: F401

django.setup()

from bench import carrying, desk, jobs, public, screening, search, spine, watching  # noqa: E402

MEASUREMENTS = {
    "carrying": carrying.main,
    "desk": desk.main,
    "jobs": jobs.main,
    "public": public.main,
    "screening": screening.main,
    "search": search.main,
    "spine": spine.main,
    "watching": watching.main,
}

if sys.argv[1:2] and sys.argv[1] in MEASUREMENTS:
    MEASUREMENTS[sys.argv.pop(1)]()
else:
    for measure in MEASUREMENTS.values():
        measure()
