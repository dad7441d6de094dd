"""The approval record: who approved what, on which grounds. A page, a file, and the checks of that file."""

from reviews.records.building import SCHEMA, file_bytes, open_record, record
from reviews.records.checking import Line, check
from reviews.records.reading import LARGEST, NotARecord, parse

__all__ = [
    "LARGEST",
    "SCHEMA",
    "Line",
    "NotARecord",
    "check",
    "file_bytes",
    "open_record",
    "parse",
    "record",
]
