"""The styles in which references are printed (Vancouver, Nature, APA, Harvard, books), one function each."""

from __future__ import annotations

import re
from typing import Any

from articles.sources.bylines import read_names
from articles.sources.spellings import fold

_YEAR = r"(?P<year>(?:1[6-9]|20)\d\d)"
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]{0,6}"
_PAGES = r"(?P<pages>[A-Za-z]{0,3}\d{1,7}[A-Za-z]?(?:\s?-{1,2}\s?[A-Za-z]{0,3}\d{1,7}[A-Za-z]?)?)"
_VOLUME = r"(?P<volume>[A-Za-z]{0,2}\d{1,5}[A-Za-z]?(?:\s?Suppl\.?(?:\s?\d{1,2})?)?)"
_ISSUE = r"(?:\s?\((?P<issue>[^()]{1,24})\))?"

_VANCOUVER = re.compile(
    rf"[.,]?\s{_YEAR}(?:[\s,]{{1,2}}{MONTH}(?:-{MONTH})?\.?(?:\s\d{{1,2}})?)?\s?;\s?{_VOLUME}{_ISSUE}"
    rf"(?:\s?[:,]\s?(?:pp?\.?\s?)?{_PAGES})?(?=[\s.;,]|$)"
)
_NATURE = re.compile(rf"[.,]?\s{_VOLUME}{_ISSUE},\s{_PAGES}\s\({_YEAR}\)\.?$")
_AUTHORS_YEAR = re.compile(
    rf"(?P<authors>[^()]{{2,1500}}?)[\s,.]{{0,3}}\({_YEAR}[a-z]?(?:,?\s[^()]{{1,20}})?\)[.,:]?\s"
)
_IN_JOURNAL = re.compile(
    rf"(?P<container>[^\d,;:()]{{2,150}}?)[,.]?\s(?:vol(?:ume)?\.?\s?)?{_VOLUME}"
    rf"(?:{_ISSUE}|,?\s(?:no|issue|iss)\.?\s?(?P<number>\d{{1,4}}))"
    rf"(?:\s?[,:]\s?(?:pp?\.?\s?|Article\s|article\s)?{_PAGES})?\.?$"
)
_BOOK = re.compile(
    rf"(?P<title>.{{3,300}}?)[.,]\s(?:(?P<edition>\d{{1,2}}(?:st|nd|rd|th))\s(?:ed|edn|edition)\.?,?\s)?"
    rf"(?P<place>[A-Z][^.:;\d]{{1,40}}):\s(?P<publisher>[^:;]{{2,80}})[;,]\s{_YEAR}\.?$"
)
_QUOTED = re.compile(
    r"[\"'“‘](?P<title>.{3,400}?)[\"'”’][,.]?\s(?P<rest>.*)"
    r"|(?P<short>[^.?!].{3,400}?[.?!])[\"”]?\s(?P<more>.*)"
)
_LAST_YEAR = re.compile(rf"(?P<before>.*?[.,])\s(?:{MONTH}\s)?{_YEAR}\.?$")
_COMMAS = re.compile(
    rf"(?P<authors>[^,.]{{2,40}}(?: et al\.?)?),\s(?P<title>[^,]{{12,250}}),\s"
    rf"(?P<container>[^,]{{3,80}}),\s{_YEAR}\.?$"
)
_SMALL = {"of", "the", "and", "in", "for", "on", "to", "de", "la", "&"}


def structured(rest: str) -> dict[str, Any] | None:
    """The fields of `Work` in a reference without its identifiers, which ends in a full stop.

    None where no style is recognised.
    """
    plain = fold(rest)
    for read in (_vancouver, _nature, _authors_year, _book, _last_year, _commas):
        if (work := read(rest, plain)) is not None:
            return work
    return None


def _vancouver(rest: str, plain: str) -> dict[str, Any] | None:
    """Authors. Title. Journal. 2020;12(3):1-10."""
    tail = _VANCOUVER.search(plain)
    if not tail:
        return None
    where = _where(tail)
    work = _authors_title_container(rest[: tail.start()])
    return {**where, **work} if work else {**where, "title": rest[:-1]}


def _authors_title_container(before: str) -> dict[str, Any] | None:
    names, parts = _names_first(_sentences(before))
    if len(parts) < 2:
        return None
    container = [parts.pop()]
    while len(parts) > 1 and re.fullmatch(r"\w{1,9}\.", parts[-1]):
        container.insert(0, parts.pop())
    title = " ".join(parts)
    if not names and len(parts) > 1:
        return None
    return {"authors": names, "title": _title(title), "container": " ".join(container).rstrip(" .,")}


def _names_first(parts: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """The authors at the head of sentences and the sentences after them; initials may have ended some."""
    for count in range(min(len(parts), 20), 0, -1):
        names = read_names(" ".join(parts[:count]), groups=count == 1)
        if names:
            return names, parts[count:]
    return (), parts


def _nature(rest: str, plain: str) -> dict[str, Any] | None:
    """Authors. Title. Journal 12, 1-10 (2020)."""
    tail = _NATURE.search(plain)
    work = _authors_title_container(rest[: tail.start()]) if tail else None
    return {**_where(tail), **work} if tail and work and work["authors"] else None


def _authors_year(rest: str, plain: str) -> dict[str, Any] | None:
    """Authors (2020). Title. Journal, 12(3), 1-10."""
    head = _AUTHORS_YEAR.match(plain)
    names = read_names(rest[: head.end("authors")]) if head else ()
    if not head or not names:
        return None
    work: dict[str, Any] = {"authors": names, "year": int(head["year"])}
    after = rest[head.end() :]
    split = _QUOTED.match(fold(after))
    if not split:
        return {**work, "title": _title(after)}
    titled, more = ("title", "rest") if split["title"] else ("short", "more")
    title, follows = after[slice(*split.span(titled))], after[split.start(more) :]
    journal = _IN_JOURNAL.fullmatch(fold(follows))
    if journal:
        work |= {"container": follows[: journal.end("container")].rstrip(" .,"), **_where(journal)}
        return {**work, "title": _title(title)}
    if split["title"] or not follows.strip():
        return {**work, "title": _title(title)}
    return {**work, "title": _title(after)}


def _book(rest: str, plain: str) -> dict[str, Any] | None:
    """Authors. Title. 3rd ed. Place: Publisher; 2020."""
    first, _, after = rest.partition(". ")
    names = read_names(first)
    found = _BOOK.fullmatch(fold(after)) if names else None
    if not found:
        return None
    work = {name: after[slice(*found.span(name))] for name in ("title", "place", "publisher")}
    edition = (found["edition"] or "").rstrip("stndrh")
    return {**work, "kind": "book", "authors": names, "edition": edition, "year": int(found["year"])}


def _last_year(rest: str, plain: str) -> dict[str, Any] | None:
    """Authors. Title. Journal. 2020."""
    found = _LAST_YEAR.fullmatch(plain)
    names, parts = _names_first(_sentences(rest[: found.end("before")])) if found else ((), [])
    if not found or not names or not parts:
        return None
    work: dict[str, Any] = {"authors": names, "title": _title(parts[0]), "year": int(found["year"])}
    if len(parts) == 2 and _like_a_journal(parts[1]):
        return {**work, "container": parts[1].rstrip(" .,")}
    return work if len(parts) == 1 else None


def _commas(rest: str, plain: str) -> dict[str, Any] | None:
    """Surname, title, journal, 2020."""
    found = _COMMAS.fullmatch(plain)
    if not found or len(found["title"].split()) < 3 or not _like_a_journal(found["container"]):
        return None
    surname = re.sub(r"\s+et al\.?$", "", rest[: found.end("authors")])
    names = read_names(surname) or ((surname,) if re.fullmatch(r"[^\W\d_][\w'’-]+", surname) else ())
    if not names:
        return None
    title, container = (rest[slice(*found.span(name))] for name in ("title", "container"))
    return {"authors": names, "title": _title(title), "container": container, "year": int(found["year"])}


def _like_a_journal(name: str) -> bool:
    words = re.findall(r"[\w&]+", name)
    return 0 < len(words) <= 10 and all(word[0].isupper() or word in _SMALL for word in words)


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!])\s+(?=[\w(\[\"'“‘])", text.strip()) if part]


def _title(text: str) -> str:
    return text.strip(' "“”,').removesuffix(".").strip(' "“”,')


def _where(found: re.Match[str]) -> dict[str, Any]:
    groups = found.groupdict()
    issue = groups["issue"] or groups.get("number") or ""
    where: dict[str, Any] = {"volume": groups["volume"], "issue": issue}
    where["pages"] = re.sub(r"\s?-+\s?", "-", groups["pages"] or "")
    if groups.get("year"):
        where["year"] = int(groups["year"])
    return where
