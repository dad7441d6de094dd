"""`manage.py screening_rules`: a page for each rule of the screening, from the catalogue."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.environment import ROOT
from reviews.screening import Rule, rules

FOLDER = Path("docs") / "screening"
MARK = "<!-- Written by `manage.py screening_rules` from reviews/screening/rules.toml. -->"


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Write a page for each screening rule to docs/screening/, from the catalogue of rules."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; fail when a page differs from the catalogue",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = ROOT / FOLDER
        wanted = pages(rules())
        there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
        stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
        if options["check"]:
            if stale:
                raise CommandError(f"Run `manage.py screening_rules`: not up to date are {', '.join(stale)}.")
            self.stdout.write(f"The {len(wanted)} pages in {FOLDER} are up to date.")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            if name in wanted:
                (folder / name).write_text(wanted[name], encoding="utf-8")
            else:
                (folder / name).unlink()
        self.stdout.write(f"{len(stale)} of {len(wanted)} pages in {FOLDER} were written.")


def pages(catalogue: Mapping[str, Rule]) -> dict[str, str]:
    """The Markdown of every page by its file name: one a rule, and README.md, which lists them."""
    found = {f"{rule.id}.md": _page(rule) for rule in catalogue.values()}
    lines = [
        MARK,
        "",
        "# The rules of the screening",
        "",
        "How screening works and what was measured stands in [../screening.md](../screening.md).",
        "",
        "| rule | reports | weight | elsewhere |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| [{rule.id}]({rule.id}.md) | {_words(rule.category)} | {rule.severity} | {rule.elsewhere or ''} |"
        for rule in catalogue.values()
    ]
    lines += [
        "",
        "*Elsewhere*: the weight in an article that is not about an unproven remedy, if it differs.",
        "",
    ]
    return {"README.md": "\n".join(lines), **found}


def _page(rule: Rule) -> str:
    weight = f"**{rule.severity}**"
    if rule.elsewhere:
        weight += f" (**{rule.elsewhere}** in an article that is not about an unproven remedy)"
    lines = [
        MARK,
        "",
        f"# {rule.id}",
        "",
        f"Reports *{_words(rule.category)}*. Weight: {weight}.",
        "",
        rule.why,
        "",
        "It says:",
        "",
        f"> {_said(rule.message)} {_said(rule.remedy)}",
        "",
    ]
    for heading, examples in (("Fires on", rule.fires), ("Leaves alone", rule.silent)):
        if examples:
            lines += [f"## {heading}", "", *(f"- {_visible(example)}" for example in examples), ""]
    lines += [
        "## In a policy",
        "",
        "```toml",
        "[screening]",
        f'"{rule.id}" = "off"   # or "fix", "critical", "resolve", "advise"',
        "```",
        "",
    ]
    return "\n".join(lines)


def _said(sentence: str) -> str:
    """A sentence of the catalogue, what the detector fills in left open."""
    return escape(re.sub(r"\{[a-z]+\}", "…", sentence), quote=False)


def _words(category: str) -> str:
    return category.replace("_", " ")


def _visible(example: str) -> str:
    """An example in which marks that cannot be seen are spelt out."""
    shown = "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in example)
    return escape(shown, quote=False)
