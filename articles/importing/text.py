"""Plain text to an article: a title and an HTML body that holds every word of the file, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

from articles.importing.headings import find_headings
from articles.importing.lines import Line, logical_lines, split
from articles.importing.lists import list_html, lists_of

TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says. Both are empty when it has no visible character."""

    title: str
    body_html: str


def parse(text: str) -> Parsed:
    """Make an article of plain text. Pure; never raises.

    The title is the first line that is not blank, whatever it says: page furniture there (“Skip to
    content”) is kept, and left to the writer to mend. The title and the text of the body together are
    the words of the file in their order, with three exceptions: the markers of list items are drawn
    by the list (bullets become `<ul>`, numbers `<ol>` with `start` where it does not begin at 1), the
    hashes of `# Heading` are dropped, and a first line longer than 200 characters is kept whole as
    the first paragraph, its beginning, cut between words and ended by an ellipsis, being the title.

    Every line is a paragraph, unless the file was broken into lines of one width; those are put
    together again. Headings and lists are recognised as `headings` and `lists` say.
    """
    rows = split(text)
    first = next((place for place, row in enumerate(rows) if row), None)
    if first is None:
        return Parsed("", "")
    title, rest = rows[first], rows[first + 1 :]
    (line,) = logical_lines([title.strip()])
    title = " ".join((line.text if "#" in line.marker else title).split())
    blocks = []
    if len(title) > TITLE_LENGTH:
        blocks.append(_paragraph(title))
        title = _shortened(title)
    blocks += _blocks(logical_lines(rest))
    return Parsed(title, "\n".join(blocks))


def _shortened(title: str) -> str:
    kept = title[:TITLE_LENGTH]
    return (kept.rsplit(None, 1)[0] if " " in kept else kept[:-1]).rstrip() + "…"


def _blocks(lines: list[Line]) -> Iterator[str]:
    entries: list[Line | None] = []
    lists: dict[int, str] = {}
    for are_items, group in groupby(lines, key=lambda line: line.is_item):
        if not are_items:
            entries += group
            continue
        for run in lists_of(list(group)):
            (line, under), alone = run[0], len(run) == 1
            if alone and not under and line.marker != "-":
                entries.append(line)
            else:
                lists[len(entries)] = list_html(run)
                entries.append(None)
    headings = find_headings(entries)
    for place, entry in enumerate(entries):
        if entry is None:
            yield lists[place]
        elif "#" in entry.marker:
            level = min(max(len(entry.marker), 2), 4)
            yield f"<h{level}>{escape(entry.text, quote=False)}</h{level}>"
        elif place in headings:
            yield f"<h2>{escape(entry.source, quote=False)}</h2>"
        else:
            yield _paragraph(entry.source)


def _paragraph(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>"
