"""`manage.py screen`: a report for people, JSON for programs, and a sentence for what cannot be read."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from articles.documents import document
from articles.freezing import draft_document
from articles.importing import read_article
from tests import factories as f

pytestmark = pytest.mark.django_db

TEXT = """Small doses
Studies show that psilocybin is completely s\u200bafe.

Share

Psilocybin was taken by adults.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small-doses.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*args: str) -> tuple[str, str, int]:
    out, err = StringIO(), StringIO()
    status = 0
    try:
        call_command("screen", *args, stdout=out, stderr=err)
    except SystemExit as exit:
        status = int(exit.code or 0)
    return out.getvalue(), err.getvalue(), status


def test_json_has_offsets_into_the_text(file: Path) -> None:
    out, _, status = run(str(file), "--json")
    read = read_article(file)
    text = document(title=read.title, body=read.body_html).text
    rows = json.loads(out)
    assert status == 0
    assert {row["rule"] for row in rows} >= {"absolute.safety", "attribution.vague", "chrome.line"}
    for row in rows:
        assert row["file"] == str(file)
        assert text[row["start"] : row["end"]] == row["quote"]
        assert row.keys() >= {"category", "severity", "message"}


def test_the_report_underlines_passages(file: Path) -> None:
    out, _, _ = run(str(file), "--no-color")
    lines = out.splitlines()
    place = next(index for index, line in enumerate(lines) if "Studies show" in line)
    assert lines[place + 1].strip("~ ") == "" and "~" in lines[place + 1]
    assert "Mend before submitting" in out and "promises safety" in out
    assert "\x1b[4m" in run(str(file), "--force-color")[0]


def test_a_stored_draft(file: Path) -> None:
    article = f.draft(f.user("w", "Writer"), body="<p>Psilocybin is completely safe.</p>")
    rows = json.loads(run("--article", article.slug, "--json")[0])
    assert "Psilocybin is completely safe." in {row["quote"] for row in rows}
    text = draft_document(article).text
    assert all(text[row["start"] : row["end"]] == row["quote"] for row in rows)


def test_one_bad_file_does_not_keep_the_others_out(file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    out, err, status = run(str(empty), str(tmp_path / "none.txt"), str(file), "--json")
    assert status == 1
    assert "empty.txt: The file is empty." in err and "none.txt" in err
    assert {row["file"] for row in json.loads(out)} == {str(file)}


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text("A title\nIt is completely safe \x1b]0;x\x07 for all.\n", encoding="utf-8")
    assert "\x1b" not in run(str(path), "--no-color")[0]


def test_nothing_named_and_no_such_article() -> None:
    with pytest.raises(CommandError, match="Name at least one file"):
        run()
    with pytest.raises(CommandError, match="no article with the address"):
        run("--article", "nowhere")


def test_it_changes_nothing(file: Path) -> None:
    from articles.models import Article

    run(str(file))
    assert not Article.objects.exists()
