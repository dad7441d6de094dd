from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from reviews import records, workflow
from reviews.models import DisclaimerVersion
from reviews.policy.loading import STARTER, load_policy
from tests import factories as f
from tests.records.conftest import faults


def test_an_honest_record_holds(record: dict[str, Any]) -> None:
    parsed = records.parse(records.file_bytes(record))
    assert parsed == record
    assert faults(parsed) == []


def test_words_that_came_back_are_two_versions_of_the_same(cast: SimpleNamespace, tmp_path: Path) -> None:
    """A page of before and one of after carry the same words under two numbers; both records hold."""
    first = f.signed(cast.writer, cast.reviewer)
    workflow.publish(first, by=cast.editor)
    changed = tmp_path / "policy.toml"
    was = STARTER.read_text(encoding="utf-8")
    disclaimer = first.attachments.filter(state="attached")[0]
    words = disclaimer.version.text[:20]
    assert words in was
    changed.write_text(was.replace(words, "Please note. " + words), encoding="utf-8")
    load_policy(changed)
    load_policy()
    same = list(DisclaimerVersion.objects.filter(digest=disclaimer.version.digest))
    assert len(same) == 2
    assert faults(records.record(first)) == []
