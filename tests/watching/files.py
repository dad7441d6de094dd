"""Files of retraction records, made up for tests."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

COLUMNS = (
    "Record ID", "Title", "Subject", "Institution", "Journal", "Publisher", "Country", "Author", "URLS",
    "ArticleType", "RetractionDate", "RetractionDOI", "RetractionPubMedID", "OriginalPaperDate",
    "OriginalPaperDOI", "OriginalPaperPubMedID", "RetractionNature", "Reason", "Paywalled", "Notes", "",
)  # fmt: skip


def watched(number: int = 1, **cells: str) -> list[str]:
    """A row as Retraction Watch writes it."""
    row = {
        "Record ID": str(number),
        "Title": f"Walking, and what it does: trial {number}",
        "RetractionDate": "3/9/2024 0:00",
        "RetractionDOI": f"10.1000/notice.{number}",
        "RetractionPubMedID": "0",
        "OriginalPaperDOI": f"10.1000/Work.{number}",
        "OriginalPaperPubMedID": "0",
        "RetractionNature": "Retraction",
        "Reason": "+Concerns/Issues about Data;+Unreliable Results;",
        **cells,
    }
    return [row.get(name, "") for name in COLUMNS]


def as_csv(*rows: list[str], header: tuple[str, ...] = COLUMNS) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def update(number: int = 1, kind: str = "retraction", **fields: Any) -> str:
    """A line of updates by DOI."""
    entry = {
        "retracted": kind.lower() == "retraction",
        "timestamp": 1_709_942_400_000,  # 9 March 2024
        "identifier": {"doi": f"10.1000/work.{number}"},
        "title": f"Walking: trial {number}",
        "updates": [
            {"type": kind, "identifier": {"doi": f"10.1000/notice.{number}"}, "timestamp": 1_717_200_000_000}
        ],
        **fields,
    }
    return json.dumps(entry) + "\n"


def file(folder: Path, content: str | bytes, name: str = "records.csv") -> Path:
    """The content as a file; packed where the name ends in gz."""
    raw = content.encode() if isinstance(content, str) else content
    path = folder / name
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return path
