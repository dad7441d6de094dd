"""The many spellings of identifiers, and the one normal form of each; empty where it cannot be proved."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

LONGEST_DOI = 200
"""Characters; the longest among a hundred thousand real ones has fewer than a hundred."""

SICI = r"<\d{0,9}::?[^\s<>]{1,60}>"
"""The part in angle brackets of a DOI that holds a SICI (ANSI/NISO Z39.56): “<0569:EDILSA>”."""

# --- The text around --------------------------------------------------------------------------------

_ENTITY = re.compile(r"&(?:amp;)?(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_JOINERS = {0x200C: None, 0x200D: None}
_UNSEEN: dict[int, str | None] = dict.fromkeys(
    [0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
_CLEAR: dict[int, str | None] = {
    **_UNSEEN,
    **_JOINERS,
    **dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
}
_FOLD: dict[int, str | None] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D], "-"),
}
_PLAIN = {**_CLEAR, **_FOLD}


def clear(text: str) -> str:
    """`text` with entities read, odd spaces plain, and without what cannot be seen."""
    if "&" in text:
        text = _ENTITY.sub(lambda found: unescape(unescape(found.group())), text)
    return text if text.isascii() else _translated(text, _CLEAR, _UNSEEN)


def tidy(text: str) -> str:
    """`text` cleared and folded.

    Web addresses keep their dashes and wide letters, since another dash is another page.
    """
    return fold(clear(text))


def fold(text: str) -> str:
    """Plain dashes and letters for odd and wide ones, each character at its place."""
    return text if text.isascii() else _translated(text, _FOLD, {})


def _translated(text: str, table: dict[int, str | None], in_addresses: dict[int, str | None]) -> str:
    parts, done = [], 0
    for found in _ADDRESS.finditer(text):
        parts += [text[done : found.start()].translate(table), found.group().translate(in_addresses)]
        done = found.end()
    return "".join([*parts, text[done:].translate(table)])


def whole(token: str, tail: str) -> str:
    """`token` without the punctuation of the sentence around it.

    It ends before a closing bracket that nothing in it opens, and before an opening one that is never
    closed, then loses every final character that is in `tail`.
    """
    pairs = {")": "(", "]": "[", "}": "{"}
    opened: list[tuple[str, int]] = []
    end = len(token)
    for place, character in enumerate(token):
        if character in "([{":
            opened.append((character, place))
        elif character in pairs:
            if not opened or opened[-1][0] != pairs[character]:
                end = place
                break
            opened.pop()
    if opened:
        end = opened[0][1]
    return token[:end].rstrip(tail)


# --- DOI (ISO 26324) --------------------------------------------------------------------------------

DOI_TAIL = ".,;:!?'*_~/&"
_DOI = re.compile(
    r"10\.\d{4,9}(?:\.\d{1,9}){0,3}/"
    rf"(?:(?!https?:|pmc?id|doi:)(?:[a-z0-9\-._:/()\[\]*'~!@$=+]|[;,](?!doi|10\.\d{{4}})|&(?![a-z_]+=)|{SICI}"
    r"|(?<=2-)\#))+",
    re.ASCII | re.IGNORECASE,
)


def doi(token: str) -> str:
    """The DOI that `token` is, in lower case and percent-decoded; empty if it is none.

    The token holds no punctuation of the sentence around it any more: see `whole`.
    """
    text = token.translate(_PLAIN)
    for _ in range(2):
        if re.search(r"%[0-9a-fA-F]{2}", text):
            try:
                text = unquote(text, errors="strict")
            except UnicodeDecodeError:
                return ""
    text = text.translate(_PLAIN)
    proper = len(text) <= LONGEST_DOI and _DOI.fullmatch(text) and whole(text, DOI_TAIL) == text
    return text.lower() if proper else ""


# --- ISBN (ISO 2108) and ISSN (ISO 3297) ------------------------------------------------------------


def isbn(text: str) -> str:
    """The 13 digits of the ISBN that `text` is, in 10 or 13 digits with hyphens or spaces; else empty.

    The check digit is proved. 979-0 is no ISBN but printed music; one digit ten times is a filler.
    """
    digits = compact(text)
    if re.fullmatch(r"[0-9]{9}[0-9X]", digits) and len(set(digits)) > 1:
        if isbn10_check(digits) != digits[-1]:
            return ""
        body = "978" + digits[:9]
        return body + isbn13_check(body)
    if re.fullmatch(r"97(?:8|9[1-9])[0-9]{9,10}", digits) and len(digits) == 13:
        return digits if isbn13_check(digits) == digits[-1] else ""
    return ""


def issn(text: str) -> str:
    """The ISSN that `text` is, as “0140-6736”, its check digit proved; else empty."""
    digits = compact(text)
    if not re.fullmatch(r"[0-9]{7}[0-9X]", digits) or issn_check(digits) != digits[-1] or digits == "0" * 8:
        return ""
    return f"{digits[:4]}-{digits[4:]}"


def compact(text: str) -> str:
    """`text` in capitals without hyphens and spaces."""
    return re.sub(r"[\s-]", "", text).upper()


def isbn10_check(digits: str) -> str:
    """The check digit for the first nine of `digits`."""
    return _check11(digits[:9], 10)


def isbn13_check(digits: str) -> str:
    """The check digit for the first twelve of `digits`."""
    return str(-sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(digits[:12])) % 10)


def issn_check(digits: str) -> str:
    """The check digit for the first seven of `digits`."""
    return _check11(digits[:7], 8)


def _check11(digits: str, weight: int) -> str:
    rest = -sum(int(d) * (weight - place) for place, d in enumerate(digits)) % 11
    return "X" if rest == 10 else str(rest)


# --- Numbers of registers ---------------------------------------------------------------------------

ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat"
    "|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|nucl-ex|nucl-th"
    "|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
"""The archives of arXiv that numbered their papers themselves, until March 2007."""

_ARXIV = re.compile(
    rf"(?P<new>(?P<year>\d\d)(?P<month>\d\d)\.(?P<number>\d{{4,5}}))(?:v\d{{1,3}})?"
    rf"|(?P<archive>{ARCHIVES})(?:\.[a-z]{{2}})?/(?P<old>\d\d(?:0[1-9]|1[0-2])\d{{3}})(?:v\d{{1,3}})?",
    re.IGNORECASE | re.ASCII,
)


def arxiv(text: str) -> str:
    """The arXiv number that `text` is, “2101.00001” or “hep-th/9901001”; else empty.

    The version goes, and so does the subject class of an old number: neither makes another paper. New
    numbers began in April 2007 with four digits after the dot, and have five since January 2015.
    """
    found = _ARXIV.fullmatch(text)
    if not found:
        return ""
    if found["old"]:
        return f"{found['archive'].lower()}/{found['old']}"
    begun = found["year"] + found["month"]
    if not ("01" <= found["month"] <= "12" and begun >= "0704"):
        return ""
    return str(found["new"]) if len(found["number"]) == (5 if begun >= "1501" else 4) else ""


def pmid(text: str) -> str:
    """The PubMed number that the digits `text` are, without leading zeros; empty if they are too many."""
    digits = text.lstrip("0")
    return digits if digits.isdecimal() and len(digits) <= 8 else ""


def pmcid(text: str) -> str:
    """“PMC” and the digits `text`, without leading zeros; empty if they are too many."""
    digits = text.lstrip("0")
    return f"PMC{digits}" if digits.isdecimal() and len(digits) <= 8 else ""


# --- Numbers that are something else ----------------------------------------------------------------


def may_be_pages(line: str) -> bool:
    """Whether “1234-1243” may be pages or years: they count up, by less than a thousand, and end in no X."""
    first, last = line.split("-")
    return not line.startswith("0") and last.isdecimal() and 0 <= int(last) - int(first) < 1000


def may_be_date(line: str) -> bool:
    """Whether eight digits may be a day, as 20201231 or as 31122020."""
    return bool(
        re.fullmatch(r"(?:1[89]|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", line)
        or re.fullmatch(r"(?:[0-2]\d|3[01]){2}(?:1[89]|20)\d\d", line)
    )
