"""From the policy file in git to immutable versions in the database."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from articles.canonical import canonical, digest, digest_text
from reviews import audit
from reviews.models import Disclaimer, DisclaimerVersion, PolicyVersion
from reviews.models.disclaimers import Placement
from reviews.models.review import SourceCheck

STARTER = Path(__file__).with_name("starter.toml")
PASSING = (SourceCheck.Verdict.SUPPORTS.value, SourceCheck.Verdict.PARTLY.value)
"""Verdicts that a policy may let pass. No policy lets a claim stand on a source that does not support it."""


class BadPolicy(ValueError):
    """The policy file cannot be used; the sentence says where it is wrong."""


def load_policy(path: Path = STARTER, *, by: User | None = None) -> tuple[PolicyVersion, bool]:
    """Load a policy file as a new version; the same content again changes nothing.

    Returns the version in force and whether it is new. Raises `BadPolicy` with a sentence.
    """
    content = read(path)
    try:
        return _load(content, by)
    except IntegrityError:
        # Somebody loaded a policy at the same moment and took its number. Now it is there to be seen.
        return _load(content, by)


def _load(content: dict[str, Any], by: User | None) -> tuple[PolicyVersion, bool]:
    text = canonical(content)
    with transaction.atomic():
        last = PolicyVersion.objects.select_for_update().order_by("-number").first()
        if last and last.digest == digest_text(text):
            return last, False
        for entry in content["disclaimers"]:
            _load_disclaimer(entry)
        version = PolicyVersion.objects.create(
            number=last.number + 1 if last else 1, canonical=text, digest=digest_text(text)
        )
        audit.record(
            "load_policy",
            by=by,
            before=last.digest if last else "",
            after=version.digest,
            facts={"number": version.number},
        )
    return version, True


def disclaimer_digest(key: str, text: str, placement: str) -> str:
    """SHA-256 over what makes a disclaimer version."""
    return digest({"key": key, "text": text, "placement": placement})


def _load_disclaimer(entry: dict[str, Any]) -> None:
    disclaimer, _ = Disclaimer.objects.update_or_create(key=entry["key"], defaults={"name": entry["name"]})
    last = disclaimer.versions.order_by("-number").first()
    value = disclaimer_digest(entry["key"], entry["text"], entry["placement"])
    if last is None or last.digest != value:
        DisclaimerVersion.objects.create(
            disclaimer=disclaimer,
            number=last.number + 1 if last else 1,
            text=entry["text"],
            placement=entry["placement"],
            digest=value,
        )


def read(path: Path) -> dict[str, Any]:
    """Read and check a policy file; the result is complete, with every default filled in."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadPolicy(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{path} is not valid TOML: {error}.") from error
    review = _table(raw, "review", {"due_days", "passing_verdicts"})
    verdicts = review.get("passing_verdicts", ["supports"])
    if not isinstance(verdicts, list) or not verdicts or not all(v in PASSING for v in verdicts):
        raise BadPolicy(f"review.passing_verdicts must be a list of one or both of: {', '.join(PASSING)}.")
    if unknown := raw.keys() - {"review", "tiers", "disclaimers"}:
        raise BadPolicy(f"The policy has an unknown part: {', '.join(sorted(unknown))}.")
    return {
        "review": {
            "due_days": _whole({**review, "key": "review"}, "due_days", most=365),
            "passing_verdicts": sorted(set(verdicts)),
        },
        "tiers": _tiers(_list(raw, "tiers")),
        "disclaimers": _disclaimers(_list(raw, "disclaimers")),
    }


def _tiers(entries: list[Any]) -> list[dict[str, Any]]:
    known = {"key", "name", "signatures", "review_again_months", "topics", "words"}
    tiers = []
    for entry in entries:
        _only(entry, known, "tiers")
        tiers.append(
            {
                "key": _key(entry),
                "name": _word(entry, "name", most=150),
                "signatures": _whole(entry, "signatures", most=9),
                "review_again_months": _whole(entry, "review_again_months", most=1200),
                "topics": _words(entry, "topics"),
                "words": _words(entry, "words"),
            }
        )
    if not tiers or tiers[-1]["topics"] or tiers[-1]["words"]:
        raise BadPolicy("The last tier must have no topics and no words: it takes every other article.")
    _once([str(t["key"]) for t in tiers], "tiers")
    return tiers


def _disclaimers(entries: list[Any]) -> list[dict[str, Any]]:
    known = {"key", "name", "placement", "always", "topics", "words", "text"}
    disclaimers = []
    for entry in entries:
        _only(entry, known, "disclaimers")
        if entry.get("placement") not in Placement.values:
            raise BadPolicy(f"Disclaimer “{entry.get('key')}”: placement must be top, inline or end.")
        disclaimers.append(
            {
                "key": _key(entry),
                "name": _word(entry, "name", most=150),
                "placement": entry["placement"],
                "always": _truth(entry, "always"),
                "topics": _words(entry, "topics"),
                "words": _words(entry, "words"),
                "text": _word(entry, "text"),
            }
        )
    _once([d["key"] for d in disclaimers], "disclaimers")
    return disclaimers


def _table(raw: dict[str, Any], name: str, known: set[str]) -> dict[str, Any]:
    table = raw.get(name, {})
    _only(table, known, name)
    return dict(table)


def _only(entry: Any, known: set[str], where: str) -> None:
    if not isinstance(entry, dict):
        raise BadPolicy(f"{where} must be a table.")
    if unknown := entry.keys() - known:
        raise BadPolicy(f"{where}: unknown key {', '.join(sorted(unknown))}.")


def _list(raw: dict[str, Any], name: str) -> list[Any]:
    value = raw.get(name, [])
    if not isinstance(value, list):
        raise BadPolicy(f"{name} must be a list: begin each entry with [[{name}]].")
    return value


def _here(entry: dict[str, Any]) -> str:
    return str(entry.get("key", "an entry"))


def _word(entry: dict[str, Any], key: str, *, most: int | None = None) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadPolicy(f"“{key}” is missing or empty in {_here(entry)}.")
    if "\x00" in value:
        raise BadPolicy(f"“{key}” holds a NUL character in {_here(entry)}.")
    if most and len(value.strip()) > most:
        raise BadPolicy(f"“{key}” is longer than {most} characters in {_here(entry)}.")
    return value.strip()


def _key(entry: dict[str, Any]) -> str:
    value = _word(entry, "key", most=20 if "signatures" in entry else 80)
    if not re.fullmatch(r"[\w-]+", value, re.ASCII):
        raise BadPolicy(f"The key “{value}” may hold letters, digits, hyphens and underscores only.")
    return value


def _words(entry: dict[str, Any], key: str) -> list[str]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise BadPolicy(f"“{key}” must be a list of words in {_here(entry)}.")
    return [word.strip() for word in value]


def _truth(entry: dict[str, Any], key: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise BadPolicy(f"“{key}” must be true or false in {_here(entry)}.")
    return value


def _whole(entry: dict[str, Any], key: str, *, most: int) -> int:
    value = entry.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise BadPolicy(f"“{key}” must be a whole number from 1 to {most} in {_here(entry)}.")
    return value


def _once(keys: list[str], where: str) -> None:
    if len(set(keys)) < len(keys):
        raise BadPolicy(f"A key stands twice in {where}.")
