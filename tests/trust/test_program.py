"""`signoff_verify.py`, as a reader runs it: what it lets pass, and what it does not."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import publishing
from articles.canonical import canonical
from articles.models import Notice, Publication
from reviews import workflow
from tests import factories as f
from tests.trust.conftest import PROGRAM, Edited

# RFC 8032, section 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]  # fmt: skip
# Every point whose order is 1, 2, 4 or 8, in its one encoding.
SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
]
# y = 0 and 1 written as y + p, and x = 0 with the sign of a negative x: second ways to write a point.
TWICE = [
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


# --- Ed25519 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc(
    program: ModuleType, secret: str, public: str, message: str, signature: str
) -> None:
    key, words, signed = (bytes.fromhex(part) for part in (public, message, signature))
    assert program.is_signed(words, signed, key)
    assert not program.is_signed(words + b"x", signed, key)
    made = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    assert made.public_key().public_bytes_raw() == key  # and the vector was copied rightly
    assert made.sign(words) == signed


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300), st.integers(0, 511), st.integers(0, 255))
def test_it_agrees_with_cryptography(seed: bytes, message: bytes, bit: int, other: int) -> None:
    program = sys.modules["signoff_verify"]
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signed = key.public_key().public_bytes_raw(), key.sign(message)
    assert program.is_signed(message, signed, public)
    assert not program.is_signed(message, flipped(signed, bit), public)
    assert not program.is_signed(message, signed, flipped(public, other))
    assert not program.is_signed(message + b"\x00", signed, public)


@pytest.fixture(autouse=True)
def _loaded(program: ModuleType) -> None:
    """For the test above: what Hypothesis calls many times takes no fixture."""


def flipped(raw: bytes, bit: int) -> bytes:
    return bytes(byte ^ (1 << bit % 8 if place == bit // 8 else 0) for place, byte in enumerate(raw))


def test_one_flipped_bit_anywhere(program: ModuleType) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signed = key.public_key().public_bytes_raw(), key.sign(b"words")
    assert program.is_signed(b"words", signed, public)
    assert not [bit for bit in range(512) if program.is_signed(b"words", flipped(signed, bit), public)]
    assert not [bit for bit in range(256) if program.is_signed(b"words", signed, flipped(public, bit))]
    assert not [bit for bit in range(40) if program.is_signed(flipped(b"words", bit), signed, public)]


def test_a_response_that_is_not_reduced(program: ModuleType) -> None:
    """S + L would satisfy the equation too: a second signature made by nobody."""
    _, public, message, signature = (bytes.fromhex(part) for part in VECTORS[1])
    response = int.from_bytes(signature[32:], "little") + program.L
    assert not program.is_signed(message, signature[:32] + response.to_bytes(32, "little"), public)


@pytest.mark.parametrize("point", SMALL)
def test_points_of_small_order(program: ModuleType, point: str) -> None:
    small = bytes.fromhex(point)
    assert program.decoded(small) is not None
    assert program.equal(program.times(8, program.decoded(small)), program.NEUTRAL)
    # With S = 0 and R the neutral point, such a key would “sign” every eighth message or more.
    forged = bytes.fromhex(SMALL[0]) + bytes(32)
    assert not any(program.is_signed(bytes([n]), forged, small) for n in range(16))
    _, public, message, signature = (bytes.fromhex(part) for part in VECTORS[2])
    assert not program.is_signed(message, small + signature[32:], public)


@pytest.mark.parametrize("point", TWICE)
def test_points_are_written_in_one_way(program: ModuleType, point: str) -> None:
    assert program.decoded(bytes.fromhex(point)) is None


@pytest.mark.parametrize(("signature", "public"), [(0, 32), (63, 32), (65, 32), (64, 31), (64, 33), (64, 0)])
def test_other_lengths(program: ModuleType, signature: int, public: int) -> None:
    assert not program.is_signed(b"words", bytes(signature), bytes(public))


# --- Canonical JSON ---------------------------------------------------------------------------------------

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(plain)
def test_its_canonical_form_is_that_of_the_site(value: Any) -> None:
    assert sys.modules["signoff_verify"].canonical(value) == canonical(value).encode("utf-8")


@pytest.mark.parametrize("value", [1.5, 2**53, float("nan"), "\ud800", {"\ud800": 1}, b"x"])
def test_what_has_no_place_in_an_attestation(program: ModuleType, value: Any) -> None:
    with pytest.raises(ValueError):
        program.canonical(value)


# --- A page, its attestation and the keys -----------------------------------------------------------------


def run(*names: str | Path) -> tuple[int, str]:
    """The program in a process of its own, without our packages: exit code, and what it said."""
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), *map(str, names)], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def checked(program: ModuleType, files: list[Path]) -> dict[str, bool]:
    """Which checks hold."""
    page, attestation, keys = files
    answer = program.read_json(attestation.read_bytes(), "attestation")
    found = program.examine(page.read_bytes(), answer, program.read_json(keys.read_bytes(), "keys"))
    return {finding.check: finding.ok for finding in found}


ALL_IS_WELL = {"signature": True, "form": True, "article": True}
pytestmark = pytest.mark.django_db


def test_a_published_page_passes(files: list[Path], live: Publication) -> None:
    code, said = run(*files)
    assert code == 0
    assert "Everything holds." in said
    assert "“Walking and your back”, edition 1, http://127.0.0.1:8000/articles/walking/" in said
    assert "Signed by Dr Rita Reviewer, MD, FRCP, on " in said
    assert live.signed_attestation.key in said


def test_for_programs(files: list[Path]) -> None:
    code, said = run(*files, "--json")
    told = json.loads(said)
    assert (code, told["ok"]) == (0, True)
    assert {check["check"]: check["ok"] for check in told["checks"]} == ALL_IS_WELL
    assert told["document"]["edition"]["number"] == 1
    files[0].write_text(files[0].read_text().replace("Walking", "Talking"))
    code, said = run("--json", *files)
    assert (code, json.loads(said)["ok"]) == (1, False)
    code, said = run("--json", *files[:2], "nowhere.json")
    assert (code, json.loads(said)["ok"]) == (2, False)


def test_laid_out_in_another_way_it_is_the_same(program: ModuleType, files: list[Path]) -> None:
    answer = json.loads(files[1].read_bytes())
    backwards = {name: answer["document"][name] for name in reversed(answer["document"])}
    files[1].write_text(json.dumps(answer | {"document": backwards}))
    assert checked(program, files) == ALL_IS_WELL


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("about a third", "about a half"),
        ("Speak to a physiotherapist first.", ""),
        ("twelve weeks", "twelve  weeks"),
        ("Dr Rita Reviewer", "Dr Mallory"),
        ("Next review due", "Next review done"),
        ('class="body"', 'class="body" hidden'),
        ("general information", "medical advice"),
        ("</article>", "<p>More words.</p></article>"),
        ("<h1>", "<h1>Not: "),
    ],
)
def test_a_word_of_the_page(program: ModuleType, files: list[Path], said: str, instead: str) -> None:
    page = files[0].read_text()
    assert said in page
    files[0].write_text(page.replace(said, instead))
    assert checked(program, files) == ALL_IS_WELL | {"article": False}
    assert run(*files)[0] == 1


def test_every_kind_of_statement(program: ModuleType, files: list[Path]) -> None:
    """Change any value of the document, or take any member away: the signature does not hold."""
    answer = json.loads(files[1].read_bytes())
    tried = 0
    for change in changes(answer["document"]):
        document = json.loads(json.dumps(answer["document"]))
        change(document)
        files[1].write_text(json.dumps(answer | {"document": document}))
        try:
            assert not checked(program, files)["signature"]
        except program.Unreadable:  # of another schema or version
            assert (document.get("schema"), document.get("version")) != ("signoff-attestation", 1)
        tried += 1
    assert tried > 60


def changes(value: Any, path: tuple[Any, ...] = ()) -> list[Callable[[Any], None]]:
    """Functions that each change one thing in a document of this shape."""

    def at(document: Any) -> Any:
        for step in path[:-1]:
            document = document[step]
        return document

    def instead(new: Any) -> Callable[[Any], None]:
        return lambda document: at(document).__setitem__(path[-1], new)

    found: list[Callable[[Any], None]] = []
    if path:
        found.append(lambda document: at(document).__delitem__(path[-1]))
    if isinstance(value, dict):
        found.append(lambda document: (at(document)[path[-1]] if path else document).__setitem__("more", 1))
    if isinstance(value, (dict, list)):
        for step in value if isinstance(value, dict) else range(len(value)):
            found += changes(value[step], (*path, step))
    elif value is None:
        found.append(instead("x"))
    else:
        found.append(instead(value + 1 if isinstance(value, int) else value + "x"))
    return found


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "AAAA"}, {"signature": 7}, {"signature": "☃"}, {"signature": None}, {"key": "x"}, {"key": None},
        {"key": ["x"]}, {"signature": base64.b64encode(bytes(64)).decode()},
    ],
)  # fmt: skip
def test_another_signature_or_key(program: ModuleType, files: list[Path], wrong: dict[str, Any]) -> None:
    answer = json.loads(files[1].read_bytes())
    files[1].write_text(json.dumps(answer | wrong))
    assert not checked(program, files)["signature"]


def test_the_keys_of_another_site(program: ModuleType, files: list[Path]) -> None:
    """Also when they are listed under the name of the right one."""
    listed = json.loads(files[2].read_bytes())["keys"][0]
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    listed["x"] = base64.urlsafe_b64encode(stranger).decode().rstrip("=")
    files[2].write_text(json.dumps({"keys": [listed]}))
    assert not checked(program, files)["signature"]
    code, said = run(*files)
    assert code == 1
    assert "not among the keys" in said


def attested_anew(files: list[Path], **changed: Any) -> None:
    """The attestation with other members, signed by a key that is put into the list of keys."""
    answer = json.loads(files[1].read_bytes())
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    document = {name: value for name, value in (answer["document"] | changed).items() if value != "left out"}
    x = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).decode().rstrip("=")
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": x}
    named = hashlib.sha256(canonical(jwk).encode()).digest()
    files[2].write_text(json.dumps({"keys": [{"kty": "RSA"}, jwk]}))
    signed = base64.b64encode(key.sign(canonical(document).encode())).decode()
    named_so = base64.urlsafe_b64encode(named).decode().rstrip("=")
    files[1].write_text(json.dumps({"document": document, "signature": signed, "key": named_so}))


@pytest.mark.parametrize(
    "changed",
    [
        {"signers": []}, {"signers": "left out"}, {"signers": [{"name": "A"}]}, {"required_signatures": 2},
        {"required_signatures": True}, {"edition": {"number": 0, "digest": "0" * 64}}, {"event": None},
        {"article_html": "A" * 64}, {"reviewed_on": "2026-02-30"}, {"reviewed_on": 20260202}, {"published_at": "today"},
        {"disclaimers": {}}, {"disclaimers": [{"key": "a", "version": 1}]}, {"site": "left out"}, {"article": []},
    ],
)  # fmt: skip
def test_a_signed_document_must_say_all_that_it_should(
    program: ModuleType, files: list[Path], changed: dict[str, Any]
) -> None:
    attested_anew(files)
    assert checked(program, files) == ALL_IS_WELL
    attested_anew(files, **changed)
    found = checked(program, files)
    assert (found["signature"], found["form"]) == (True, False)
    assert run(*files)[0] == 1


@pytest.mark.parametrize("changed", [{"version": 2}, {"version": "left out"}, {"schema": "other"}])
def test_of_another_kind_or_version_nothing_is_said(files: list[Path], changed: dict[str, Any]) -> None:
    attested_anew(files, **changed)
    assert run(*files)[0] == 2


@pytest.mark.parametrize(
    "around",
    [
        "<!-- {} -->", "<template>{}</template>", "<script>{}</script>", "<div hidden>{}</div>", "<noscript>{}</noscript>",
        '<div style="display:none">{}</div>', "<details>{}</details>", "<textarea>{}</textarea>", "{}{}", "<p>{}",
        '<div aria-hidden="true">{}</div>', "<div inert>{}</div>", "<dialog>{}</dialog>", "",
    ],
)  # fmt: skip
def test_the_attested_article_must_be_the_one_that_is_shown(
    program: ModuleType, files: list[Path], around: str
) -> None:
    """Hidden in a page that shows other words, it proves nothing."""
    page = files[0].read_text()
    article = program.article_in(page)
    other = '<div class="article"><p>Drink bleach.</p></div>'
    files[0].write_text(page.replace(article, around.replace("{}", article) + other))
    assert checked(program, files) == ALL_IS_WELL | {"article": False}


@pytest.mark.parametrize(
    "page",
    [b"", b"\xff\xfe", b"<article class='article'></article>", b"<![x", b"<!" * 1000, b"<article" * 1000],
)
def test_a_page_that_is_none(program: ModuleType, files: list[Path], page: bytes) -> None:
    files[0].write_bytes(page)
    assert checked(program, files) == ALL_IS_WELL | {"article": False}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff", b'{"document": 1}', b"[" * 100_000, b'{"document": {}}', b"1" * 10_000,
        b'{"document": {"schema": "signoff-attestation", "version": 1}, "document": {}}',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_checked(files: list[Path], content: bytes) -> None:
    files[1].write_bytes(content)
    assert run(*files)[0] == 2


@pytest.mark.parametrize(
    "content", [b"[]", b"{}", b'{"keys": 1}', b'{"keys": [{"kty": "OKP", "crv": "Ed25519"}]}']
)
def test_keys_that_cannot_be_read(files: list[Path], content: bytes) -> None:
    files[2].write_bytes(content)
    assert run(*files)[0] == 2


def test_a_name_that_stands_there_twice(files: list[Path]) -> None:
    """Two programs may read such a file in two ways; this one does not read it."""
    text = files[1].read_text()
    files[1].write_text(text.replace('"reviewed_on":', '"reviewed_on": "2000-01-01", "reviewed_on":', 1))
    code, said = run(*files)
    assert code == 2
    assert "twice" in said


def test_nothing_that_is_printed_steers_the_terminal(files: list[Path]) -> None:
    answer = json.loads(files[1].read_bytes())
    answer["notices"] = [{"text": "Red \x1b[31m\u202ealert"}, "odd", {}]
    files[1].write_text(json.dumps(answer))
    code, said = run(*files)
    assert code == 0
    assert "Red  [31m alert" in said
    assert "\x1b" not in said and "\u202e" not in said


def test_how_it_is_called(files: list[Path]) -> None:
    for names in ((), files[:1], files[:2], [*files, files[0]]):
        done = subprocess.run(
            [sys.executable, str(PROGRAM), *map(str, names)], capture_output=True, timeout=60
        )
        assert done.returncode == 2
    assert run("nowhere.html", *files[1:])[0] == 2
    assert run("file:///etc/passwd", *files[1:])[0] == 2


# --- Over the network -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_with_the_address_of_an_article(live_server: Any, cast: SimpleNamespace, edited: Edited) -> None:
    live = f.published(cast.writer, cast.reviewer, cast.editor, slug="walking")
    address = f"{live_server.url}/articles/walking/"
    for spelling in (address, address.rstrip("/"), f"{address}?utm=x#section-1"):
        assert run(spelling)[0] == 0
    publishing.tell_readers(
        live, by=cast.editor, text="A source fell.", kind=Notice.Kind.EXPRESSION_OF_CONCERN
    )
    code, said = run(address)
    assert code == 0
    assert "Since then the site told its readers: A source fell." in said
    # Three addresses; and a page of today against the attestation of yesterday.
    edited(live, title="Walking and backs")
    assert run(address)[0] == 0
    earlier = f"{address}history/1/attestation.json"
    assert run(address, earlier, f"{live_server.url}/.well-known/signoff-keys.json")[0] == 1
    workflow.withdraw(live.article, by=cast.lead, reason="The dose was wrong.")
    code, said = run(address)
    assert code == 2
    assert "took this article down" in said and "The dose was wrong." in said
    assert run(f"{live_server.url}/articles/never/")[0] == 2


def test_readers_can_save_it(client: Client, live: Publication) -> None:
    page = client.get("/check-this-page/").content.decode()
    assert 'href="/static/signoff/signoff_verify.py" download="signoff_verify.py"' in page
