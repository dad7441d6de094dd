"""Files of references to works: RIS, BibTeX, PubMed's format and CSL-JSON; pure functions, no database."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from articles.sources.reading.bibtex import read_bibtex
from articles.sources.reading.csl import read_csl
from articles.sources.reading.nbib import read_nbib
from articles.sources.reading.outcome import Found, Problem, Reading, Unreadable
from articles.sources.reading.ris import read_ris

__all__ = ["LARGEST", "Problem", "Reading", "Unreadable", "read"]

LARGEST = 5 * 1024 * 1024
"""Bytes of the largest file that is read."""

_READERS: dict[str, Callable[[str], Found]] = {
    "csl-json": read_csl,
    "nbib": read_nbib,
    "ris": read_ris,
    "bibtex": read_bibtex,
}
_SIGNS = re.compile(
    r"^(?:(?P<nbib>PMID {0,2}- )|\s{0,4}(?P<ris>TY\s{0,4}-(?:\s|$))"
    r"|[ \t]*(?P<bibtex>@[ \t]*[A-Za-z]\w*[ \t]*[{(]))",
    re.M,
)
_WEAK_SIGNS = {
    "nbib": re.compile(r"^(?:TI|AU|LID|AID|PG) {1,3}- ", re.M),
    "ris": re.compile(r"^\s{0,4}[A-Z][A-Z0-9]\s{0,4}-\s", re.M),
    "bibtex": re.compile(r"@[ \t]*[A-Za-z]\w*[ \t]*[{(]"),
}
_SUFFIXES = {"ris": "ris", "bib": "bibtex", "nbib": "nbib", "medline": "nbib", "json": "csl-json"}


def read(data: bytes | str, *, name: str = "") -> Reading:
    """The works of a file, and a line for everything in it that was not read as it stands.

    The format is told by the content; the file's `name` decides only where that says nothing. Bytes may be
    UTF-8, UTF-16 or Latin-1, with any line ends. Every record is a work or a problem that was `left_out`; a
    record that is broken or cut short is a work as far as it goes, and a problem. Raises `Unreadable` with a
    sentence if the file is empty, larger than 5 MB, of more than 10,000 records, or of no format known here.
    """
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "replace"))
    if size > LARGEST:
        raise Unreadable("The file is larger than 5 MB. Divide it and import the parts.")
    text, unsure = _decoded(data) if isinstance(data, bytes) else (data, False)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip("\x00 \t\n\ufeff"):
        raise Unreadable("The file is empty.")
    form = _format(text, name)
    if not form:
        raise Unreadable("The file is none of RIS, BibTeX, PubMed (nbib) and CSL-JSON.")
    found = _READERS[form](text)
    if unsure:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        passage = text[max(0, text.index("\ufffd") - 20) :]
        found.problem(line, "Some characters are damaged; a mark stands in their place.", passage)
    if not found.works and not found.problems:
        raise Unreadable("The file holds no references.")
    return found.reading(form)


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text, and whether it is UTF-8 with damaged characters in it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "ignore"), False
    start = data[:400]
    if start.count(0) > len(start) // 3:
        odd = start[1::2].count(0) > start[::2].count(0)
        return data.decode("utf-16-le" if odd else "utf-16-be", "ignore"), False
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(
            data
        ), False  # A cut last character is no error.
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    sound = sum(letter > "\x7f" for letter in text) - text.count("\ufffd")
    if sound > text.count("\ufffd"):
        return text, True
    try:
        return data.decode("cp1252"), False
    except UnicodeDecodeError:
        return data.decode("latin-1"), False


def _format(text: str, name: str) -> str:
    if text.lstrip()[:1] in ("[", "{"):
        return "csl-json"
    if sign := _SIGNS.search(text):
        return sign.lastgroup or ""
    hint = _SUFFIXES.get(name.rpartition(".")[2].lower(), "")
    return next((form for form, sign in _WEAK_SIGNS.items() if form == hint and sign.search(text)), "")
