"""A tier says in the policy whether its reviewers judge apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviews.policy import current_policy
from reviews.policy.loading import STARTER, BadPolicy, load_policy, read

pytestmark = pytest.mark.django_db


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = STARTER.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "policy.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


def test_the_starter_policys_high_tier_is_independent_and_no_other() -> None:
    load_policy()
    policy = current_policy()
    assert policy.tier(topics=["psychedelics"], text="").independent
    assert not policy.tier(topics=[], text="").independent


def test_it_is_written_down_only_where_it_is_so(tmp_path: Path) -> None:
    assert [tier.get("independent") for tier in read(STARTER)["tiers"]] == [True, None]
    silent = read(changed(tmp_path, "independent = true\n", ""))
    assert silent == read(changed(tmp_path, "independent = true", "independent = false"))
    assert all("independent" not in tier for tier in silent["tiers"])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("signatures = 2", "signatures = 1", "“independent” needs two signatures or more in high"),
        ("independent = true", 'independent = "yes"', "“independent” must be true or false in high"),
    ],
)
def test_a_tier_that_makes_no_sense_is_refused(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadPolicy, match=sentence):
        read(changed(tmp_path, old, new))


def test_without_it_everybody_sees_everything(tmp_path: Path) -> None:
    load_policy(changed(tmp_path, "independent = true\n", ""))
    assert not current_policy().tier(topics=["psychedelics"], text="").independent
