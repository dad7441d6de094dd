"""Whatever a signature covers, a change of it is said in a sentence that a person can read."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from reviews import dossier, judging
from reviews.models import Disclaimer, Review
from reviews.statements import Names, differences
from tests import factories as f

Path = tuple[str | int, ...]
NAMES = Names(
    people={1: "Rita", 2: "Ravi"}, sources={7: "Stone 2024", 8: "Reed 2020"}, findings={5: "Too broad."},
    disclaimers={"crisis": "Crisis support"}, tiers={"low": "Everyday", "high": "High risk"},
    editions={"e1": "edition 1", "e2": "edition 2"}, policies={"p1": "version 1", "p2": "version 2"},
)  # fmt: skip
CHECK = {
    "id": 1, "source": 7, "record": "r", "verdict": "supports", "level": 2, "directness": "direct", "by": 1,
}  # fmt: skip
BOX = {
    "key": "crisis", "version": "v1", "state": "attached", "placement": "top", "passage": "", "end": -1,
    "reason": "", "by": 1, "confirmed_by": None,
}  # fmt: skip
CLAIM = {"id": 3, "text": "Walking helps.", "state": "open", "reason": "", "checks": [CHECK]}
FINDING = {
    "id": 5, "rule": "reviewer", "severity": "critical", "text": "all adults", "disposition": "", "reason": "",
    "disposed_by": None, "confirmed_by": None,
}  # fmt: skip
BEFORE: dict[str, Any] = {
    "schema": 1, "edition": "e1", "policy": "p1", "tier": "low", "signatures": 1, "disclaimers": [BOX],
    "claims": [CLAIM], "findings": [FINDING], "takedowns": 0, "revocations": 0, "reopenings": 0,
}  # fmt: skip


def one(key: str, entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {key: [{**entry, **changes}]}


AGAIN = {**CHECK, "id": 2, "by": 2}
SAID = [
    ({"edition": "e2"}, "A new edition came in: edition 2, in the place of edition 1. Read the whole text again."),
    ({"policy": "p2"}, "The publisher’s policy changed: version 2 is in force now, in the place of version 1."),
    ({"tier": "high"}, "The article’s risk tier changed from “Everyday” to “High risk”."),
    ({"signatures": 2}, "The article now needs 2 signatures instead of 1."),
    ({"takedowns": 1}, "The page was taken down."),
    ({"takedowns": 2}, "The page was taken down (2 times)."),
    ({"revocations": 1}, "A signature on this article was revoked."),
    ({"reopenings": 1}, "The article was taken back into review."),
    ({"disclaimers": []}, "The disclaimer “Crisis support” was taken off."),
    ({"disclaimers": [BOX, {**BOX, "key": "new", "by": 2}]}, "The disclaimer “new” was attached by Ravi."),
    (one("disclaimers", BOX, state="waived", by=2, reason="Not here."), "The disclaimer “Crisis support” was waived by Ravi: Not here."),
    (one("disclaimers", BOX, version="v2"), "The disclaimer “Crisis support” has new words."),
    (one("disclaimers", BOX, placement="end"), "The disclaimer “Crisis support” was moved to another place: after the text."),
    (one("disclaimers", BOX, passage="Speak", end=9), "The disclaimer “Crisis support” was moved to another passage: “Speak”."),
    (one("disclaimers", BOX, confirmed_by=2), "The waiver of the disclaimer “Crisis support” was confirmed by Ravi."),
    (one("disclaimers", BOX, by=2), "The disclaimer “Crisis support” was attached again, by Ravi."),
    ({"claims": []}, "The claim “Walking helps” is no longer in the text."),
    ({"claims": [CLAIM, {**CLAIM, "id": 4, "text": "It cures."}]}, "A claim was added: “It cures”."),
    (one("claims", CLAIM, text="Walking cures."), "The claim “Walking helps” now reads “Walking cures”."),
    (one("claims", CLAIM, state="dismissed", reason="Advice."), "The claim “Walking helps” was dismissed as no claim: Advice."),
    (one("claims", CLAIM, state="reconfirm"), "The claim “Walking helps” needs reconfirming."),
    (one("claims", CLAIM, checks=[{**AGAIN, "verdict": "contradicts"}]),
     "The claim “Walking helps” was checked again against Stone 2024 by Ravi: “supports the claim” is now “contradicts it”."),
    (one("claims", CLAIM, checks=[{**AGAIN, "level": 4, "record": "s"}]),
     "The claim “Walking helps” was checked again against Stone 2024 by Ravi: still “supports the claim”; level 2 is now 4; "
     "the record of the source changed."),
    (one("claims", CLAIM, checks=[CHECK, {**AGAIN, "source": 8}]),
     "The claim “Walking helps” was checked against Reed 2020 by Ravi: supports the claim (level 2)."),
    (one("claims", CLAIM, checks=[]), "The claim “Walking helps”: its check against Stone 2024 no longer counts."),
    ({"findings": []}, "The finding “Too broad” does not stand any more."),
    ({"findings": [FINDING, {**FINDING, "id": 6}]}, "A finding was added: “all adults”."),
    (one("findings", FINDING, disposition="accepted", disposed_by=2, reason="Fair."),
     "The finding “Too broad” was answered by Ravi: accepted with a reason. Fair"),
    (one("findings", FINDING, confirmed_by=2), "The answer to the finding “Too broad” was confirmed by Ravi."),
    (one("findings", FINDING, severity="advise"), "The finding “Too broad” has another weight now: advice."),
    ({"schema": 2}, "Something else that a signature covers changed: “schema”."),
    ({"second_opinions": [1]}, "Something else that a signature covers changed: “second opinions”."),
    ({"claims": "nonsense"}, "Something else that a signature covers changed: “claims”."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), SAID)
def test_said(change: dict[str, Any], sentence: str) -> None:
    assert differences(BEFORE, {**BEFORE, **change}, NAMES) == [sentence]


def test_nothing_changed_nothing_said() -> None:
    assert differences(BEFORE, copy.deepcopy(BEFORE), NAMES) == []


def test_a_part_of_a_claim_that_nobody_explains() -> None:
    after = {**BEFORE, **one("claims", CLAIM, settled="x")}
    assert differences(BEFORE, after, NAMES) == ["The claim “Walking helps” changed: “settled”."]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, (dict, list)) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from leaves(inner, (*path, key))
    yield path


@pytest.fixture
def review(cast: SimpleNamespace) -> Review:
    review = f.submitted(cast.writer)
    f.judge(review, cast.reviewer)
    judging.waive_disclaimer(
        review, by=cast.reviewer, disclaimer=Disclaimer.objects.get(key="crisis-support"), reason="Not here."
    )
    finding = judging.add_finding(review, by=cast.reviewer, message="Too broad.", severity="resolve")
    judging.dispose_finding(finding, by=cast.second, disposition="accepted", reason="Fair.")
    return review


def test_every_part_of_a_real_statement(review: Review) -> None:
    """Change, or drop, anything anywhere in it: something is said."""
    statement = dossier.load(review).statement
    others: dict[type, Any] = {int: 99, str: "other", type(None): 7, list: [], dict: {}, bool: True}
    for path in leaves(statement):
        if not path:
            continue
        for drop in (False, True):
            after: Any = copy.deepcopy(statement)
            at: Any = after
            for part in path[:-1]:
                at = at[part]
            if drop:
                del at[path[-1]]
            elif at[path[-1]] == others[type(at[path[-1]])]:
                continue
            else:
                at[path[-1]] = others[type(at[path[-1]])]
            said = differences(statement, after)
            assert said, path
            assert all(sentence[0].isupper() and len(sentence) > 15 for sentence in said), (path, said)
            assert not any("None" in sentence or "{" in sentence for sentence in said), (path, said)
