"""Page numbers as references print them (AMA Manual of Style, 11th edition: ranges in full)."""

from __future__ import annotations

import re

_HYPHEN = re.compile(r"\s*(?:--+|[-‐‑‒–—−])\s*")
_RANGE = re.compile(r"(?P<prefix>[A-Za-z]*)(?P<first>\d+)-(?P<again>[A-Za-z]*)(?P<last>\d+)")
_ROMAN = re.compile(r"([ivxlcdm]+)-([ivxlcdm]+)", re.I)


def printed_pages(pages: str) -> str:
    """Ranges with an en dash and every figure: “101-10” is “101–110”, “S104-S109” is “S104–S109”.

    Those who read here are patients, to whom “12–9” is a riddle. What PubMed shortened is written out; a
    range of one page is that page. What is no plain range (“198-a-198”, “210-101”, “iv-vii”, “e1234”)
    keeps its figures.
    """
    pages = re.sub(r"^pp?(?:\.\s*|\s+)(?=\w)", "", _HYPHEN.sub("-", pages.strip()))
    pieces = (" ".join(piece.split()).strip("-.:; ") for piece in pages.split(","))
    return ", ".join(_printed(piece) for piece in pieces if piece)


def _printed(piece: str) -> str:
    if match := _RANGE.fullmatch(piece):
        prefix, first, again, last = match["prefix"], match["first"], match["again"], match["last"]
        if not again or again == prefix:
            last = _in_full(first, last)
            return f"{prefix}{first}" + ("" if first == last else f"–{again}{last}")
    if piece.count("-") == 1 and (re.search(r"\d[A-Za-z]?-[A-Za-z]?\d", piece) or _ROMAN.fullmatch(piece)):
        return piece.replace("-", "–")
    return piece


def _in_full(first: str, last: str) -> str:
    """The last page with the figures that it shares with the first: 101 and 10 are 110."""
    whole = first[: -len(last)] + last if len(last) < len(first) else last
    return whole if int(whole) > int(first) else last
