"""`manage.py import_articles`: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from articles.importing import import_file
from articles.models import Article
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer() -> User:
    return factories.user("wanda", "Writer", name="Wanda Writer")


def files(folder: Path, **texts: str) -> list[str]:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_bytes(text.encode())
    return [str(folder / f"{name}.txt") for name in texts]


def run(*args: str, **options: object) -> int:
    try:
        call_command("import_articles", *args, **options)
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code
    return 0


def test_files_become_drafts(tmp_path: Path, writer: User, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = files(tmp_path, one="Pain\nIt hurts.", two="Sleep\nSleep\nIt helps.\n- a lot\n- often")
    assert run(one, two, "--by", "wanda") == 0
    out, err = capsys.readouterr()
    assert out == (
        f"imported  pain  3 words  {one}\nimported  sleep  7 words  {two}\nImported 2 of 2 files; 0 refused.\n"
    )
    assert err == ""
    assert {article.contributions.get().person for article in Article.objects.all()} == {writer}


def test_bad_files_do_not_keep_good_ones_out(
    tmp_path: Path, writer: User, capsys: pytest.CaptureFixture[str]
) -> None:
    empty, good, missing = *files(tmp_path, empty="", good="Pain\nIt hurts."), str(tmp_path / "missing.txt")
    assert run(empty, good, missing, str(tmp_path), good, "--by", "wanda") == 1
    out, err = capsys.readouterr()
    assert out == f"imported  pain  3 words  {good}\nImported 1 of 5 files; 4 refused.\n"
    assert err.splitlines() == [
        f"{empty}: The file is empty.",
        f"{missing}: There is no such file.",
        f"{tmp_path}: This is a folder; name the files in it.",
        f"{good}: An article with the address “pain” exists already.",
    ]
    assert Article.objects.count() == 1


def test_json_is_all_of_stdout(tmp_path: Path, writer: User, capsys: pytest.CaptureFixture[str]) -> None:
    good, empty = files(tmp_path, good="Pain\nIt hurts.", empty="")
    assert run(good, empty, "--by", "wanda", "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == [
        {"file": good, "ok": True, "slug": "pain", "words": 3, "error": None},
        {"file": empty, "ok": False, "slug": None, "words": None, "error": "The file is empty."},
    ]
    assert err.splitlines() == [f"{empty}: The file is empty.", "Imported 1 of 2 files; 1 refused."]


def test_a_bug_costs_one_file_and_no_traceback(
    tmp_path: Path, writer: User, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = files(tmp_path, one="Pain\nIt hurts.", two="Sleep\nIt helps.")

    def breaks_once(path: Path, *, by: User) -> Article:
        if path.stem == "one":
            raise RuntimeError("the disk\nis on fire")
        return import_file(path, by=by)

    monkeypatch.setattr("articles.management.commands.import_articles.import_file", breaks_once)
    assert run(one, two, "--by", "wanda") == 1
    out, err = capsys.readouterr()
    assert f"imported  sleep  3 words  {two}" in out
    assert err == f"{one}: Unexpected RuntimeError: the disk is on fire (--traceback shows where)\n"
    with pytest.raises(RuntimeError):
        run(one, "--by", "wanda", traceback=True)


def test_progress_for_many_files(tmp_path: Path, writer: User, capsys: pytest.CaptureFixture[str]) -> None:
    many = files(tmp_path, **{f"f{n}": f"Pain {n}\nIt hurts." for n in range(45)})
    assert run(*many, "--by", "wanda") == 0
    assert capsys.readouterr().err == "20 of 45 files\n40 of 45 files\n"
    few = files(tmp_path, **{f"g{n}": f"Sleep {n}\nIt helps." for n in range(20)})
    assert run(*few, "--by", "wanda") == 0
    assert capsys.readouterr().err == ""


def test_a_hundred_thousand_words(tmp_path: Path, writer: User, capsys: pytest.CaptureFixture[str]) -> None:
    (long,) = files(tmp_path, long="Pain\n" + "\n\n".join(["ache " * 100] * 1000))
    assert run(long, "--by", "wanda") == 0
    assert "100001 words" in capsys.readouterr().out


def test_a_name_that_would_upset_a_terminal(
    tmp_path: Path, writer: User, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = os.fsencode(tmp_path) + b"/\xe9\x1b[31m\nx.txt"
    Path(os.fsdecode(raw)).write_text("Pain\nIt hurts.")
    assert run(os.fsdecode(raw), "--by", "wanda") == 0
    assert f"{tmp_path}/\\xe9\\x1b[31m\\nx.txt\n" in capsys.readouterr().out


def test_the_only_writer_is_credited(tmp_path: Path, writer: User) -> None:
    factories.user("rita", "Medical reviewer")
    factories.user("gone", "Writer", is_active=False)
    assert run(*files(tmp_path, one="Pain\nIt hurts.")) == 0
    assert Article.objects.get().contributions.get().person == writer


def test_several_writers_must_be_told_apart(tmp_path: Path, writer: User) -> None:
    User.objects.create_superuser("alice")
    factories.user("rita", "Medical reviewer")
    with pytest.raises(CommandError) as error:
        run(*files(tmp_path, one="Pain\nIt hurts."))
    assert str(error.value) == "Say with --by USERNAME who is to be credited. You can name: alice, wanda."


def test_nobody_there_yet(tmp_path: Path) -> None:
    factories.user("rita", "Medical reviewer")
    with pytest.raises(CommandError, match=r"There is nobody yet: give somebody the role of Writer, or use"):
        run(*files(tmp_path, one="Pain\nIt hurts."))


def test_who_may_not_write_is_not_credited(tmp_path: Path, writer: User) -> None:
    factories.user("rita", "Medical reviewer")
    factories.user("gone", "Writer", is_active=False)
    (one,) = files(tmp_path, one="Pain\nIt hurts.")
    for name in ("rita", "gone", "nobody", ""):
        with pytest.raises(CommandError) as error:
            run(one, "--by", name)
        assert str(error.value) == f"“{name}” is no active user who may write drafts. You can name: wanda."
    assert not Article.objects.exists()


def test_only_so_many_names_are_listed(tmp_path: Path) -> None:
    for number in range(12):
        factories.user(f"w{number:02}", "Writer")
    with pytest.raises(CommandError, match=r"w00, .*, w09, …\.$"):
        run(*files(tmp_path, one="Pain\nIt hurts."))
