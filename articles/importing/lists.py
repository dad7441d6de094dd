"""Lists of a plain-text article: from marked lines to `<ul>` and `<ol>`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from articles.importing.lines import Line

MAX_DEPTH = 3
"""Items deeper than this are put on the third level: nobody reads further in, and parsers choke."""

Item = tuple[Line, Sequence[Line]]
"""An item and the items indented under it."""


def lists_of(items: Sequence[Line], *, depth: int = 1) -> Iterator[list[Item]]:
    """Divide marked lines that follow one another into lists.

    A list goes on while the kind of marker stays and, in a numbered one, each number is the one before
    plus one. Items indented by two or more belong to the item above them.
    """
    at = 0
    while at < len(items):
        first = items[at]
        run: list[Item] = []
        while at < len(items) and items[at].marker == first.marker:
            if first.marker != "-" and items[at].number != first.number + len(run):
                break
            end = at + 1
            while depth < MAX_DEPTH and end < len(items) and items[end].indent >= first.indent + 2:
                end += 1
            run.append((items[at], items[at + 1 : end]))
            at = end
        yield run


def list_html(run: Sequence[Item], *, depth: int = 1) -> str:
    """The HTML of one list, escaped; `start` is given when a numbered one does not begin at 1."""
    first = run[0][0]
    inner = "".join(
        f"<li>{escape(line.text, quote=False)}{_nested(under, depth + 1)}</li>" for line, under in run
    )
    if first.marker == "-":
        return f"<ul>{inner}</ul>"
    start = "" if first.number == 1 else f' start="{first.number}"'
    return f"<ol{start}>{inner}</ol>"


def _nested(items: Sequence[Line], depth: int) -> str:
    return "".join(list_html(run, depth=depth) for run in lists_of(items, depth=depth))
