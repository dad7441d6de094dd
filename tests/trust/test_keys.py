"""The site's key: where it comes from, that there is one, and how it is replaced."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from articles import keys
from articles.models import Publication
from config.environment import ROOT
from tests.trust.conftest import answered

# RFC 8037, appendix A: a key, and its thumbprint.
SEED = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """No key in the settings: the file's turn."""
    settings.ATTESTATION_KEY = b""
    settings.VAR_DIR = tmp_path
    return tmp_path


def test_the_key_of_the_rfc_has_the_name_of_the_rfc(client: Client, settings: Any) -> None:
    settings.ATTESTATION_KEY = SEED
    assert answered(client, "/.well-known/signoff-keys.json") == {
        "keys": [{"kty": "OKP", "crv": "Ed25519", "x": PUBLIC, "kid": THUMBPRINT, "use": "sig"}]
    }
    # RFC 8032, section 7.1, test 1: the empty message.
    key, signature = keys.sign("")
    assert key == THUMBPRINT
    assert base64.b64decode(signature).hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974")


def test_the_keys_may_be_kept_for_five_minutes(client: Client) -> None:
    answer = client.get("/.well-known/signoff-keys.json")
    assert answer["Cache-Control"] == "public, max-age=300"
    assert client.post("/.well-known/signoff-keys.json").status_code == 405


def test_a_key_is_made_when_it_is_first_needed(folder: Path) -> None:
    first = keys.public_keys()
    file = folder / "attestation.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(base64.b64decode(file.read_text())) == 32
    assert keys.public_keys() == first
    assert [entry.name for entry in folder.iterdir()] == ["attestation.key"]
    key, signature = keys.sign("words")
    assert keys.holds("words", key=key, signature=signature)
    assert not keys.holds("worse", key=key, signature=signature)


def test_of_many_threads_at_once_one_makes_it(folder: Path) -> None:
    ready = Barrier(16)

    def ask(_: int) -> bytes:
        ready.wait()
        return keys.public_keys()[0]

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(ask, range(16)))) == 1
    assert [entry.name for entry in folder.iterdir()] == ["attestation.key"]


def test_of_many_processes_at_once_one_makes_it(tmp_path: Path) -> None:
    """They wait for one another at a line that each reads from its parent."""
    program = (
        "import django, sys; django.setup(); from articles.keys import sign, key_set;"
        "print('ready', flush=True); sys.stdin.readline(); print(sign('words')[0])"
    )
    environment = {
        "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": "x" * 50,
        "READ_ENV_FILE": "false", "VAR_DIR": str(tmp_path), "DATABASE_URL": "sqlite://:memory:",
    }  # fmt: skip
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]  # fmt: skip
    for one in running:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = {one.communicate(timeout=60)[0].strip() for one in running}
    assert len(said) == 1 and len(said.pop()) == 43
    assert all(one.returncode == 0 for one in running)


@pytest.mark.parametrize("content", [b"", b"\n", b"no base64!", b"c2hvcnQ=", b"\xff\xfe", b"A" * 100_000])
def test_a_key_file_that_is_broken_is_said_and_left_alone(folder: Path, content: bytes) -> None:
    (folder / "attestation.key").write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=r"attestation\.key"):
        keys.sign("words")
    assert (folder / "attestation.key").read_bytes() == content


def test_a_folder_that_is_not_there(folder: Path, settings: Any) -> None:
    settings.VAR_DIR = folder / "nowhere"
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        keys.sign("words")


@pytest.mark.django_db
def test_a_key_that_was_replaced_still_checks_what_it_signed(
    client: Client, live: Publication, settings: Any
) -> None:
    old = keys.public_keys()[0]
    signed = live.signed_attestation
    settings.ATTESTATION_KEY = bytes(range(32))
    assert not keys.holds(signed.document, key=signed.key, signature=signed.signature)
    settings.ATTESTATION_OLD_KEYS = [old]
    assert keys.holds(signed.document, key=signed.key, signature=signed.signature)
    listed = answered(client, "/.well-known/signoff-keys.json")["keys"]
    assert [key["kid"] for key in listed] == [keys.key_id(k) for k in keys.public_keys()]
    assert (len(listed), listed[1]["kid"]) == (2, signed.key)
    settings.ATTESTATION_OLD_KEYS = [old, *keys.public_keys()]  # today's among them is listed once
    assert len(keys.public_keys()) == 2


def configured(**environment: str) -> subprocess.CompletedProcess[str]:
    code = (
        "from django.conf import settings as s;"
        "print(s.ATTESTATION_KEY.hex(), [k.hex() for k in s.ATTESTATION_OLD_KEYS])"
    )
    base = {
        "DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": "x" * 50, "READ_ENV_FILE": "false",
        "DATABASE_URL": "sqlite://:memory:",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", code],
        env=base | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_settings_take_a_key_in_either_alphabet() -> None:
    plain, of_addresses = base64.b64encode(SEED).decode(), "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    told = configured(ATTESTATION_KEY=plain, ATTESTATION_OLD_KEYS=f"{of_addresses},{plain}")
    assert told.stdout == f"{SEED.hex()} ['{SEED.hex()}', '{SEED.hex()}']\n"
    assert configured(ATTESTATION_KEY="  ", ATTESTATION_OLD_KEYS="").stdout == " []\n"


@pytest.mark.parametrize("name", ["ATTESTATION_KEY", "ATTESTATION_OLD_KEYS"])
@pytest.mark.parametrize("value", ["verysecret", "dmVyeXNlY3JldA==", "é" * 43, "A" * 44, "=", "A" * 42])
def test_a_wrong_key_stops_the_site_and_is_not_repeated(name: str, value: str) -> None:
    told = configured(**{name: value})
    assert told.returncode == 1
    assert f"{name} must hold 32 bytes in base64." in told.stderr
    assert "verysecret" not in told.stderr


def test_a_worker_that_only_serves_pages_does_not_load_cryptography() -> None:
    code = (
        "import django, sys; django.setup(); import config.urls, articles.keys, articles.attesting;"
        "sys.exit('cryptography.hazmat.primitives.asymmetric.ed25519' in sys.modules)"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": "x" * 50, "READ_ENV_FILE": "false",
        "DATABASE_URL": "sqlite://:memory:",
    }  # fmt: skip
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, timeout=60).returncode == 0
