"""Reads BibTeX and BibLaTeX files.

The file is cut into entries here, so that a broken one costs only itself; bibtexparser reads them one by one,
and what it cannot read is searched for fields line by line.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from itertools import zip_longest

from bibtexparser.model import DuplicateFieldKeyBlock, Entry, String
from bibtexparser.splitter import Splitter

from articles.sources import kinds
from articles.sources.names import read_name
from articles.sources.reading.assembling import Raw
from articles.sources.reading.latex import from_latex
from articles.sources.reading.outcome import Found

# What it would write into the log is told to the person who imports the file.
logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL + 1)

_START = re.compile(r"(?:^|(?<=[})]))[ \t]*@[ \t]*([A-Za-z]\w*)[ \t]*[{(]", re.M)
_LINE_START = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]\w*[ \t]*[{(]", re.M)
_MARK = re.compile(r"(?<!\\)[{}()\"]")
_FIELD = re.compile(r"(?:^|[,\n])[ \t]*([A-Za-z][\w:-]*)[ \t]*=[ \t]*(?=[{\"]|\w+[ \t]*(?:[,}\n]|$))")
_PIECE = re.compile(r"\s*(?:(?P<number>\d+)|(?P<name>[^\s{}\"#,]+)|(?P<open>[{\"]))")
_LITERAL = re.compile(r"\\textbackslash\{\}|\\textbraceleft\{\}|\\textbraceright\{\}|\\([_%#&$~^{}])|[{}]")
_LITERALS = {r"\textbackslash{}": "\\", r"\textbraceleft{}": "{", r"\textbraceright{}": "}"}
_VERBATIM = ("doi", "url", "eprint", "pmid", "pmcid", "file")
_CUT = "The file ends in the middle of this entry."
_BROKEN = "The entry is no valid BibTeX; only a part of it could be read."


@dataclass(frozen=True, slots=True)
class _Chunk:
    start: int
    end: int
    type: str
    closed: bool


def read_bibtex(text: str) -> Found:
    """Every entry of `text`; `@string` is understood, comments and preambles are none."""
    found = Found()
    strings: dict[str, str] = {}
    line, counted, after = 1, 0, 0
    for chunk in _chunks(text):
        line, counted = line + text.count("\n", counted, chunk.start), chunk.start
        _stray(found, text, after, chunk.start, line)
        after = chunk.end
        raw = text[chunk.start : chunk.end]
        if chunk.type == "string":
            strings |= _string(raw, strings)
        elif chunk.type not in ("comment", "preamble"):
            _take(found, raw, chunk, line, strings, last=chunk.end == len(text))
    _stray(found, text, after, len(text), line + text.count("\n", counted, after))
    return found


def _chunks(text: str) -> list[_Chunk]:
    chunks: list[_Chunk] = []
    place = 0
    starts = [match.start() for match in _LINE_START.finditer(text)] + [len(text)]
    following = 0
    while match := _START.search(text, place):
        while starts[following] <= match.start():
            following += 1
        limit = starts[following]
        end = _closing(text, match.end() - 1, limit)
        start = match.end() - len(match.group().lstrip())
        chunks.append(_Chunk(start, end or limit, match[1].lower(), closed=end is not None))
        place = end or limit
    return chunks


def _closing(text: str, opened: int, limit: int) -> int | None:
    """Just behind the delimiter that closes the entry opened at `opened`, if it comes before `limit`."""
    braces, quoted = 0, False
    round_ones = text[opened] == "("
    for mark in _MARK.finditer(text, opened + round_ones, limit):
        sign = mark.group()
        if sign == "{":
            braces += 1
        elif sign == "}":
            braces -= 1
            if braces <= 0 and not round_ones:
                return mark.end()
        elif sign == '"' and not braces:
            quoted = not quoted
        elif sign == ")" and round_ones and not braces and not quoted:
            return mark.end()
    return None


def _stray(found: Found, text: str, start: int, end: int, line: int) -> None:
    """Text between entries is a comment, unless it is a reference or like fields that fell out of one."""
    passage = text[start:end]
    if re.search(r"\w\s*=\s*[{\"]", passage):
        found.problem(
            line, "These fields stand outside any entry and were not read.", passage.strip(" \t\n,}")
        )
        return
    for words in passage.split("\n"):
        if words.strip(" \t,}") and not words.lstrip().startswith("%"):
            found.stray(line, words, told=False)


def _take(found: Found, raw: str, chunk: _Chunk, line: int, strings: dict[str, str], *, last: bool) -> None:
    sentences: list[str] = []
    fields = _whole(raw, strings) if chunk.closed else None
    if fields is None:
        fields = _rescued(raw, strings)
        sentences.append(_BROKEN if chunk.closed or not last else _CUT)
    found.record(_mapped(chunk.type, fields), line, raw, *sentences)


def _whole(raw: str, strings: dict[str, str]) -> dict[str, str] | None:
    """The fields of an entry by name, or None if it is not sound. Of fields of one name the first counts."""
    blocks = Splitter(raw).split().blocks
    block = blocks[0] if blocks else None
    if isinstance(block, DuplicateFieldKeyBlock):
        block = block.ignore_error_block
    if not isinstance(block, Entry):
        return None
    fields: dict[str, str] = {}
    for each in block.fields:
        value = _value(str(each.value), strings)
        if value is None:
            return None
        fields[each.key.lower()] = fields.get(each.key.lower()) or value
    return fields


def _rescued(raw: str, strings: dict[str, str]) -> dict[str, str]:
    """What looks like fields in an entry that is broken or cut short."""
    fields: dict[str, str] = {}
    starts = list(_FIELD.finditer(raw))
    for match, following in zip_longest(starts, starts[1:]):
        passage = raw[match.end() : following.start() if following else len(raw)].strip().rstrip(",").rstrip()
        end = _enclosed(passage, 0) if passage[:1] in ("{", '"') else None
        value = _value(passage[:end], strings)
        fields.setdefault(match[1].lower(), passage.strip('{}" ,\n') if value is None else value)
    return fields


def _string(raw: str, strings: dict[str, str]) -> dict[str, str]:
    blocks = Splitter(raw).split().blocks
    if not blocks or not isinstance(blocks[0], String):
        return {}
    return {blocks[0].key.lower(): _value(str(blocks[0].value), strings) or ""}


def _value(text: str, strings: dict[str, str]) -> str | None:
    """The pieces of a value joined (`"a" # name # {b}`), without what encloses them; None if malformed."""
    joined: list[str] = []
    place = 0
    while piece := _PIECE.match(text, place):
        place = piece.end()
        if piece["open"]:
            end = _enclosed(text, place - 1)
            if end is None:
                return None
            joined.append(text[place : end - 1])
            place = end
        else:
            joined.append(piece["number"] or strings.get(piece["name"].lower(), piece["name"]))
        rest = re.compile(r"\s*#").match(text, place)
        if rest is None:
            return "".join(joined) if not text[place:].strip() else None
        place = rest.end()
    return None if text.strip() else ""


def _enclosed(text: str, opened: int) -> int | None:
    depth = 0
    for mark in _MARK.finditer(text, opened):
        sign = mark.group()
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        if (sign == "}" and not depth and text[opened] == "{") or (
            sign == '"' and mark.start() > opened and not depth and text[opened] == '"'
        ):
            return mark.end()
    return None


def _mapped(entry_type: str, fields: dict[str, str]) -> Raw:
    def first(*names: str) -> str:
        value, name = next(((fields[n], n) for n in names if fields.get(n, "").strip()), ("", ""))
        return _literal(value) if name in _VERBATIM else from_latex(value)

    kind = kinds.kind_in_words([first("type"), first("entrysubtype")]) or kinds.BIBTEX.get(
        entry_type, "other"
    )
    archive = first("archiveprefix", "eprinttype").lower()
    promised = {"arxiv": "arxiv", "pubmed": "pmid"}.get(archive, "any")
    if promised == "arxiv" and kind == "other":
        kind = "preprint"
    holders = ("publisher", "institution", "school", "organization")
    return Raw(
        kind=kind,
        title=first("title", *(("booktitle",) if kind == "book" else ())),
        subtitle=first("subtitle"),
        authors=_names(fields.get("author", "")),
        editors=_names(fields.get("editor", "")),
        container=first("journal", "journaltitle", "booktitle", "series"),
        publisher=first(*holders),
        place=first("address", "location"),
        edition=first("edition"),
        date=first("year") + " " + first("date"),
        volume=first("volume"),
        issue=first("number", "issue"),
        pages=first("pages", "eid", "article-number"),
        accessed=first("urldate"),
        identifiers=[
            *((name, first(name)) for name in ("doi", "pmid", "pmcid", "isbn", "issn")),
            (promised, first("eprint")),
            ("any", first("note")),
        ],
        urls=[first("url"), *re.findall(r"\\url\{([^{}]+)\}", fields.get("howpublished", ""))],
    )


def _names(text: str) -> list[str]:
    """Names divided by “and” outside braces; “others” are “et al.”."""
    depth, start = 0, 0
    pieces: list[str] = []
    for match in re.finditer(r"(?<!\\)[{}]|\s+and(?=\s)", text):
        sign = match.group()
        if sign in "{}":
            depth += 1 if sign == "{" else -1
        elif depth <= 0:
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces.append(text[start:])
    return [_name(piece.strip()) for piece in pieces if piece.strip()]


def _name(text: str) -> str:
    if text == "others":
        return "et al."
    if text.startswith("{") and _enclosed(text, 0) == len(text):
        return read_name("{" + from_latex(text[1:-1]) + "}")
    return read_name(from_latex(text), natural=True)


def _literal(text: str) -> str:
    """An address or identifier, in which LaTeX reads nothing but a few escapes."""
    return _LITERAL.sub(lambda token: _LITERALS.get(token.group(), token[1] or ""), text)
