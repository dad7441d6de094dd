"""Plain text out of the fields of a reference: no markup, no line breaks, one way to write pages and days."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from html import unescape

_NAMES = (
    "i|b|u|em|strong|sub|sup|sc|scp|small|span|p|br|q|tt|font|italic|bold|underline|monospace|roman|sans-serif"
    "|overline|strike|title|subtitle|inline-formula|tex-math|alternatives|math|mi|mn|mo|mrow|msub|msup|msubsup"
    "|mfrac|msqrt|mover|munder|mtext|mspace|mstyle|mml:[a-z]+|jats:[a-z-]+|xref|ext-link|named-content|div|a"
)
_TAG = re.compile(
    rf"<(?P<close>/?)(?P<name>{_NAMES})(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*/?>", re.I
)
_GLUED = re.compile(
    r"(?<=[^\W\d_]{3})<(i|em|italic)>([^\W\d_]{3}[^<>]{0,80})</\1>"
    r"|<(i|em|italic)>([^<>]{0,80}[^\W\d_]{3})</\3>(?=[^\W\d_]{3})",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]{3}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]+")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_YEAR = re.compile(r"(?<!\d)(?:1[0-9]|20|21)\d\d(?!\d)")
_NO_PAGES = re.compile(r"(?:no|n/?a|n\.?p\.?|null|none|-+)(?:-(?:no|n/?a|n\.?p\.?|null|none))?", re.I)


def plain(text: str) -> str:
    """`text` without HTML and JATS tags, entities, what cannot be seen, and runs of white space."""
    for _ in range(5):  # Some deposits are escaped twice.
        before = text
        if "<" in text:
            # Publishers leave out the space before a name of a species that is set in italics.
            text = _GLUED.sub(_with_spaces, text)
            text = _TAG.sub(_without, text)
        if "&" in text:
            text = _ENTITY.sub(lambda entity: unescape(entity.group()), text)
        if text == before:
            break
    text = text.encode("utf-8", "replace").decode()
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", text)).split())


def title(text: str) -> str:
    """A title in plain text; a final full stop is dropped, an ellipsis is not."""
    text = plain(text)
    rest = text.removesuffix(".").rstrip()
    return text if rest.endswith(".") else rest


def pages(text: str) -> str:
    """“101-10”, “e1234”; nothing for “n/a-n/a”."""
    text = re.sub(r"\s*(?:-{1,3}|[‐‑‒–—−])\s*", "-", plain(text))
    text = re.sub(r"^pp?(?:\.\s*|\s+)(?=\w)", "", text)
    return "" if _NO_PAGES.fullmatch(text) else text.strip("- ")


def year(text: str) -> int | None:
    """The first year of four figures in `text`."""
    found = _YEAR.search(text)
    return int(found.group()) if found else None


def day(text: str) -> str:
    """The first full date in `text`, year first, as YYYY-MM-DD; else nothing."""
    for found in _DAY.finditer(text):
        try:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        except ValueError:
            continue
    return ""


def _without(tag: re.Match[str]) -> str:
    """Nothing for a tag, or a space where it parts two words; formulas are often set without their spaces."""
    name = tag["name"].lower()
    if name in ("math", "mml:math"):
        text, start, end = tag.string, tag.start(), tag.end()
        glued = (
            _WORD.fullmatch(text, end, end + 3)
            if tag["close"]
            else _WORD.fullmatch(text, max(0, start - 3), start)
        )
        return " " if glued else ""
    return " " if name in ("br", "p", "div") else ""


def _with_spaces(match: re.Match[str]) -> str:
    word = match[2] or match[4]
    before = " " if match[2] else ""
    after = " " if match[4] or re.match(r"[^\W\d_]{3}", match.string[match.end() : match.end() + 3]) else ""
    return f"{before}{word}{after}"
