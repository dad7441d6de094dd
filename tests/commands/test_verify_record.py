"""`verify --record FILE`: without a database, in plain words, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from articles.canonical import digest
from config.environment import ROOT
from reviews import records
from tests import factories as f

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def made(cast: SimpleNamespace) -> dict[str, Any]:
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    return records.record(page.edition.reviews.get())


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    def verify(data: bytes | dict[str, Any], *more: str) -> tuple[int, str, str]:
        file = tmp_path / "record.json"
        file.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        with pytest.raises(SystemExit) as end:
            call_command("verify", "--record", str(file), *more)
        out, err = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, out, err

    return verify


def sealed(record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {key: value for key, value in {**record, **changes}.items() if key != "digest"}
    return {**body, "digest": digest(body)}


def test_an_honest_record(made: dict[str, Any], run: Run) -> None:
    code, out, err = run(records.file_bytes(made))
    assert (code, err) == (0, "")
    assert out.count("✓") == len(records.check(made))
    assert "✗" not in out
    assert "the record holds together." in out
    assert "can be seen on the site only" in out


def test_a_forged_record(made: dict[str, Any], run: Run) -> None:
    signed = [{**made["sign_offs"][0], "credentials": "Professor of everything"}]
    code, out, _ = run(sealed(made, sign_offs=signed))
    assert code == 1
    assert "✗ The log tells the same as the rest of the file." in out
    assert "has another name, credentials, registration or interests in the log." in out


def test_json(made: dict[str, Any], run: Run) -> None:
    code, out, _ = run(made, "--json")
    assert code == 0
    told = json.loads(out)
    assert (told["ok"], told["digest"], told["review"]) == (True, made["digest"], made["review"]["id"])
    code, out, _ = run(sealed(made, events=made["events"][:-1]), "--json")
    assert code == 1
    assert [c["check"] for c in json.loads(out)["checks"] if not c["ok"]] == ["log"]
    code, out, err = run(b"nothing", "--json")
    assert (code, json.loads(out)["ok"]) == (2, False)
    assert "The file is not JSON" in err


def test_no_database_is_opened(made: dict[str, Any], tmp_path: Path) -> None:
    """In a process of its own, with the address of a database that is not there."""
    file = tmp_path / "record.json"
    file.write_bytes(records.file_bytes(made))
    environment = {
        "PATH": os.environ["PATH"], "READ_ENV_FILE": "false", "SECRET_KEY": "x" * 50,
        "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:1/nowhere", "VAR_DIR": str(tmp_path),
    }  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "manage.py", "verify", "--record", str(file)],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "holds together" in ended.stdout


def test_not_even_a_connection(made: dict[str, Any], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a database was asked for")

    with monkeypatch.context() as patch:
        patch.setattr(type(connections["default"]), "connect", refuse)
        patch.setattr(type(connections["default"]), "cursor", refuse)
        assert run(made)[0] == 0


BROKEN = {
    "empty": (b"", "The file is not JSON"),
    "half": (b'{"format": "signoff-approval-record", ', "The file is not JSON"),
    "bytes": (b"\xff\xfe\x00\x01", "The file is not text in UTF-8"),
    "a list": (b"[]", "no approval record"),
    "a number": (b"17", "no approval record"),
    "another file": (b'{"name": "x"}', "no approval record"),
    "another making": (b'{"format": "signoff-approval-record", "schema": 99}', "of another making (schema 99)"),
    "nothing but a head": (b'{"format": "signoff-approval-record", "schema": 1}', "“digest” is missing in the record"),
    "deep lists": (b"[" * 200_000, "nested deeper"),
    "deep objects": (b'{"a":' * 200_000, "nested deeper"),
    "a long number": (b"9" * 10_000, "The file is not JSON"),
    "not a number": (b'{"a": NaN}', "holds NaN"),
    "a command for the terminal": (b'{"format": "signoff-approval-record", "schema": "\\u001b[2J"}', "schema  [2J"),
    "twice": (b'{"a": 1, "a": 2}', "one thing twice"),
    "a fraction": (b'{"a": 1.5}', "whole numbers only"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_record(name: str, run: Run) -> None:
    data, sentence = BROKEN[name]
    code, out, err = run(data)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_too_large(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as handle:
        handle.truncate(200_000_000)
    with pytest.raises(SystemExit, match="2"):
        call_command("verify", "--record", str(file))
    assert "larger than 20 MB" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["/nowhere/at/all.json", "", ".", "a\x00b"])
def test_no_such_file(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        call_command("verify", "--record", name)
    assert "cannot be read" in capsys.readouterr().err


WRONG = (None, True, -1, 2**60, "x", "\ud800", [], {}, [[]], {"a": {"b": []}}, [None])


def test_every_part_of_another_kind(made: dict[str, Any], run: Run) -> None:
    """Whatever stands where something else should, the answer is a verdict or a sentence."""

    def places(value: Any, path: tuple[Any, ...] = ()) -> Any:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield (*path, key)
                yield from places(inner, (*path, key))
        elif isinstance(value, list) and value:
            yield from places(value[0], (*path, 0))

    def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
        if not path:
            return new
        if isinstance(value, dict):
            return {k: put(v, path[1:], new) if k == path[0] else v for k, v in value.items()}
        return [put(v, path[1:], new) if n == path[0] else v for n, v in enumerate(value)]

    for number, path in enumerate(dict.fromkeys(places(made))):
        forged = put(made, path, WRONG[number % len(WRONG)])
        if forged == made:
            continue
        try:
            parsed = records.parse(json.dumps(forged).encode())
        except records.NotARecord:
            continue
        assert not all(line.ok for line in records.check(parsed)), path
    for part in ("editions", "sign_offs", "events", "people", "policies", "disclaimers", "claims"):
        assert run(put(made, (part,), []))[0] == 1, part


def test_what_a_terminal_would_obey_is_not_written(made: dict[str, Any], run: Run) -> None:
    article = {**made["article"], "title": "\x1b[2J\nall is well"}
    code, out, _ = run(sealed(made, article=article))
    assert code == 1
    assert "\x1b" not in out
    assert "\nall is well" not in out


def test_the_help_says_what_it_does_not_prove(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("verify", "--help")
    said = " ".join(capsys.readouterr().out.split())
    assert "It does not prove that this site made the file" in said
