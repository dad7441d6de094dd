"""What becomes of claims over the real histories of health pages: carried, reopened, to reconfirm, gone.

    python -m bench carrying

Every sentence that screening takes for a claim is anchored in a version and carried to the next one; what
came of it is counted, and checked: what counts as unchanged stands there word for word in a sentence that
did not change. The page histories lie outside this repository; where they are absent nothing is measured.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from articles.documents import Document, document
from bench.screening import SHARED, as_html
from reviews.anchors import Match, anchor_at, carry, sentences_around
from reviews.comparing import medical_changes
from reviews.screening import claims

OUTCOMES = ("carried", "changed medically: open again", "reworded: to reconfirm", "gone: kept as an orphan")


def histories() -> list[list[Document]]:
    """The versions of each page, oldest first."""
    folders = sorted(path for path in (SHARED / "revisions").glob("*") if path.is_dir())
    return [[_read(path) for path in sorted(folder.glob("*.md"))] for folder in folders]


def _read(path: Path) -> Document:
    text = path.read_text(encoding="utf-8", errors="replace")
    title = re.search(r"^title: *(.+)$", text, re.MULTILINE)
    return document(title=title.group(1) if title else path.stem, body=as_html(text))


def outcome(old: Document, new: Document, start: int, end: int) -> str:
    """What becomes of a claim at `start` to `end`; AssertionError when it would stand for other words."""
    anchor = anchor_at(old, start, end)
    match, place = carry(anchor, old, new)
    if match is Match.GONE:
        return OUTCOMES[3]
    before = sentences_around(old, start, end)
    after = sentences_around(new, place["start"], place["end"])
    assert new.text[place["start"] : place["end"]] == place["exact"] and place["exact"] in after
    if match is Match.SAME:
        assert (place["exact"], after) == (anchor["exact"], before)
        return OUTCOMES[0]
    return OUTCOMES[1] if medical_changes(before, after) else OUTCOMES[2]


def main() -> None:
    """Print the counts as a Markdown table."""
    pages = histories()
    if not pages:
        print("The page histories are not here: nothing was measured.")
        return
    counts: Counter[str] = Counter()
    for versions in pages:
        for old, new in pairwise(versions):
            counts.update(outcome(old, new, span.start, span.end) for span in claims(old))
    print(f"\n{sum(map(len, pages))} versions of {len(pages)} pages\n")
    print("| what became of a claim | how often |\n|---|---|")
    for name in OUTCOMES:
        print(f"| {name} | {counts[name]:,} |")
    print(f"| **all** | {sum(counts.values()):,} |")


if __name__ == "__main__":
    main()
