"""`manage.py load_policy`: what it takes, what it refuses, and that a refusal changes nothing."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from articles.documents import document
from reviews import audit
from reviews.models import Disclaimer, DisclaimerVersion, Event, PolicyVersion
from reviews.policy import current_policy
from reviews.policy.loading import STARTER
from reviews.policy.requiring import Facts

pytestmark = pytest.mark.django_db
TEXT = STARTER.read_text(encoding="utf-8")


def load(*args: str) -> str:
    out = StringIO()
    call_command("load_policy", *args, stdout=out)
    return out.getvalue()


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (PolicyVersion, Disclaimer, DisclaimerVersion, Event))


def written(folder: Path, text: str) -> str:
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_the_starter_policy() -> None:
    version = PolicyVersion.objects.first()
    assert version is None
    assert load().startswith("Policy 1 is in force (digest ")
    assert counts() == (1, 14, 24, 1)
    assert current_policy().due_days == 7
    assert audit.verify().ok


def test_twice_is_once(tmp_path: Path) -> None:
    load()
    before = counts()
    assert load().startswith("Policy 1 is in force already (digest ")
    comment = written(tmp_path, "# A word to whoever reads this file.\n" + TEXT)
    assert "already" in load(comment)
    assert counts() == before


def test_new_words_are_a_new_version(tmp_path: Path) -> None:
    load()
    file = written(
        tmp_path, TEXT.replace("This article is general information.", "This is general information.")
    )
    assert load(file).startswith("Policy 2 is in force (digest ")
    assert counts() == (2, 14, 25, 2)
    first, second = DisclaimerVersion.objects.filter(disclaimer__key="information-not-advice").order_by(
        "number"
    )
    assert first.text.startswith("This article is general")
    assert (second.number, second.text[:15]) == (2, "This is general")
    # Back again is a step forward too: the record keeps all three.
    assert load().startswith("Policy 3 is in force (digest ")
    assert counts() == (3, 14, 26, 3)


TIER = '[[tiers]]\nkey = "all"\nname = "All"\nsignatures = 1\nreview_again_months = 12\n'
REVIEW = "[review]\ndue_days = 7\n"
BOX = '[[disclaimers]]\nkey = "a"\nname = "A"\nplacement = "end"\nalways = true\ntext = "Words."\n'

BAD = {
    "empty": ("", "due_days"),
    "not TOML": ("due_days 7", "is not valid TOML"),
    "unknown part": (REVIEW + TIER + '[[tears]]\nkey = "x"\n', "unknown part: tears"),
    "unknown key": (REVIEW + TIER + "signature = 2\n", "unknown key signature"),
    "unknown key in review": (REVIEW + "due_weeks = 1\n" + TIER, "unknown key due_weeks"),
    "no tiers": (REVIEW, "last tier"),
    "last tier has topics": (REVIEW + TIER + 'topics = ["x"]\n', "last tier"),
    "last tier has words": (REVIEW + TIER + 'words = ["x"]\n', "last tier"),
    "a tier without a name": (
        REVIEW + TIER.replace('name = "All"\n', ""),
        "“name” is missing or empty in all",
    ),
    "blank name": (REVIEW + TIER.replace('"All"', '"  "'), "“name” is missing or empty in all"),
    "zero signatures": (
        REVIEW + TIER.replace("signatures = 1", "signatures = 0"),
        "“signatures” must be a whole number",
    ),
    "half a signature": (REVIEW + TIER.replace("signatures = 1", "signatures = 0.5"), "“signatures” must be"),
    "signatures in words": (
        REVIEW + TIER.replace("signatures = 1", 'signatures = "1"'),
        "“signatures” must be",
    ),
    "signatures as a truth": (
        REVIEW + TIER.replace("signatures = 1", "signatures = true"),
        "“signatures” must be",
    ),
    "a number beyond JSON": (
        REVIEW + TIER.replace("signatures = 1", f"signatures = {2**60}"),
        "“signatures” must be",
    ),
    "no due days": ("[review]\n" + TIER, "due_days"),
    "due days in the past": ("[review]\ndue_days = -1\n" + TIER, "due_days"),
    "unknown verdict": (REVIEW + 'passing_verdicts = ["perhaps"]\n' + TIER, "passing_verdicts"),
    "a verdict that passes nothing": (REVIEW + "passing_verdicts = []\n" + TIER, "passing_verdicts"),
    "verdicts that are no list": (REVIEW + "passing_verdicts = 3\n" + TIER, "passing_verdicts"),
    "verdicts that are lists": (REVIEW + 'passing_verdicts = [["supports"]]\n' + TIER, "passing_verdicts"),
    "a verdict that contradicts": (
        REVIEW + 'passing_verdicts = ["contradicts"]\n' + TIER,
        "passing_verdicts",
    ),
    "review is no table": ("review = 3\n" + TIER, "review must be a table"),
    "tiers is no list": ("tiers = 3\n" + REVIEW, "tiers"),
    "tiers of numbers": ("tiers = [3]\n" + REVIEW, "tiers must be a table"),
    "disclaimers is a table": (REVIEW + TIER + "[disclaimers]\na = 1\n", "disclaimers"),
    "wrong placement": (
        REVIEW + TIER + BOX.replace('"end"', '"left"'),
        "placement must be top, inline, end or crisis",
    ),
    "no placement": (REVIEW + TIER + BOX.replace('placement = "end"\n', ""), "placement must be"),
    "placement is a list": (REVIEW + TIER + BOX.replace('"end"', '["end"]'), "placement must be"),
    "no words": (REVIEW + TIER + BOX.replace('"Words."', '""'), "“text” is missing or empty in a"),
    "always is a word": (
        REVIEW + TIER + BOX.replace("true", '"true"'),
        "“always” must be true or false in a",
    ),
    "never required": (
        REVIEW + TIER + BOX.replace("always = true", "topics = 3"),
        "“topics” must be a list of words in a",
    ),
    "key no address": (REVIEW + TIER + BOX.replace('"a"', '"A key with spaces"'), "key"),
    "a key too long": (REVIEW + TIER + BOX.replace('"a"', f'"{"a" * 81}"'), "key"),
    "a name too long": (REVIEW + TIER + BOX.replace('"A"', f'"{"A" * 151}"'), "name"),
    "a NUL in the words": (REVIEW + TIER + BOX.replace("Words.", "Wo\\u0000rds."), "text"),
    "the same tier twice": (
        REVIEW + TIER.replace("12\n", '12\nwords = ["x"]\n') + TIER,
        "A key stands twice in tiers",
    ),
    "the same disclaimer twice": (REVIEW + TIER + BOX + BOX, "A key stands twice in disclaimers"),
    "a tier's key too long": (REVIEW + TIER.replace('"all"', f'"{"a" * 21}"'), "“key” is longer than 20"),
    "no degrees": (
        REVIEW + TIER + "credentials = []\n",
        "“credentials” must name at least one degree in all",
    ),
    "degrees that are no list": (REVIEW + TIER + 'credentials = "MD"\n', "“credentials” must be a list"),
    "a degree without letters": (REVIEW + TIER + 'credentials = ["."]\n', "must name at least one degree"),
    "a date": (REVIEW + TIER + BOX.replace('"Words."', "2026-01-01"), "“text” is missing or empty in a"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    load()
    before = counts()
    text, expected = BAD[name]
    with pytest.raises(CommandError) as refusal:
        load(written(tmp_path, text))
    assert expected in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert refusal.value.returncode != 0
    assert counts() == before


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    locked = tmp_path / "locked.toml"
    locked.write_text(TEXT)
    locked.chmod(0)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00key")
    cases = [
        (tmp_path / "none.toml", "cannot be read"),
        (tmp_path, "cannot be read"),
        (binary, "not valid TOML"),
    ]
    if os.geteuid():  # root may read everything
        cases.append((locked, "cannot be read"))
    for path, expected in cases:
        with pytest.raises(CommandError) as refusal:
            load(str(path))
        assert expected in str(refusal.value)
        assert str(path) in str(refusal.value)
        assert counts() == (0, 0, 0, 0)


def test_an_unreadable_file_as_root_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(CommandError, match=r"cannot be read: Permission denied\."):
        load(str(tmp_path / "policy.toml"))


def test_a_smallest_policy(tmp_path: Path) -> None:
    load(written(tmp_path, REVIEW + TIER))
    assert current_policy().tier(topics=["any"], text="LSD").signatures == 1
    facts = Facts(topics={"any": "Any"}, document=document(title="LSD", body="<p>LSD</p>"))
    assert current_policy().required_disclaimers(facts) == []


def test_degrees_are_kept_where_they_are_given(tmp_path: Path) -> None:
    load(written(tmp_path, REVIEW + TIER + 'credentials = ["MD", " PharmD ", "MD"]\n'))
    assert current_policy().tier(topics=[], text="").credentials == ("MD", "PharmD")
    assert current_policy().credentials_of_tier("all") == ("MD", "PharmD")
    load(written(tmp_path, REVIEW + TIER))
    assert current_policy().tier(topics=[], text="").credentials == ()
    assert "credentials" not in current_policy().version.canonical
