"""`manage.py statemachine`: the picture in the docs is the tables, or the build fails."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from reviews import workflow
from reviews.management.commands import statemachine
from reviews.management.commands.statemachine import BEGIN, END, PAGES
from reviews.models import Review


def _run(*args: str) -> str:
    out = StringIO()
    call_command("statemachine", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    made = tmp_path / "workflow.md"
    made.write_text(f"# Ours\n\n{BEGIN}\nold\n{END}\n\nAnd after.\n", encoding="utf-8")
    return made


def test_every_transition_is_drawn_and_listed() -> None:
    text = _run()
    assert text.count("stateDiagram-v2") == 2
    for rule in workflow.TRANSITIONS.values():
        for source in rule.sources:
            for target in rule.targets:
                assert f"    {source.value if source else '[*]'} --> {target.value} : {rule.name}\n" in text
        row = next(line for line in text.splitlines() if line.startswith(f"| `{rule.name}` |"))
        assert row.split(" | ")[4] == ("yes" if rule.needs_reason else "no")
        assert row.endswith(f"| `{rule.event}` |")
    assert "live --> withdrawn : withdraw" in text
    assert "withdrawn --> retracted : retract" in text
    assert (
        "| `sign_off` | In review | In review or Signed | Medical reviewer, Medical lead | no | `sign_off` |"
        in text
    )
    assert (
        "| `retract` | Live, Withdrawn | Retracted | Medical lead, Managing editor | yes | `retract` |"
        in text
    )


def test_the_docs_say_what_the_tables_say() -> None:
    assert _run("--check").count("says what the tables say") == len(PAGES)
    assert {page.name for page in PAGES} == {"workflow.md", "README.md"}


def test_the_readme_has_the_picture_of_a_review_alone(page: Path) -> None:
    readme = page.rename(page.with_name("README.md"))
    _run("--write", "--file", str(readme))
    text = readme.read_text(encoding="utf-8")
    assert text.count("stateDiagram-v2") == 1
    assert "[*] --> in_review : submit" in text
    assert "| transition |" not in text
    _run("--check", "--file", str(readme))


def test_writing_changes_only_what_stands_between_the_marks(page: Path) -> None:
    with pytest.raises(CommandError, match="differs from the tables"):
        _run("--check", "--file", str(page))
    assert "old" in page.read_text(encoding="utf-8")
    _run("--write", "--file", str(page))
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# Ours\n\n{BEGIN}\n")
    assert text.endswith(f"{END}\n\nAnd after.\n")
    assert "old" not in text
    _run("--check", "--file", str(page))
    _run("--write", "--file", str(page))
    assert page.read_text(encoding="utf-8") == text


def test_another_table_is_another_picture(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run("--write", "--file", str(page))
    wider = replace(workflow.TRANSITIONS["decline"], sources=Review.OPEN)
    monkeypatch.setitem(statemachine.TRANSITIONS, "decline", wider)
    with pytest.raises(CommandError, match="statemachine --write"):
        _run("--check", "--file", str(page))


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
@pytest.mark.parametrize("option", ["--check", "--write"])
def test_a_page_without_its_marks(option: str, text: str, page: Path) -> None:
    page.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match="two marks"):
        _run(option, "--file", str(page))
    assert page.read_text(encoding="utf-8") == text


def test_no_such_page(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        _run("--check", "--file", str(tmp_path / "none.md"))
    with pytest.raises(CommandError, match="not allowed with"):
        _run("--check", "--write")
