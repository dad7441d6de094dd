#!/usr/bin/env python3
"""signoff-verify: check that a page is the article that its attestation speaks of.

    python3 signoff_verify.py https://health.example.org/articles/walking/
    python3 signoff_verify.py PAGE.html ATTESTATION.json KEYS.json

Each of the three is a file or an address. Nothing but Python 3.11 or newer is needed, and with files no
network. The program answers in plain sentences (`--json`: in one object) and ends with

    0  everything holds
    1  something does not hold
    2  it could not be checked: a file is missing or cannot be read as what it should be

What is checked: the attestation's document is signed (Ed25519, RFC 8032) over its canonical form (RFC 8785)
by one of the keys (RFC 7517, RFC 8037); it has the members that it should have; and the article in the page,
from `<article class="article"` to `</article>`, has the SHA-256 that the document gives. What stands around
the article is not checked, and neither is what the site decided since: it may have corrected the page or
taken it down.
"""

from __future__ import annotations

import argparse
import base64
import calendar
import datetime as dt
import hashlib
import http.client
import io
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

LONGEST = 20_000_000
"""Bytes of a file or an answer that are read."""


class Unreadable(Exception):
    """Something cannot be read as what it should be; the sentence says what."""


# --- Ed25519, RFC 8032 section 5.1 ------------------------------------------------------------------
# Points of the curve -x² + y² = 1 + dx²y² over the integers modulo P, in extended coordinates
# (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z. Only public values pass through here, so nothing has to
# take the same time whatever they are.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


def add(p: Point, q: Point) -> Point:
    """The sum of two points, which may be the same."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    """The sum of `scalar` times the same point."""
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def equal(p: Point, q: Point) -> bool:
    """Whether two points are the same, each in whatever coordinates."""
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def decoded(encoded: bytes) -> Point | None:
    """The point of 32 bytes (RFC 8032, 5.1.3); None where they are none in their one encoding."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7 % P, (P - 5) // 8, P) % P
    if (v * x * x + u) % P == 0:
        x = x * ROOT_OF_MINUS_1 % P
    if (v * x * x - u) % P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = decoded((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_signed(message: bytes, signature: bytes, public: bytes) -> bool:
    """Whether `signature` (64 bytes) over `message` was made by the owner of the key `public` (32 bytes).

    Stricter than RFC 8032 asks for: also refused are keys and R of small order, under which one signature
    can hold for other messages too.
    """
    if len(signature) != 64 or len(public) != 32 or BASE is None:
        return False
    key, commitment = decoded(public), decoded(signature[:32])
    response = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or response >= L:
        return False
    if equal(times(8, key), NEUTRAL) or equal(times(8, commitment), NEUTRAL):
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(hashed, "little") % L
    return equal(times(response, BASE), add(commitment, times(challenge, key)))


# --- JSON ---------------------------------------------------------------------------------------------


def read_json(text: bytes, what: str) -> dict[str, Any]:
    """A JSON object. A name that is there twice is refused: programs differ in which of the two they take."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a name is there twice")
        return dict(pairs)

    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{what} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is not a JSON object.")
    return value


def canonical(value: Any) -> bytes:
    """The canonical form (RFC 8785) of a value without fractions, which no attestation has."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate is a ValueError
    if value is None or isinstance(value, bool):
        return json.dumps(value).encode()
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value).encode()
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return b"{" + b",".join(canonical(n) + b":" + canonical(value[n]) for n in names) + b"}"
    raise ValueError(f"{value!r} has no place in an attestation")


# --- What an attestation must hold ------------------------------------------------------------------

Check = Callable[[Any], bool]


def text(value: Any) -> bool:
    """A text, perhaps an empty one."""
    return isinstance(value, str)


def words(value: Any) -> bool:
    """A text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def count(value: Any) -> bool:
    """A whole number from 1 on."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def digest(value: Any) -> bool:
    """A SHA-256 in hex."""
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def day(value: Any) -> bool:
    """An ISO 8601 date."""
    try:
        return isinstance(value, str) and dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def moment(value: Any) -> bool:
    """An ISO 8601 time in UTC, to the second."""
    return isinstance(value, str) and day(value[:10]) and bool(re.fullmatch(r"T[\d:]{8}\+00:00", value[10:]))


def having(**members: Check) -> Check:
    """An object with these members, and perhaps others."""
    return lambda value: (
        isinstance(value, dict)
        and all(name in value and check(value[name]) for name, check in members.items())
    )


def each(check: Check) -> Check:
    """A list of such values."""
    return lambda value: isinstance(value, list) and all(map(check, value))


MEMBERS: dict[str, Check] = {
    "site": having(name=text, url=words),
    "article": having(url=words, slug=words, locale=words, title=words),
    "edition": having(number=count, digest=digest),
    "signed_digest": digest,
    "article_html": digest,
    "required_signatures": count,
    "signers": each(having(name=words, credentials=text, meaning=words, on=day)),
    "disclaimers": each(having(key=words, version=count, digest=digest)),
    "reviewed_on": day,
    "review_due": day,
    "first_published_at": moment,
    "published_at": moment,
    "attested_at": moment,
    "event": having(sequence=count, hash=digest),
}


def misshapen(document: dict[str, Any]) -> list[str]:
    """The members that are missing or are not what they should be, by name."""
    wrong = [name for name, check in MEMBERS.items() if name not in document or not check(document[name])]
    if not wrong and len(document["signers"]) < document["required_signatures"]:
        wrong.append("signers")
    return wrong


# --- The article in the page --------------------------------------------------------------------------

START, END = '<article class="article"', "</article>"
OPEN = frozenset(["html", "body", "main", "div", "section"])
"""What the article may stand in: nothing that browsers keep from view, such as a template."""
HIDING = frozenset(["hidden", "style", "inert", "aria-hidden"])
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


class Articles(HTMLParser):
    """Finds where articles begin in a page that browsers show: not those in comments or scripts."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.lines = [0, *(match.end() for match in re.finditer("\n", page))]
        self.around: list[tuple[str, bool]] = []
        self.found: list[int] = []
        self.hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "article" and ("class", "article") in attrs:
            line, column = self.getpos()
            self.found.append(self.lines[line - 1] + column)
            self.hidden = self.hidden or not all(shown for _, shown in self.around)
        if tag not in VOID:
            self.around.append((tag, tag in OPEN and not HIDING & {name for name, _ in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in (opened for opened, _ in self.around):
            while self.around.pop()[0] != tag:
                pass


def article_in(page: str) -> str:
    """The article, from its opening tag to its end. `ValueError` says why there is none to be checked."""
    articles = Articles(page)
    if len(articles.found) != 1:
        raise ValueError(
            "There is no article in the page." if not articles.found else "There is more than one."
        )
    start = articles.found[0]
    end = page.find(END, start)
    if articles.hidden or end < 0 or not page.startswith(START, start):
        raise ValueError("The article stands in the page in a way in which this site does not show it.")
    return page[start : end + len(END)]


# --- Checking -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """One thing that was checked: its name, whether it holds, and a sentence."""

    check: str
    ok: bool
    sentence: str


def examine(page: bytes, answer: dict[str, Any], keys: dict[str, Any]) -> list[Finding]:
    """Check all there is to check. Raises `Unreadable` for what is no attestation, or no list of keys."""
    document = answer.get("document")
    if not isinstance(document, dict):
        raise Unreadable(taken_down(answer) or "There is no attestation in the file.")
    if document.get("schema") != "signoff-attestation":
        raise Unreadable("The file is JSON, but not an attestation of Signoff.")
    if document.get("version") != 1:
        raise Unreadable(
            f"The attestation is of version {document.get('version')!r}, and this program knows version 1. "
            "Get the program that the site has now."
        )
    wrong = misshapen(document)
    form = f"Parts of it are missing or are not what they should be: {', '.join(wrong)}."
    return [
        signature_finding(document, answer, keys),
        Finding("form", not wrong, form if wrong else "It says all that an attestation has to say."),
        article_finding(page, document),
    ]


def signature_finding(document: dict[str, Any], answer: dict[str, Any], keys: dict[str, Any]) -> Finding:
    """Whether the document is signed by the key that the answer names, and that is one of the keys."""
    known = {thumbprint(public): public for public in public_keys(keys)}
    named = answer.get("key")
    if not isinstance(named, str) or named not in known:
        return Finding(
            "signature", False, f"The attestation names a key that is not among the keys: {named}."
        )
    try:
        message = canonical(document)
        signature = base64.b64decode(answer["signature"], validate=True)
        holds = is_signed(message, signature, known[named])
    except (KeyError, TypeError, ValueError, RecursionError):
        holds = False
    if holds:
        return Finding("signature", True, f"The attestation is signed with the key {named}.")
    return Finding(
        "signature",
        False,
        "The signature does not hold: the attestation was changed, or this key did not sign it.",
    )


def article_finding(page: bytes, document: dict[str, Any]) -> Finding:
    """Whether the article in the page is the attested one."""
    try:
        article = article_in(page.decode("utf-8"))
    except UnicodeDecodeError:
        return Finding("article", False, "The page is not UTF-8, so it is not as the site sent it.")
    except (ValueError, AssertionError) as error:  # html.parser's own word for what it cannot read
        return Finding("article", False, str(error) or "The page cannot be read.")
    if hashlib.sha256(article.encode("utf-8")).hexdigest() != document.get("article_html"):
        return Finding("article", False, "The article in the page is not the one that was attested.")
    return Finding(
        "article", True, "The article in the page is, letter for letter, the one that was attested."
    )


def public_keys(keys: dict[str, Any]) -> list[bytes]:
    """The Ed25519 keys of a JSON Web Key Set (RFC 7517, RFC 8037)."""
    listed = keys.get("keys")
    found = []
    for key in listed if isinstance(listed, list) else []:
        if isinstance(key, dict) and (key.get("kty"), key.get("crv")) == ("OKP", "Ed25519"):
            try:
                found.append(base64.urlsafe_b64decode(key["x"] + "="))
            except (KeyError, TypeError, ValueError) as error:
                raise Unreadable("One of the keys cannot be read.") from error
    if not found:
        raise Unreadable("There is no Ed25519 key in the list of keys.")
    return found


def thumbprint(public: bytes) -> str:
    """What a key is called (RFC 7638), made from the key itself: what the list says of it is not believed."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": base64url(public)}
    return base64url(hashlib.sha256(canonical(jwk)).digest())


def base64url(raw: bytes) -> str:
    """Base64 in the alphabet of addresses, without its padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


# --- Reading and telling ------------------------------------------------------------------------------


def is_address(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def read(name: str) -> bytes:
    """The bytes of a file, or of what an address answers. Raises `Unreadable`."""
    try:
        if not is_address(name):
            with Path(name).open("rb") as file:
                found = file.read(LONGEST + 1)
        else:
            # `is_address` lets http and https through, nothing else.
            request = urllib.request.Request(name, headers={"User-Agent": "signoff-verify/1"})  # noqa: S310
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                    found = answer.read(LONGEST + 1)
            except urllib.error.HTTPError as error:
                if error.code != 410:  # the answer for what was taken down says why
                    raise
                with error:
                    found = error.read(LONGEST + 1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreadable(f"{name} cannot be read: {error}.") from error
    if len(found) > LONGEST:
        raise Unreadable(f"{name} is longer than anything that a site sends.")
    return found


def three_of(names: list[str]) -> list[str]:
    """Page, attestation and keys; of an article's address alone, the other two are where they always are."""
    if len(names) == 3:
        return names
    parts = urllib.parse.urlsplit(names[0])
    folder = parts.path.rstrip("/") + "/"
    paths = (folder, f"{folder}attestation.json", "/.well-known/signoff-keys.json")
    return [urllib.parse.urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in paths]


def taken_down(answer: dict[str, Any]) -> str:
    """A sentence about an article that the site took down; empty for another answer."""
    if answer.get("status") not in ("withdrawn", "retracted"):
        return ""
    why = " ".join(str(notice.get("text")) for notice in notices(answer))
    return f"The site took this article down, so there is nothing to check. {why}".strip()


def notices(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found = answer.get("notices")
    return [notice for notice in found if isinstance(notice, dict)] if isinstance(found, list) else []


def date(iso: str) -> str:
    """21 November 2026."""
    found = dt.date.fromisoformat(iso[:10])
    return f"{found.day} {calendar.month_name[found.month]} {found.year}"


def summary(answer: dict[str, Any]) -> Iterator[str]:
    """What an attestation that holds says, and what the site adds unsigned."""
    said = answer["document"]
    article, edition = said["article"], said["edition"]["number"]
    yield f"“{article['title']}”, edition {edition}, {article['url']}"
    yield f"Published on {date(said['published_at'])}; next review due on {date(said['review_due'])}."
    for signer in said["signers"]:
        name = ", ".join(filter(None, (signer["name"], signer["credentials"])))
        yield f"Signed by {name}, on {date(signer['on'])}: “{signer['meaning']}.”"
    if said["disclaimers"]:
        yield f"Warnings shown: {', '.join(shown['key'] for shown in said['disclaimers'])}."
    yield f"Entry {said['event']['sequence']} of the site’s log, {said['event']['hash']}."
    if answer.get("status") == "superseded":
        yield "The site says that it has replaced this edition since."
    for notice in notices(answer):
        yield f"Since then the site told its readers: {notice.get('text')}"


def printable(line: str) -> str:
    """The line without what could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in line)


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="signoff_verify.py",
        description="Check that a page is the article that its attestation speaks of.",
        epilog="Ends with 0 if everything holds, 1 if something does not, 2 if it could not be checked.",
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="PAGE ATTESTATION KEYS, files or addresses; or an article’s address",
    )
    parser.add_argument("--json", action="store_true", help="answer in one JSON object")
    given = parser.parse_args(arguments)
    if len(given.files) != 3 and not (len(given.files) == 1 and is_address(given.files[0])):
        parser.error("name three files (page, attestation, keys), or the address of an article")
    page, attestation, keys = three_of(given.files)
    try:
        answer = read_json(read(attestation), attestation)
        if down := taken_down(answer):
            raise Unreadable(down)
        findings = examine(read(page), answer, read_json(read(keys), keys))
    except Unreadable as error:
        print(json.dumps({"ok": False, "error": str(error)}) if given.json else printable(str(error)))
        return 2
    ok = all(finding.ok for finding in findings)
    if given.json:
        told = [{"check": f.check, "ok": f.ok, "sentence": f.sentence} for f in findings]
        print(json.dumps({"ok": ok, "checks": told, "document": answer["document"]}))
        return 0 if ok else 1
    for finding in findings:
        print(printable(f"{'✓' if finding.ok else '✗'} {finding.sentence}"))
    if ok:
        print("\nEverything holds.\n")
        for line in summary(answer):
            print(printable(line))
    else:
        print("\nDo not rely on this page.")
    return 0 if ok else 1


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main())
