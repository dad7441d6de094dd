"""How disclaimers may be worded, and that a policy which breaks it is refused as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviews.models import DisclaimerVersion, PolicyVersion
from reviews.policy import wording
from reviews.policy.loading import STARTER, BadPolicy, load_policy, read

HEAD = (
    '[review]\ndue_days = 7\n[[tiers]]\nkey = "all"\nname = "All"\nsignatures = 1\nreview_again_months = 12\n'
)


def faults(text: str, placement: str = "end", must_name: tuple[str, ...] = ()) -> list[str]:
    return list(wording.faults(text, placement=placement, must_name=must_name))


@pytest.mark.parametrize(
    "text",
    [
        "Small doses are safe.",
        "It is perfectly safe for most people.",
        "Walking is harmless.",
        "There is no risk.",
        "You can take it without any side effects.",
        "A risk-free way to feel better.",
        "Nothing to worry about.",
        "Please don’t worry.",
        "Not only safe but cheap.",
        "We do not know much. It is safe.",
        "It will cure you.",
        "It cures most people.",
        "Results are guaranteed.",
        "It always works.",
        "It is proven to work.",
        "A miracle.",
    ],
)
def test_reassurance_and_promises_are_found(text: str) -> None:
    (fault,) = faults(text)
    assert "must not" in fault


@pytest.mark.parametrize(
    "text",
    [
        "It is not safe.",
        "No dose of it is known to be safe.",
        "Nobody knows whether it is safe in the long run.",
        "It isn’t safe with lithium.",
        "This does not mean that there is no risk.",
        "It cannot cure anything.",
        "That is not guaranteed.",
        "Read the safety leaflet.",
        "Unsafe with alcohol.",
    ],
)
def test_what_is_taken_back_may_be_said(text: str) -> None:
    assert faults(text) == []


def test_the_drugs_that_must_be_named() -> None:
    assert faults("Lithium and tramadol.", must_name=("lithium", "MAOIs")) == [
        "it must name “MAOIs” and does not"
    ]
    assert faults("Lithium and MAOIs.", must_name=("lithium", "MAOIs")) == []


def test_three_lines_before_the_text() -> None:
    assert faults("word " * 42, placement="top") == []
    assert "210 are the most" in faults("words " * 42, placement="top")[0]
    assert faults("words " * 42, placement="end") == []


def test_the_starter_policy_keeps_the_rules() -> None:
    entries = read(STARTER)["disclaimers"]
    assert len(entries) == 14
    for entry in entries:
        for words in [entry, *entry.get("variants", ())]:
            assert len(words["text"].split()) <= 60
    by_key = {entry["key"]: entry for entry in entries}
    for key in ("legal-status", "crisis-support"):
        assert [v["jurisdiction"] for v in by_key[key]["variants"]] == ["GB", "IE", "US", "CA", "AU"]
        assert all(v["text"].endswith("Checked on 1 November 2026.") for v in by_key[key]["variants"])
    for drug in ("Lithium", "SSRIs", "SNRIs", "MAOIs", "tramadol"):
        assert drug in by_key["interactions"]["text"]


BOX = '[[disclaimers]]\nkey = "law"\nname = "The law"\nplacement = "end"\nalways = true\n'
GB = '[[disclaimers.variants]]\njurisdiction = "GB"\ntext = "In Britain."\n'
BAD = {
    "reassures": (
        BOX + 'text = "It is safe."\n',
        "Disclaimer “law”: it says “safe”, and a disclaimer must not",
    ),
    "a variant reassures": (
        BOX + 'text = "Words."\n' + GB.replace("In Britain.", "Harmless."),
        "Disclaimer “law” (GB): it says “Harmless”",
    ),
    "names too little": (BOX + 'must_name = ["lithium"]\ntext = "Words."\n', "it must name “lithium”"),
    "a variant names too little": (
        BOX + 'must_name = ["lithium"]\ntext = "Lithium."\n' + GB,
        "“law” (GB): it must name “lithium”",
    ),
    "not dated": (BOX + 'dated = true\ntext = "Words."\n', "it must be dated"),
    "dated by an hour": (BOX + 'as_of = 2026-11-01T10:00:00\ntext = "Words."\n', "as_of must be a date"),
    "too long before the text": (
        BOX.replace('"end"', '"top"') + f'text = "{"words " * 42}"\n',
        "210 are the most there",
    ),
    "unknown subject": (BOX + 'subjects = ["unicorns"]\ntext = "Words."\n', "knows no subject “unicorns”"),
    "unknown directness": (BOX + 'indirect = ["direct"]\ntext = "Words."\n', "not “direct”"),
    "level 6": (BOX + 'evidence_level = 6\ntext = "Words."\n', "“evidence_level” must be a whole number"),
    "conflicts in words": (BOX + 'conflicts = "yes"\ntext = "Words."\n', "“conflicts” must be true or false"),
    "no country": (BOX + 'jurisdictions = ["Britain"]\ntext = "Words."\n', "two capital letters"),
    "limited and never required": (
        BOX.replace("always = true\n", "") + 'locales = ["en"]\ntext = "Words."\n',
        "nothing requires it",
    ),
    "strictest is not there": (BOX + 'strictest = "US"\ntext = "Words."\n' + GB, "“US”, is not there"),
    "a variant twice": (BOX + 'text = "Words."\n' + GB + GB, "A key stands twice"),
    "a variant for nowhere": (BOX + 'text = "Words."\n' + GB.replace('"GB"', '"everywhere"'), "two capital"),
    "a variant with a name": (BOX + 'text = "Words."\n' + GB + 'name = "x"\n', "unknown key name"),
    "no words at all": (BOX + GB, "“text” is missing or empty in law"),
    "a locale without a country": (BOX + 'text = "Words."\n[jurisdictions]\nen = 3\n', "two capital letters"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BAD)
def test_a_bad_disclaimer_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    text, expected = BAD[name]
    file = tmp_path / "policy.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(BadPolicy) as refusal:
        load_policy(file)
    assert expected in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert not PolicyVersion.objects.exists()
    assert not DisclaimerVersion.objects.exists()


def test_what_a_file_does_not_say_is_not_in_the_content(tmp_path: Path) -> None:
    """So that a policy without the newer conditions keeps its digest."""
    file = tmp_path / "policy.toml"
    file.write_text(HEAD + BOX + 'text = "Words."\n', encoding="utf-8")
    content = read(file)
    assert content.keys() == {"review", "tiers", "disclaimers"}
    assert content["disclaimers"] == [
        {
            "key": "law",
            "name": "The law",
            "placement": "end",
            "always": True,
            "topics": [],
            "words": [],
            "text": "Words.",
        }
    ]
