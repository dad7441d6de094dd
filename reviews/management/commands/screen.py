"""`manage.py screen FILE... [--article SLUG] [--json]`: what screening says of files or of a stored draft."""

from __future__ import annotations

import json
import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import supports_color
from django.db import DatabaseError

from articles.documents import Block, Document, document
from articles.freezing import draft_document
from articles.importing import ImportRefused, read_article
from articles.management.commands.import_articles import printable
from articles.models import Article
from reviews.policy import screened
from reviews.screening import Hit, screen

WEIGHTS = {
    "fix": "Mend before submitting",
    "critical": "Critical",
    "resolve": "To resolve",
    "advise": "Advice",
}
UNDERLINE, PLAIN = "\x1b[4m", "\x1b[24m"


class Command(BaseCommand):
    help = (
        "Read files (of any kind that import_articles takes) or a stored draft as a medical sub-editor would "
        "and report every passage that needs a source, a rewrite or a second look. Changes nothing. The exit "
        "status is 1 when something could not be read; hits are no failure."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", type=Path)
        parser.add_argument("--article", metavar="SLUG", help="the draft stored under this address")
        parser.add_argument(
            "--json",
            action="store_true",
            help="print one JSON list of file, category, severity, rule, quote, start, end, message, remedy; "
            "start and end count code points of the document's text",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["files"] and not options["article"]:
            raise CommandError("Name at least one file, or a draft with --article SLUG.")
        rows: list[dict[str, object]] = []
        failed = 0
        total = len(options["files"]) + bool(options["article"])
        for done, (name, read) in enumerate(_documents(options["files"], options["article"]), start=1):
            if isinstance(read, str):
                failed += 1
                self.stderr.write(f"{printable(name)}: {read}")
                continue
            hits = _hits(read)
            if options["json"]:
                rows += [_row(name, hit) for hit in hits]
            else:
                for line in _report(name, read, hits, colour=self._colour(options)):
                    self.stdout.write(line)
            if total > 20 and done % 20 == 0:
                self.stderr.write(f"{done} of {total}", self.style.NOTICE)
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
        if failed:
            # Every refusal has been printed, so no CommandError, which would print once more.
            sys.exit(1)

    def _colour(self, options: dict[str, Any]) -> bool:
        return bool(options["force_color"] or (supports_color() and not options["no_color"]))


def _documents(files: Sequence[Path], slug: str | None) -> Iterator[tuple[str, Document | str]]:
    """Each document with its name; in the place of one that cannot be read, the reason."""
    if slug:
        try:
            article = Article.objects.filter(slug=slug).first()
        except DatabaseError as error:
            raise CommandError(f"There is no database to look for “{printable(slug)}” in: {error}") from error
        if article is None:
            raise CommandError(f"There is no article with the address “{printable(slug)}”.")
        yield slug, draft_document(article)
    for path in files:
        try:
            read = read_article(path)
        except ImportRefused as refusal:
            yield str(path), str(refusal)
        else:
            # What no text file can say counts as missing.
            yield str(path), document(title=read.title, body=read.body_html, dated=False)


def _hits(text: Document) -> list[Hit]:
    try:
        return screened(text)
    except DatabaseError:  # files can be screened before there is a database
        return screen(text)


def _row(name: str, hit: Hit) -> dict[str, object]:
    return {
        "file": name,
        "category": hit.category,
        "severity": hit.severity,
        "rule": hit.rule,
        "quote": hit.quote,
        "start": hit.start,
        "end": hit.end,
        "message": hit.message,
        "remedy": hit.remedy,
    }


# --- The report -------------------------------------------------------------------------------------


def _report(name: str, text: Document, hits: list[Hit], *, colour: bool) -> Iterator[str]:
    """The passages in their blocks, underlined and numbered, then what is said of each, by weight."""
    counts = [f"{sum(hit.severity == key for hit in hits)} {words.lower()}" for key, words in WEIGHTS.items()]
    remarks = "1 remark" if len(hits) == 1 else f"{len(hits)} remarks"
    yield f"{printable(name)}: {remarks} ({', '.join(counts)})"
    numbers = {id(hit): number for number, hit in enumerate(hits, start=1)}
    width = max(40, min(shutil.get_terminal_size().columns, 100)) - 2
    for block in text.blocks:
        here = [
            hit for hit in hits if hit.end > hit.start and hit.start < block.end and hit.end > block.start
        ]
        if here:
            yield ""
            yield from _passages(text, block, here, numbers, width, colour=colour)
    for key, words in WEIGHTS.items():
        group = [hit for hit in hits if hit.severity == key]
        if group:
            yield ""
            yield words
        for hit in group:
            yield f"  [{numbers[id(hit)]}] {printable(hit.message)} {printable(hit.remedy)}  ({hit.rule})"
    yield ""


def _passages(
    text: Document, block: Block, hits: list[Hit], numbers: dict[int, int], width: int, *, colour: bool
) -> Iterator[str]:
    words, marked = _numbered(text, block, hits, numbers)
    for start, end in _lines(words, 0, len(words), width):
        line, signs = words[start:end], marked[start:end]
        if colour:
            yield "  " + _underlined(line, signs)
        else:
            yield "  " + printable(line)
            if any(signs):
                yield "  " + "".join("~" if sign else " " for sign in signs).rstrip()


def _numbered(
    text: Document, block: Block, hits: list[Hit], numbers: dict[int, int]
) -> tuple[str, list[bool]]:
    """A block with the number of each remark behind its passage, and which characters are underlined.

    An exclamation mark stands with what is critical or must be mended.
    """
    under = [False] * (block.end - block.start)
    labels: dict[int, str] = {}
    for hit in hits:
        sign = "!" if hit.severity in ("fix", "critical") else ""
        first, last = max(hit.start, block.start) - block.start, min(hit.end, block.end) - block.start
        under[first:last] = [True] * (last - first)
        labels[last] = labels.get(last, "") + f"[{numbers[id(hit)]}{sign}]"
    words, marked, place = "", list[bool](), 0
    for last, label in sorted(labels.items()):
        words += text.text[block.start + place : block.start + last] + label
        marked += [*under[place:last], *[False] * len(label)]
        place = last
    return words + text.text[block.start + place : block.end], marked + under[place:]


def _lines(text: str, start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    """Where `text[start:end]` is to be broken into lines of at most `width`, at a space if there is one."""
    while end - start > width:
        cut = text.rfind(" ", start + 1, start + width + 1)
        stop = cut if cut > start else start + width
        yield start, stop
        start = stop + (cut > start)
    if start < end:
        yield start, end


def _underlined(text: str, signs: list[bool]) -> str:
    out: list[str] = []
    on = False
    for character, sign in zip(text, signs, strict=True):
        if sign != on:
            out.append(UNDERLINE if sign else PLAIN)
            on = sign
        out.append(printable(character))
    return "".join(out) + (PLAIN if on else "")
