"""The record: appending to it and checking that it holds."""

from reviews.audit.log import append, entry, record
from reviews.audit.verification import Fault, Report, verify

__all__ = ["Fault", "Report", "append", "entry", "record", "verify"]
