"""Which lines of a plain-text article are headings. A heading missed costs less than one invented."""

from __future__ import annotations

import re
from collections.abc import Sequence

from articles.importing.lines import Line

MAX_WORDS = 12
MAX_LENGTH = 90

_ENDS_A_SENTENCE = tuple(".,;:…。．，、；：।،؛")
_BEFORE_THE_WORDS = re.compile(r"(?:\d+[.)]\s+)?[\"'“‘«(¿¡]*")
_CLOSING = "\"'”’»)]"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = rf"(?:{_DAY} {_MONTH},?|{_MONTH} {_DAY},?) \d{{4}}|\d{{4}}-\d\d-\d\d"
_NEVER = re.compile(
    r"skip to .*|share|share (?:this|on|via)\b.*|menu|search|home|print|subscribe|advertisement"
    r"|sign in|log in|back to top|(?:read|learn|show|see) more\W*"
    r"|(?:see also|also read|read also|read more|read next)[\s:]+\S.*"
    r"|\d+[ -]min(?:ute)?s?\b.*"
    r"|(?:medically |fact[- ]|last )?(?:written|reviewed|checked|edited|updated|published|posted)"
    rf"(?: (?:by|on)\b|\W+(?:\d|{_MONTH} \d)).*"
    rf"|{_DATE}"
    r"|(?-i:By(?: (?:Dr|Prof)\.?)?(?: [A-Z][\w.’'-]*){2,}(?:,.*)?)"
    r"|.*(?:://|www\.|\S@\S).*",
    re.IGNORECASE,
)
"""Page furniture, pointers to other pages, bylines, dates and addresses: short lines, no headings."""


def could_be_heading(text: str) -> bool:
    """Whether a line taken by itself looks like a heading.

    It has at most 12 words and 90 characters, begins as a sentence or title does, does not end like a
    sentence (a question or exclamation mark may stand), and is no known page furniture.
    """
    if len(text) > MAX_LENGTH or len(text.split()) > MAX_WORDS:
        return False
    if text.rstrip(_CLOSING + " ").endswith(_ENDS_A_SENTENCE) or _NEVER.fullmatch(text):
        return False
    start = _BEFORE_THE_WORDS.sub("", text)
    if not start[:1].isalnum() or not any(character.isalpha() for character in start):
        return False
    first = start.split(None, 1)[0]
    # "pH and you" and "mRNA vaccines" begin small; "brown concrete building" is a caption.
    return not first[0].islower() or any(character.isupper() for character in first)


def find_headings(entries: Sequence[Line | None]) -> set[int]:
    """The places of the headings among `entries`, the lines of a body; None stands for a whole list.

    A line that could be a heading is one when something follows it. Of three or more in a row only
    the first and the last are: the others are rather an address, or a list without bullets. Two or
    more after a colon are such a list as a whole.
    """
    found: set[int] = set()
    at = 0
    while at < len(entries):
        end = at
        while end < len(entries) and _is_candidate(entries[end]):
            end += 1
        run = range(at, end)
        before = entries[at - 1] if at else None
        listed = len(run) > 1 and before is not None and before.text.endswith((":", "："))
        if run and not listed:
            found |= set(run) if len(run) < 3 else {run[0], run[-1]}
        at = end + 1
    found.discard(len(entries) - 1)
    return found


def _is_candidate(line: Line | None) -> bool:
    return line is not None and not line.joined and "#" not in line.marker and could_be_heading(line.source)
