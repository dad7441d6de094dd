"""The record: appending to it and checking that it holds."""

from reviews.audit.log import record
from reviews.audit.verification import Fault, Report, verify

__all__ = ["Fault", "Report", "record", "verify"]
