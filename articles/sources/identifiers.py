"""Identifiers of published works: what a pasted line is, what a reference holds, and why something is none.

Nothing is guessed. What may be two things is none, for a wrong identifier is worse than a missing one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from articles.sources.addresses import ADDRESS_TAIL, work_at
from articles.sources.reasons import reason
from articles.sources.spellings import (
    ARCHIVES,
    DOI_TAIL,
    LONGEST_DOI,
    SICI,
    arxiv,
    compact,
    doi,
    isbn,
    issn,
    may_be_date,
    may_be_pages,
    pmcid,
    pmid,
    tidy,
    whole,
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier in its one normal form.

    `kind` is “doi”, “pmid”, “pmcid”, “nct”, “arxiv”, “isbn”, “issn” or “url”. `value` is, in that order:
    a DOI in lower case without a resolver; digits without leading zeros; “PMC” and digits; “NCT” and eight
    digits; “2101.00001” or “hep-th/9901001” without a version; 13 digits; “0140-6736”; a normal address
    (see `articles.sources.addresses.web_address`). The DOI of an arXiv paper is a DOI.
    """

    kind: str
    value: str


# --- Patterns ---------------------------------------------------------------------------------------
# Every one is bounded, or takes what it has read, so that reading is linear in the length of the text.

_STOP = r"(?!https?://|pmc?id:|doi:)"
_BODY = (
    rf"(?:{_STOP}(?:[a-z0-9\-._:/()\[\]*'~!@$=+]|%[0-9a-f]{{2}}|{SICI}|&(?![a-z_]+=)|(?<=2-)\#"
    r"|[;,](?!https?:|doi|10\.\d{4}|pmc?id|\s)))+"
)
_DOI_LABEL = (
    r"(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/[ ]{1,2}"
    r"|(?<![a-z])doi(?:\s?(?:number|name|no\.?))?\s{0,2}[:=.#/]?\s{0,2}[\[(]?(?:doi:\s?)?)"
)
_PRINT = r"(?:print|online|electronic|linking|pbk|hbk|e-?book|paperback|hardback|hardcover|pdf)"
_FOUND = re.compile(
    rf"(?P<doi>{_DOI_LABEL}"
    rf"(?P<head>10\.[ ]?\d{{4,9}}(?:\.\d{{1,9}}){{0,3}}(?:[ ]?/[ ]?|%2f))(?P<body>{_BODY}))"
    rf"|(?P<bare>(?<![a-z0-9.])10\.\d{{4,9}}(?:\.\d{{1,9}}){{0,3}}(?:/|%2f){_BODY})"
    rf"|(?P<url>(?:https?://|(?<![\w@./-])(?:(?:www\.|dx\.|beta\.|export\.)?(?:doi|arxiv|europepmc)\.org|pubmed\.gov"
    rf"|(?:www\.|beta\.)?clinicaltrials\.gov|(?:www\.|pubmed\.|pmc\.)?ncbi\.nlm\.nih\.gov)/)"
    rf"(?:(?![;,|)\]]{{1,3}}https?://)(?:[^\s<>\"]|{SICI}))+)"
    r"|(?<![a-z])(?:pmids?|pubmed\s{0,2}(?:pmid|id|identifier|number|no\.?)|medline\s?id)\s{0,2}[:=#.]?\s{0,2}"
    r"(?:pmid:?\s?)?[\[(]?(?P<pmid>\d{1,12})(?!\d|[.-]\d|,\d{3}(?!\d)|(?!pmc|doi)[a-z_])"
    r"|(?<![a-z])pubmed(?:/(?P<pubmed>\d{1,8})|\s?[:#]?\s?(?P<pubmed5>\d{5,8}))(?!\d|[.-]\d|(?!pmc|doi)[a-z_])"
    r"|(?<![a-z0-9])(?:(?:pmcid|pmc\sid|pubmed\scentral(?:\sid)?)\s{0,2}[:=\#]?\s{0,2}[\[(]?(?:pmc)?\s?(?P<pmcid>\d{1,9})"
    r"|pmc(?P<pmc>\d{3,9})|pmc(?::\s?|\s)(?P<pmc5>\d{5,9}))(?:\.\d{1,2}(?!\d))?(?!\d|(?!pmid|doi)[a-z_])"
    r"|(?<![a-z0-9])nct\s?[-:\#]?\s?(?P<nct>\d{8})(?![a-z0-9_])"
    rf"|(?<![a-z])arxiv(?:\s(?:id|preprint))?\s{{0,2}}[:.]?\s{{0,2}}(?:arxiv:\s?)?"
    rf"(?P<arxiv>\d{{4}}\.\d{{4,5}}(?:v\d{{1,3}})?|(?:{ARCHIVES})(?:\.[a-z]{{2}})?/\d{{7}}(?:v\d{{1,3}})?)(?![a-z0-9_]|\.\d)"
    rf"|(?<![\w./-])(?P<paper>(?:{ARCHIVES})(?:\.[a-z]{{2}})?/\d{{7}}(?:v\d{{1,3}})?)(?![a-z0-9_/]|\.\d)"
    rf"|(?<![a-z])(?:[ep]-?)?isbn(?:[-\s]?1[03](?=[\s:]))?\s?(?:\({_PRINT}\.?\))?\s{{0,2}}[:=\#]?\s{{0,2}}"
    r"(?P<isbn>[0-9](?:[ -]{0,2}[0-9x]){8,14})(?![a-z])"
    r"|(?<![\w.-])(?P<isbn13>97[89](?:-?\d){10})(?![\w-])"
    rf"|(?<![a-z])(?:[epl]-?)?issn(?:-l)?\s?(?:\({_PRINT}\))?\s{{0,2}}[:=\#]?\s{{0,2}}"
    r"(?P<issn>\d{4}[ -]?\d{3}[\dx])(?![a-z0-9])",
    re.IGNORECASE,
)
NEWEST_PMID = 49_999_999
"""Above this no bare number is taken for a PMID; there were 42 million in 2026."""
_READERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "pmid": ("pmid", pmid),
    "pubmed": ("pmid", pmid),
    "pubmed5": ("pmid", pmid),
    "pmcid": ("pmcid", pmcid),
    "pmc": ("pmcid", pmcid),
    "pmc5": ("pmcid", pmcid),
    "nct": ("nct", "NCT{}".format),
    "arxiv": ("arxiv", arxiv),
    "paper": ("arxiv", arxiv),
    "isbn13": ("isbn", isbn),
    "issn": ("issn", issn),
}
_AROUND = re.compile(
    r"[\s.,;:!?'\"“”‘’«»()\[\]{}<>|*_•–—=-]|\b(?:doi|https?|url|urn|uri|info|link|web|website|pmid|pmcid|pubmed|nct|arxiv"
    r"|isbn|issn|id|identifier|identifiers?|clinicaltrials\.gov|trial|registration|number|available|from|at|see)\b",
    re.IGNORECASE,
)
_AFTER = re.compile(r"/[?#]?|\[[a-z-]{2,9}(?:\.[a-z-]{2,4})?\]", re.IGNORECASE)


_FIELD_LABEL = re.compile(r"\A(?:doi:\s*)?(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/)?", re.IGNORECASE)
_ANY_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_FIELD_PMID = re.compile(r"(?:pmid:?\s*)?(\d+)(?:\.0)?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """An identifier and where it stands, its label with it, in the text as `tidy` leaves it."""

    start: int
    end: int
    identifier: Identifier


def identify(text: str) -> Identifier | None:
    """The one identifier that a pasted line is, with or without a label, brackets or a full stop.

    None if it is none, if there is more beside it, or if it may be two things: five digits or a date of
    eight, eight digits that prove to be an ISSN as well, ten digits without a hyphen, “1234-1243” that may
    be pages, “2101.00001” without “arXiv”. `why_not` tells the person.
    """
    line = tidy(text).strip()
    return _alone(line) or _unlabelled(line.strip(" .,;:()[]<>\"'"))


def identifiers_in(text: str) -> list[Identifier]:
    """Every identifier in running text, in order, each once. A number alone is one only with its label."""
    return list(dict.fromkeys(found.identifier for found in found_in(tidy(text))))


def doi_of(field: str) -> str:
    """The DOI in a field of a record that promises one, labelled or not; empty if it holds none, or two.

    As `identify` writes it. One with letters that it would not take is kept in lower case: the record may
    know better, and a work that cannot be looked up is one that nobody watches.
    """
    token = _FIELD_LABEL.sub("", tidy(field).strip()).rstrip(".,;")
    if value := doi(token):
        return value
    return token.lower() if _ANY_DOI.fullmatch(token) and len(token) <= LONGEST_DOI else ""


def pmid_of(field: str) -> str:
    """The PMID in a field of a record that promises one; empty if there is none (some files write 0)."""
    found = _FIELD_PMID.fullmatch(field.strip())
    return pmid(found[1]) if found else ""


def found_in(text: str) -> Iterator[Found]:
    """Every identifier in `text`, which `tidy` has been through, with its place."""
    for match in _FOUND.finditer(text):
        group = match.lastgroup or ""
        if match["doi"] or match["bare"]:
            yield from _doi(text, match)
        elif match["url"]:
            token = whole(match["url"], ADDRESS_TAIL)
            kind, value = work_at(token)
            if kind:
                yield Found(match.start(), match.start() + len(token), Identifier(kind, value))
        elif match["isbn"]:
            yield from _isbn(match)
        else:
            kind, read = _READERS[group]
            if value := read(match[group]):
                yield Found(match.start(), match.end(), Identifier(kind, value))


def _doi(text: str, match: re.Match[str]) -> Iterator[Found]:
    """The DOI of a match, unless it seems broken: one that goes on after a space would come out short."""
    token = match["bare"] or match["head"].replace(" ", "") + match["body"]
    kept = whole(token, DOI_TAIL)
    end = match.end() - len(token) + len(kept)
    suffix = re.split(r"/|%2[fF]", kept, maxsplit=1)[-1]
    numbered = any(character.isdigit() for character in suffix)
    after, beyond = text[end : end + 6], text[match.end() : match.end() + 6]
    broken = (
        (" " in (match["head"] or "") and not numbered)
        or (not numbered and match["bare"] and text.strip() != match["bare"])
        or (not numbered and re.match(r"\.?\s{1,2}\d", after))
        or re.match(r"[(\[{]\d", after)
        or re.match(r"[^\W\d_\x00-\x7f\u0530-\U0010ffff]", beyond)
        or (token[-1] in "-._/" and re.match(r"\n(?!\d{1,3}[.)]\s)[a-z0-9]", beyond))
    )
    if not broken and (value := doi(kept)):
        yield Found(match.start(), end, Identifier("doi", value))


def _isbn(match: re.Match[str]) -> Iterator[Found]:
    """The 13 or 10 digits after the label that prove, if a space or nothing follows them."""
    written = match["isbn"]
    places = [place for place, character in enumerate(written) if character not in " -"]
    for first in (0, 2) if re.match(r"1[03] ", written) else (0,):
        for size in (13, 10):
            if len(places) < first + size:
                continue
            end = places[first + size - 1] + 1
            if (end == len(written) or written[end] == " ") and (value := isbn(written[places[first] : end])):
                yield Found(match.start(), match.start("isbn") + end, Identifier("isbn", value))
                return


def _alone(line: str) -> Identifier | None:
    """The identifier of a line in which nothing but labels and punctuation stands beside it."""
    found = list(found_in(line))
    if len({one.identifier for one in found}) != 1:
        return None
    rest, done = [], 0
    for one in found:
        rest.append(line[done : one.start])
        done = one.end
    after = _AFTER.sub("", line[done:], count=1)
    return found[0].identifier if not _AROUND.sub("", "".join([*rest, after])) else None


def _unlabelled(line: str) -> Identifier | None:
    """What a line without a label can only be."""
    if re.match(r"10\.\s?\d{4}", line):
        return _alone(f"doi:{line}")
    if re.fullmatch(r"\d{4}\.\d{4,5}v\d{1,3}", line, re.IGNORECASE):
        return _alone(f"arXiv:{line}")
    if re.fullmatch(r"97[89][\d -]{10,16}", line) or re.fullmatch(r"[\d -]{9,14}[\dX]", line, re.IGNORECASE):
        grouped = len(re.findall(r"[ -]", line)) == 3 or line[-1] in "xX" or len(compact(line)) == 13
        return _alone(f"ISBN {line}") if grouped else None
    if re.fullmatch(r"\d{4}-\d{3}[\dX]", line, re.IGNORECASE):
        return _alone(f"ISSN {line}") if not may_be_pages(line) else None
    if re.fullmatch(r"[1-9]\d{6,7}", line):
        return (
            Identifier("pmid", line)
            if not (may_be_date(line) or issn(line) or int(line) > NEWEST_PMID)
            else None
        )
    return None


# --- Why not ----------------------------------------------------------------------------------------


def why_not(text: str) -> str:
    """A sentence on why `text`, which looks like an identifier, is none; empty if it is one, or like none."""
    line = tidy(text).strip().strip(" .,;()[]<>\"'")
    if identify(text) or not line or len(line) > 500:
        return ""
    several = identifiers_in(line)
    if len(several) > 1:
        return f"This holds {len(several)} identifiers; paste them one at a time."
    if several:
        return f"There is more here than the identifier {several[0].value}; paste that alone."
    return reason(line)
