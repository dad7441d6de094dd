"""A policy that switches screening rules off or weighs them otherwise, at every door that asks them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from articles.documents import document
from reviews import workflow
from reviews.models import Finding, PolicyVersion
from reviews.policy import screened
from reviews.policy.loading import STARTER
from reviews.requirements import missing_for_draft
from reviews.screening import screen
from tests import factories as f

pytestmark = pytest.mark.django_db

SAFE = "It is completely safe for most adults."
TEXT = document(title="A note", body=f"<p>{SAFE}</p>", authors=("Jo",), references=(1,))


def load(folder: Path, *lines: str) -> None:
    path = folder / "policy.toml"
    path.write_text("\n".join([STARTER.read_text(encoding="utf-8"), "[screening]", *lines]), encoding="utf-8")
    call_command("load_policy", str(path), verbosity=0)


def severities(rule: str) -> list[str]:
    return [hit.severity for hit in screened(TEXT) if hit.rule == rule]


def test_without_a_policy_every_rule_has_its_own_weight() -> None:
    assert not PolicyVersion.objects.exists()
    assert screened(TEXT) == screen(TEXT)


def test_a_rule_is_switched_off(tmp_path: Path) -> None:
    load(tmp_path, '"absolute.safety" = "off"')
    assert severities("absolute.safety") == []


def test_a_rule_is_weighed_otherwise(tmp_path: Path) -> None:
    load(tmp_path, '"absolute.safety" = "fix"')
    assert severities("absolute.safety") == ["fix"]


def test_the_gate_and_the_desk_weigh_alike(tmp_path: Path) -> None:
    writer = f.user("w", "Writer")
    article = f.draft(writer, body=f"<p>{SAFE}</p>")
    load(tmp_path, '"absolute.safety" = "fix"')
    assert "absolute.safety" in {r.code for r in missing_for_draft(article)}
    load(tmp_path, '"absolute.safety" = "advise"', '"metadata.sources" = "off"')
    assert "absolute.safety" not in {r.code for r in missing_for_draft(article)}
    review = workflow.submit(article, by=writer)
    assert review.findings.get(rule="absolute.safety").severity == Finding.Severity.ADVISE


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('"absolute.saftey" = "off"', "unknown key absolute.saftey"),
        ('"absolute.safety" = "mild"', "must be one of: fix, critical, resolve, advise, off"),
        ('"absolute.safety" = 3', "must be one of"),
    ],
)
def test_bad_weights_are_refused_and_change_nothing(tmp_path: Path, line: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        load(tmp_path, line)
    assert not PolicyVersion.objects.exists()


def test_a_policy_that_says_nothing_of_screening_keeps_its_digest(tmp_path: Path) -> None:
    call_command("load_policy", verbosity=0)
    load(tmp_path)
    assert PolicyVersion.objects.count() == 1
