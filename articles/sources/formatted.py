"""References as people paste them: a list into single ones, and one into what can surely be read of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

from articles.sources.identifiers import found_in, identifiers_in, identify
from articles.sources.printed import MONTH, structured
from articles.sources.reasons import reason
from articles.sources.spellings import clear, fold
from articles.sources.works import Work

LONGEST = 4000
"""Characters of a reference in which structure is looked for; what is longer is no single reference."""

# --- A list -----------------------------------------------------------------------------------------

_MARK = re.compile(r"(?:\[(\d{1,3})\]|\((\d{1,3})\)|(\d{1,3})[.)])(?:\s+|(?=[^\W\d_]))|[•‣◦·*–-]\s+")
_GOES_ON = re.compile(r"[a-z(\d\"'“‘&]|(?:DOI|PMID|PMCID|Available|Retrieved|Accessed)\b")
_NUMBER = re.compile(r"(?:[ep]-?)?(?:isbn|issn|pmid|pmcid|nct)\b", re.IGNORECASE)


def split_list(text: str) -> list[str]:
    """The single references of a pasted list, in order, without numbers and bullets, each on one line.

    Numbers must count up by one, so that a wrapped line that begins with a number begins no reference.
    Without marks, blank lines divide; without those, lines do, unless one plainly goes on from the last.
    """
    lines = [line.strip() for line in clear(text).splitlines()]
    if any(_MARK.match(line) for line in lines[:1]) or sum(bool(_MARK.match(line)) for line in lines) > 1:
        parts = _by_marks(lines)
    elif "" in "\n".join(lines).strip().split("\n"):
        parts = [block.split("\n") for block in re.split(r"\n{2,}", "\n".join(lines))]
    else:
        parts = _by_lines(lines)
    return [joined for part in parts if (joined := _joined(part))]


def _by_marks(lines: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    last: int | None = None
    for line in lines:
        mark = _MARK.match(line)
        number = int(next((group for group in mark.groups() if group), 0)) if mark else 0
        if mark and (not number or last is None or number == last + 1):
            parts.append([line[mark.end() :]])
            last = number or last
        else:
            parts[-1].append(line)
    return parts


def _by_lines(lines: list[str]) -> list[list[str]]:
    parts: list[list[str]] = []
    last, alone, identified = "", False, False
    for line in lines:
        is_one, holds_one = identify(line) is not None, bool(identifiers_in(line))
        if not holds_one and _NUMBER.match(line) and reason(line):  # a wrong one stands for itself, too
            is_one = holds_one = True
        unfinished = bool(re.search(r"(?:[,;:&/-]|\band)$", last))
        goes_on = not identified if is_one else not alone and bool(_GOES_ON.match(line))
        if parts and (unfinished or goes_on):
            parts[-1].append(line)
            alone, identified = False, identified or holds_one
        else:
            parts.append([line])
            alone, identified = is_one, holds_one
        last = line
    return parts


def _joined(lines: list[str]) -> str:
    joined = ""
    for line in filter(None, lines):
        joined += line if not joined or joined[-1] in "-/" else f" {line}"
    return " ".join(joined.split())


# --- One reference ----------------------------------------------------------------------------------

_ACCESSED = re.compile(
    rf"[\[(]?\b(?:last\s)?(?:accessed|cited|retrieved|viewed)(?:\son)?:?\s"
    rf"(?:(?P<d>\d{{1,2}})\s(?P<m>{MONTH})\.?,?\s(?P<y>20\d\d)"
    rf"|(?P<m2>{MONTH})\.?\s(?P<d2>\d{{1,2}}),?\s(?P<y2>20\d\d)"
    rf"|(?P<y3>20\d\d)\s(?P<m3>{MONTH})\.?\s(?P<d3>\d{{1,2}})"
    r"|(?P<iso>20\d\d-\d\d-\d\d))[\])]?[.,]?(?:\sfrom:?)?",
    re.IGNORECASE,
)
_LABELS = re.compile(
    r"(?:\b(?:available\s(?:from|at)|retrieved\sfrom|url|doi|full\stext)\s?:?\s?(?=[.,;)\]\s]{0,20}$)"
    r"|\[(?:Internet|online|e-?pub[^\]]{0,30})\]\.?"
    r"|\bEpub\s(?:ahead of print|20\d\d [A-Z][a-z]{2}(?: \d{1,2})?)\.?)",
    re.IGNORECASE,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def read_reference(text: str) -> Work:
    """What can surely be read of one reference in Vancouver, AMA, APA or Harvard style, or close to one.

    A field that is not sure stays empty. Where no style is recognised the whole text, without its
    identifiers and the day of access, is the title: none is ever made up. `kind` is another than
    “journal-article” only where the reference says so: a register's number or a web page alone, an ISBN
    or a publisher's place, a title that names a systematic review.
    """
    line = " ".join(
        re.sub(r"</?(?:i|em|b|strong|sup|sub|span)>", "", clear(text), flags=re.IGNORECASE).split()
    )
    if mark := re.match(r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}[.)]|[•*])\s+", line):
        line = line[mark.end() :]
    known: dict[str, Any] = {}
    kept, done = [], 0
    for found in found_in(fold(line)):
        known.setdefault(found.identifier.kind, found.identifier.value)
        kept.append(line[done : found.start])
        done = found.end
    rest = " ".join([*kept, line[done:]])
    if accessed := _ACCESSED.search(fold(rest)):
        known["accessed"] = _day(accessed)
        rest = rest[: accessed.start()] + " " + rest[accessed.end() :]
    rest = re.sub(r"\s+([.,;])", r"\1", " ".join(_LABELS.sub(" ", rest).split()))
    rest = re.sub(r"[(\[][ .,;:]{0,9}[)\]]", "", rest).rstrip(" .,;:([")
    rest = f"{rest}." if rest else ""
    work = structured(rest) if len(rest) <= LONGEST else None
    if work is None:
        work = {"title": rest[:-1].strip(" ,;:")}
    return _with_kind(replace(Work(), **{**work, **known}))


def _day(found: re.Match[str]) -> str:
    parts = {name: value for name, value in found.groupdict().items() if value}
    try:
        if "iso" in parts:
            return date.fromisoformat(parts["iso"]).isoformat()
        year, month, day = (next(v for n, v in parts.items() if n[0] == letter) for letter in "ymd")
        return date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day)).isoformat()
    except ValueError:
        return ""


def _with_kind(work: Work) -> Work:
    """`work` with the kind that its fields leave no doubt about."""
    in_journal = bool(work.doi or work.pmid or work.pmcid or work.arxiv or work.volume)
    if re.search(r"\bsystematic review(?: and meta-analysis)?$", work.title, re.IGNORECASE):
        return replace(work, kind="systematic-review")
    if in_journal:
        return work if work.kind != "book" or not work.volume else replace(work, kind="journal-article")
    if work.isbn:
        return replace(work, kind="book")
    if work.nct:
        return replace(work, kind="trial")
    if work.url and not work.container and work.kind != "book":
        return replace(work, kind="web-page")
    return work
