"""Every command explains itself; wrong settings are said in a sentence before anything starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands

from config.environment import ROOT

OURS = sorted(name for name, app in get_commands().items() if app in ("articles", "reviews"))


def test_the_commands_that_scripts_rely_on_are_there() -> None:
    assert {"demo", "import_articles", "load_policy", "run_jobs", "publish_due", "verify"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        call_command(name, "--help")
    assert end.value.code == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage:")
    assert name in out
    assert err == ""
    described = [line for line in out.splitlines() if line and not line.startswith((" ", "usage:"))]
    assert len(described) >= 2, "the help has no sentence about what the command does"


def settings(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a fresh process, and print a few."""
    environment = {
        "PATH": os.environ["PATH"], "READ_ENV_FILE": "false", "SECRET_KEY": "x" * 50,
        "DJANGO_SETTINGS_MODULE": "config.settings", **changes,
    }  # fmt: skip
    program = (
        "from config import settings as s; d = s.DATABASES['default']; "
        "print(s.DEBUG, s.HTTPS_ONLY, d['ENGINE'].rpartition('.')[2], d['NAME'])"
    )
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


WRONG = {
    "no address": ({"CROSSREF_URL": "crossref"}, "CROSSREF_URL must be an address like"),
    "no origin": (
        {"API_CORS_ORIGINS": "app.example.org"},
        "origins like https://app.example.org, or * alone",
    ),
    "an origin with a path": (
        {"API_CORS_ORIGINS": "https://a.example,https://b.example/x"},
        "“https://b.example/x” is none",
    ),
    "all origins and one": ({"API_CORS_ORIGINS": "*,https://a.example"}, "API_CORS_ORIGINS must be origins"),
    "no mail address": ({"REGISTRY_CONTACT": "me"}, "must be a mail address"),
    "no address to purge": (
        {"PURGE_URL": "purge.example.org?key=secret"},
        "PURGE_URL must be an address like",
    ),
    "a token of two words": ({"PURGE_TOKEN": "my secret"}, "PURGE_TOKEN must be one word"),
    "kept by a network that is not told": ({"CDN_MAX_AGE": "60"}, "CDN_MAX_AGE needs PURGE_URL"),
    "an export into somewhere": ({"EXPORT_DIR": "public"}, "EXPORT_DIR must be a whole path"),
    "an export over everything": ({"EXPORT_DIR": "/"}, "EXPORT_DIR must be a whole path"),
    "no time at all": ({"REGISTRY_TIMEOUT": "0"}, "whole number of seconds"),
    "no secret": ({"SECRET_KEY": ""}, "SECRET_KEY is not set."),
    "a blank secret": ({"SECRET_KEY": "  "}, "SECRET_KEY is not set."),
    "MySQL": ({"DATABASE_URL": "mysql://me:secret@host/name"}, "DATABASE_URL must name SQLite"),
    "a word": ({"DATABASE_URL": "garbage"}, "DATABASE_URL must name SQLite"),
    "a slip of the pen": ({"DATABASE_URL": "postgres//me:secret@host/name"}, "DATABASE_URL must name SQLite"),
    "a port in words": (
        {"DATABASE_URL": "postgres://me:secret@host:port/name"},
        "DATABASE_URL or CONN_MAX_AGE",
    ),
    "an age in words": ({"DATABASE_URL": "postgres://host/name", "CONN_MAX_AGE": "old"}, "CONN_MAX_AGE"),
    "neither true nor false": ({"DEBUG": "maybe"}, "DEBUG must be true or false; “maybe” is neither."),
    "a sign page for ever": (
        {"SIGN_PAGE_HOURS": "9999"},
        "a whole number of hours from 1 to 72; “9999” is not.",
    ),
    "a sign page for a word": (
        {"SIGN_PAGE_HOURS": "long"},
        "SIGN_PAGE_HOURS must be a whole number of hours",
    ),
    "fewer proxies than none": (
        {"TRUSTED_PROXIES": "-1"},
        "TRUSTED_PROXIES must be a whole number of proxies from 0 to 9; “-1” is not.",
    ),
    "HTTPS mistyped": ({"HTTPS_ONLY": "treu"}, "HTTPS_ONLY must be true or false; “treu” is neither."),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_settings_are_said_in_a_sentence(tmp_path: Path, name: str) -> None:
    changes, sentence = WRONG[name]
    process = settings(tmp_path, **changes)
    last = process.stderr.strip().splitlines()[-1]
    assert process.returncode != 0
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert sentence in last
    assert "secret" not in last


def test_what_is_left_empty_is_the_default(tmp_path: Path) -> None:
    process = settings(tmp_path, DATABASE_URL="", DEBUG="", HTTPS_ONLY="")
    assert process.stdout.split() == ["False", "True", "sqlite3", str(ROOT / "var" / "signoff.sqlite3")]
    process = settings(tmp_path, DATABASE_URL="postgres://me@host/name", DEBUG="On", HTTPS_ONLY="no")
    assert process.stdout.split() == ["True", "False", "postgresql", "name"]
