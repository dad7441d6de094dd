"""The lines of a plain-text file: where they break, what marker they begin with, which are one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from unicodedata import category

_BREAK = re.compile("\r\n|[\n\v\f\r\x85\u2028\u2029]")
# A marker is one only before text: "* * *" and "-----" are ornaments and stay as they are. The white
# space is possessive, since retrying a million spaces one by one would take hours.
_BULLET = re.compile(r"(?:([-*–·])\s++|([•◦▪‣●○])\s*+)(?=.*\w)(.+)")
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,2})([.)])\s++(?=.*\w)(.+)")
_HASHES = re.compile(r"(#{1,6})\s++([^#\s].*)")

WRAP_WIDTHS = range(50, 101)
"""The longest line of a file whose paragraphs were broken into lines by an editor or mail program."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or several that belong together; `text` is what a reader reads, without the marker."""

    text: str
    indent: int = 0
    marker: str = ""
    """`-` for any bullet, `1.` or `1)` for a number, the hashes of a heading, or nothing."""
    number: int = 0
    after_blank: bool = False
    joined: bool = False

    @property
    def is_item(self) -> bool:
        return self.marker[:1] in ("-", "1")

    @property
    def source(self) -> str:
        """The text with its number, as the file has it."""
        return f"{self.number}{self.marker[1]} {self.text}" if self.marker[:1] == "1" else self.text


def split(text: str) -> list[str]:
    """The lines of `text`, blank ones empty; every kind of line break counts, so do form feeds."""
    return [line if _is_visible(line) else "" for line in _BREAK.split(text.lstrip("\ufeff"))]


def _is_visible(line: str) -> bool:
    return any(not character.isspace() and category(character) != "Cf" for character in line)


def logical_lines(rows: list[str]) -> list[Line]:
    """The lines of a file with markers taken off and wrapped paragraphs and list items put together."""
    counts = Counter(match[1] for row in rows if (match := _BULLET.match(row.strip())))
    # One asterisk or dash in a whole file is a footnote or a name under a quotation, no list.
    lone = {sign for sign in "*–" if counts[sign] == 1}
    return list(_joined(list(_marked(rows, lone)), _wrap_width(rows)))


def _marked(rows: list[str], lone: set[str]) -> Iterator[tuple[Line, int]]:
    """Each line that is not blank, and its length in the file."""
    after_blank = True
    for row in rows:
        if not row:
            after_blank = True
            continue
        expanded = row.replace("\xa0", " ").expandtabs(4)
        indent = len(expanded) - len(expanded.lstrip())
        text = re.sub(r"[ \t]+", " ", row.strip())
        line = replace(_unmarked(text, lone), indent=indent, after_blank=after_blank)
        yield line, len(expanded.rstrip())
        after_blank = False


def _unmarked(text: str, lone: set[str]) -> Line:
    if (match := _BULLET.fullmatch(text)) and match[1] not in lone:
        return Line(match[3], marker="-")
    if match := _NUMBER.fullmatch(text):
        return Line(match[3], marker="1" + match[2], number=int(match[1]))
    # "# of patients" is text; a heading begins as headings do.
    if (match := _HASHES.fullmatch(text)) and not match[2][0].islower():
        return Line(match[2], marker=match[1])
    return Line(text)


def _joined(lines: list[tuple[Line, int]], width: int | None) -> Iterator[Line]:
    if not lines:
        return
    (current, length), parts = lines[0], [lines[0][0].text]
    for line, its_length in lines[1:]:
        hangs = current.is_item and line.indent >= current.indent + 2
        runs_on = width is not None and _is_full(length, line.text, width)
        if not line.after_blank and not line.marker and "#" not in current.marker and (hangs or runs_on):
            parts.append(line.text)
        else:
            yield _whole(current, parts)
            current, parts = line, [line.text]
        length = its_length
    yield _whole(current, parts)


def _whole(line: Line, parts: list[str]) -> Line:
    return line if len(parts) == 1 else replace(line, text=" ".join(parts), joined=True)


def _wrap_width(rows: list[str]) -> int | None:
    """The width at which the file's paragraphs were broken into lines; None when each is one line.

    They were when most lines that another follows directly are full: its first word would not have
    fitted any more.
    """
    rows = [row.expandtabs(4).rstrip() for row in rows]
    width = max((len(row) for row in rows if " " in row.strip()), default=0)
    if width not in WRAP_WIDTHS:
        return None
    pairs = [(a, b) for a, b in pairwise(rows) if a and b and not _unmarked(b.strip(), set()).marker]
    full = sum(_is_full(len(a), b.strip(), width) for a, b in pairs)
    return width if full >= 2 and full >= 0.6 * len(pairs) else None


def _is_full(length: int, following: str, width: int) -> bool:
    return length + 1 + len(following.split(None, 1)[0]) > width
