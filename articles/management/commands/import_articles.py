"""`manage.py import_articles FILE...`: plain-text files to drafts."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from articles.documents import document, words
from articles.importing import ImportRefused, import_file

PROGRESS_EVERY = 20
NAMES_LISTED = 10


class Result(TypedDict):
    """What became of one file. `words` counts the title and the text."""

    file: str
    ok: bool
    slug: str | None
    words: int | None
    error: str | None


class Command(BaseCommand):
    help = (
        "Import plain-text files (.txt, UTF-8) as drafts. The first line is the title. A file that cannot be "
        "imported is named with the reason on stderr; the others are imported, and the exit status is 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument(
            "--by",
            metavar="USERNAME",
            help="the writer to credit; may be left out when exactly one active person may write drafts",
        )
        parser.add_argument(
            "--json", action="store_true", help="print one JSON list of file, ok, slug, words and error"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = options["files"]
        by = _writer(options["by"])
        results: list[Result] = []
        for result in _import(files, by=by, raise_bugs=options["traceback"]):
            results.append(result)
            name = printable(result["file"])
            if not result["ok"]:
                self.stderr.write(f"{name}: {result['error']}")
            elif not options["json"]:
                self.stdout.write(f"imported  {result['slug']}  {result['words']} words  {name}")
            if len(files) > PROGRESS_EVERY and len(results) % PROGRESS_EVERY == 0:
                self.stderr.write(f"{len(results)} of {len(files)} files", self.style.NOTICE)
        refused = sum(not result["ok"] for result in results)
        summary = f"Imported {len(files) - refused} of {len(files)} files; {refused} refused."
        if options["json"]:
            self.stdout.write(json.dumps(results, indent=2))
            self.stderr.write(summary, self.style.NOTICE)
        else:
            self.stdout.write(summary)
        if refused:
            # Every refusal has been printed, so no CommandError, which would print once more.
            sys.exit(1)


def printable(path: str) -> str:
    """A file name that is safe on a terminal: one line, no control characters, valid UTF-8."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _import(files: list[Path], *, by: User, raise_bugs: bool) -> Iterator[Result]:
    for path in files:
        try:
            article = import_file(path, by=by)
        except ImportRefused as refusal:
            yield _refused(path, str(refusal))
        except Exception as bug:  # one file must not keep the others out
            if raise_bugs:
                raise
            reason = " ".join(str(bug).split())
            yield _refused(path, f"Unexpected {type(bug).__name__}: {reason} (--traceback shows where)")
        else:
            count = sum(1 for _ in words(document(title=article.title, body=article.body)))
            yield Result(file=str(path), ok=True, slug=article.slug, words=count, error=None)


def _refused(path: Path, sentence: str) -> Result:
    return Result(file=str(path), ok=False, slug=None, words=None, error=sentence)


def _writer(username: str | None) -> User:
    """The person to credit. Raises `CommandError` with the names to choose from."""
    writers = User.objects.with_perm(
        "articles.add_article", is_active=True, backend="django.contrib.auth.backends.ModelBackend"
    ).order_by("username")
    names = list(writers.values_list("username", flat=True))
    if username is None and len(names) == 1:
        return writers.get()
    if username in names:
        return writers.get(username=username)
    if not names:
        choices = "There is nobody yet: give somebody the role of Writer, or use `manage.py createsuperuser`."
    else:
        more = ", …" if len(names) > NAMES_LISTED else ""
        choices = f"You can name: {', '.join(names[:NAMES_LISTED])}{more}."
    if username is None:
        raise CommandError(f"Say with --by USERNAME who is to be credited. {choices}")
    raise CommandError(f"“{username}” is no active user who may write drafts. {choices}")
