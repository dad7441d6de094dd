"""`manage.py statemachine [--check | --write] [--file FILE]`"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.models import Publication
from config.environment import ROOT
from reviews.models import Review
from reviews.roles import ROLES
from reviews.workflow import NOTHING_OPEN, PUBLIC_TRANSITIONS, TRANSITIONS

BEGIN = "<!-- made by manage.py statemachine: do not edit from here -->"
END = "<!-- made by manage.py statemachine: do not edit up to here -->"
PAGES = (ROOT / "docs" / "workflow.md", ROOT / "README.md")
PICTURE_ONLY = "README.md"
"""In a file of this name stands the picture of a review alone."""


class Command(BaseCommand):
    help = "Print the workflow's diagrams (Mermaid) and tables (Markdown), or keep them up to date in a file."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--check", action="store_true", help="exit non-zero when the file differs")
        what.add_argument("--write", action="store_true", help="put them between the marks in the file")
        parser.add_argument(
            "--file", type=Path, nargs="+", default=PAGES, help="default: docs/workflow.md and README.md"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["check"] or options["write"]):
            self.stdout.write(description())
            return
        for path in options["file"]:
            before = _read(path)
            after = replaced(before, picture() if path.name == PICTURE_ONLY else description())
            if after is None:
                raise CommandError(f"{path} does not have the two marks between which the workflow stands.")
            if options["check"] and after != before:
                raise CommandError(f"{path} differs from the tables. Run `manage.py statemachine --write`.")
            if options["write"]:
                path.write_text(after, encoding="utf-8")
            self.stdout.write(f"{path} says what the tables say.")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def replaced(text: str, generated: str) -> str | None:
    """`text` with what stands between the marks made anew; None where it does not have both, once each."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        return None
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{generated}\n\n{END}{rest.partition(END)[2]}"


def picture() -> str:
    """The diagram of a review."""
    return "\n".join(_diagram(_review_arrows(), {s.value: str(s.label) for s in Review.Status}))


def description() -> str:
    """Both state machines, as the tables of `reviews.workflow` have them now: diagrams, then tables."""
    return "\n".join(
        [
            "### A review",
            "",
            picture(),
            "",
            *_table(("transition", "from", "to", "who may", "needs a reason", "event"), _review_rows()),
            "",
            "### A page",
            "",
            *_diagram(_page_arrows(), {s.value: str(s.label) for s in Publication.Status}),
            "",
            *_table(("transition", "from", "to", "who may", "needs a reason", "event"), _page_rows()),
        ]
    )


def roles_with(permission: str) -> list[str]:
    """The roles that hold a permission of `reviews`, in the order of `reviews.roles.ROLES`."""
    return [role for role, codes in ROLES.items() if f"reviews.{permission}" in codes]


def _review_arrows() -> Iterator[tuple[str, str, str]]:
    for rule in TRANSITIONS.values():
        for source in rule.sources:
            for target in rule.targets:
                yield "[*]" if source is NOTHING_OPEN else source.value, target.value, rule.name
    for status in Review.Status:
        if status not in Review.OPEN:
            yield status.value, "[*]", ""


def _page_arrows() -> Iterator[tuple[str, str, str]]:
    live, superseded = Publication.Status.LIVE.value, Publication.Status.SUPERSEDED.value
    yield "[*]", live, "publish"
    yield live, superseded, "publish (a newer edition)"
    for rule in PUBLIC_TRANSITIONS.values():
        for source in rule.sources:
            yield source.value, rule.target.value, rule.name


def _diagram(arrows: Iterator[tuple[str, str, str]], labels: dict[str, str]) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for value, label in labels.items():
        yield f"    {value} : {label}"
    for source, target, name in arrows:
        yield f"    {source} --> {target}" + (f" : {name}" if name else "")
    yield "```"


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _review_rows() -> Iterator[tuple[str, ...]]:
    for rule in TRANSITIONS.values():
        yield (
            f"`{rule.name}`",
            ", ".join("(nothing in review)" if s is NOTHING_OPEN else str(s.label) for s in rule.sources),
            " or ".join(str(target.label) for target in rule.targets),
            ", ".join(roles_with(rule.permission)) or "(Signoff itself)",
            "yes" if rule.needs_reason else "no",
            f"`{rule.event}`",
        )


def _page_rows() -> Iterator[tuple[str, ...]]:
    for rule in PUBLIC_TRANSITIONS.values():
        yield (
            f"`{rule.name}`",
            ", ".join(str(source.label) for source in rule.sources),
            str(rule.target.label),
            ", ".join(roles_with(rule.permission)),
            "yes",
            f"`{rule.name}`",
        )
