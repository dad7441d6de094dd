"""From the policy file in git to immutable versions in the database."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any, get_args

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from articles.canonical import canonical, digest, digest_text
from articles.outbox import enqueue
from reviews import audit
from reviews.models import Disclaimer, DisclaimerVersion, PolicyVersion
from reviews.models.disclaimers import Placement
from reviews.models.review import SourceCheck
from reviews.policy import wording
from reviews.policy.changes import between
from reviews.policy.watching import DAYS, DEFAULTS, LONGEST_NOTICE, NOTICES
from reviews.screening import OFF, Severity, rules
from reviews.screening.phrases import lexicon

STARTER = Path(__file__).with_name("starter.toml")
_PARTS = {"review", "tiers", "review_again", "disclaimers", "screening", "jurisdictions", "watching"}
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
        changed = between(last.content if last else None, content).changed
        if changed:  # live pages with the old words are looked for, and reviewed again
            payload = {"policy": version.number, "keys": changed, "after": 0}
            enqueue("find_old_words", key=f"old_words:{version.number}:0", payload=payload)
    return version, True


def disclaimer_digest(key: str, text: str, placement: str, variant: str = "") -> str:
    """SHA-256 over what makes a disclaimer version."""
    return digest(
        {"key": key, "text": text, "placement": placement, **({"variant": variant} if variant else {})}
    )


def _load_disclaimer(entry: dict[str, Any]) -> None:
    disclaimer, _ = Disclaimer.objects.update_or_create(key=entry["key"], defaults={"name": entry["name"]})
    if entry["text"]:
        _load_words(disclaimer, "", entry["text"], entry["placement"])
    for variant in entry.get("variants", ()):
        placement = variant.get("placement", entry["placement"])
        _load_words(disclaimer, variant["jurisdiction"], variant["text"], placement)


def _load_words(disclaimer: Disclaimer, variant: str, text: str, placement: str) -> None:
    last = disclaimer.versions.filter(variant=variant).order_by("-number").first()
    value = disclaimer_digest(disclaimer.key, text, placement, variant)
    if last is None or last.digest != value:
        DisclaimerVersion.objects.create(
            disclaimer=disclaimer,
            variant=variant,
            number=last.number + 1 if last else 1,
            text=text,
            placement=placement,
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
    if unknown := raw.keys() - _PARTS:
        raise BadPolicy(f"The policy has an unknown part: {', '.join(sorted(unknown))}.")
    weights = _weights(raw.get("screening", {}))
    jurisdictions = _jurisdictions(raw.get("jurisdictions", {}))
    due_days = _whole({**review, "key": "review"}, "due_days", most=365)
    tiers = _tiers(_list(raw, "tiers"))
    watching = _watching(raw.get("watching", {}), [tier["key"] for tier in tiers])
    return {
        **({"watching": watching} if watching else {}),
        **({"screening": weights} if weights else {}),
        **({"jurisdictions": jurisdictions} if jurisdictions else {}),
        "review": {
            "due_days": due_days,
            "passing_verdicts": sorted(set(verdicts)),
        },
        "tiers": tiers,
        **({"review_again": _sooner(_list(raw, "review_again"))} if "review_again" in raw else {}),
        "disclaimers": _disclaimers(_list(raw, "disclaimers")),
    }


def _weights(table: Any) -> dict[str, str]:
    """Screening rules by id, each with its weight in this policy. Says nothing of the others."""
    _only(table, set(rules()), "screening")
    allowed = (*get_args(Severity), OFF)
    for rule, weight in table.items():
        if weight not in allowed:
            raise BadPolicy(f"screening: the weight of “{rule}” must be one of: {', '.join(allowed)}.")
    return {rule: str(table[rule]) for rule in sorted(table)}


def _watching(table: Any, tiers: list[str]) -> dict[str, Any]:
    """What the file says of alerts. Says nothing of what it leaves out."""
    _only(table, set(DEFAULTS), "watching")
    entry = {**table, "key": "watching"}
    read: dict[str, Any] = {key: _whole(entry, key, most=365) for key in DAYS if key in table}
    if "unpublish_sole_support" in table:
        read["unpublish_sole_support"] = _truth(entry, "unpublish_sole_support")
    if unknown := [key for key in _words(entry, "unpublish_sole_support_tiers") if key not in tiers]:
        raise BadPolicy(f"watching: there is no tier “{unknown[0]}”.")
    if named := _words(entry, "unpublish_sole_support_tiers"):
        read["unpublish_sole_support_tiers"] = sorted(set(named))
    days = table.get("holidays", [])
    if not isinstance(days, list) or not all(type(day) is dt.date for day in days):
        raise BadPolicy("watching: holidays must be a list of dates, as [2026-12-25, 2026-12-28].")
    if days:
        read["holidays"] = sorted({day.isoformat() for day in days})
    for key in NOTICES:
        if key in table:
            read[key] = _word(entry, key)
            _check_notice(key, read[key])
    return read


def _check_notice(key: str, sentence: str) -> None:
    if not all(f"{{{name}}}" in sentence for name in ("which", "turn")):
        raise BadPolicy(f"watching: {key} must name the source and its turn: write {{which}} and {{turn}}.")
    try:
        filled = sentence.format(
            which="numbers 12, 13 and 14 in its list", turn="was retracted on 30 September 2026"
        )
    except (ValueError, LookupError, AttributeError) as error:
        raise BadPolicy(f"watching: {key} may hold {{which}} and {{turn}}, and no other brace.") from error
    if len(filled) > LONGEST_NOTICE:
        raise BadPolicy(f"watching: {key} is longer than {LONGEST_NOTICE} characters.")


def _tiers(entries: list[Any]) -> list[dict[str, Any]]:
    known = {
        "key", "name", "signatures", "review_again_months", "topics", "words", "independent", "credentials",
        "remind_days", "take_down_after_days",
    }  # fmt: skip
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
                **_independent(entry),
                # Only where it is given, so that a policy without it keeps its digest.
                **({"credentials": _degrees(entry)} if "credentials" in entry else {}),
                **({"remind_days": _days(entry)} if "remind_days" in entry else {}),
                **_taken_down(entry),
            }
        )
    if not tiers or tiers[-1]["topics"] or tiers[-1]["words"]:
        raise BadPolicy("The last tier must have no topics and no words: it takes every other article.")
    _once([str(t["key"]) for t in tiers], "tiers")
    return tiers


def _independent(entry: dict[str, Any]) -> dict[str, bool]:
    """Says nothing where it is not so: policies that know nothing of it keep their digest."""
    if not _truth(entry, "independent"):
        return {}
    if entry["signatures"] < 2:
        raise BadPolicy(
            f"“independent” needs two signatures or more in {_here(entry)}: there is no second look without "
            "a second reviewer."
        )
    return {"independent": True}


def _days(entry: dict[str, Any]) -> list[int]:
    """Numbers of days, the largest first."""
    days = entry["remind_days"]
    if not isinstance(days, list) or not all(type(day) is int and 1 <= day <= 365 for day in days):
        raise BadPolicy(f"“remind_days” must be a list of whole numbers from 1 to 365 in {_here(entry)}.")
    return sorted(set(days), reverse=True)


def _taken_down(entry: dict[str, Any]) -> dict[str, int]:
    if "take_down_after_days" not in entry:
        return {}
    return {"take_down_after_days": _whole(entry, "take_down_after_days", most=3650)}


def _sooner(entries: list[Any]) -> list[dict[str, Any]]:
    """What must be reviewed again sooner than its tier says, and after how many months."""
    found = []
    for entry in entries:
        _only(entry, {"name", "months", "topics", "words", "subjects"}, "review_again")
        rule = {
            "name": _word(entry, "name", most=150),
            "months": _whole(entry, "months", most=1200),
            "topics": _words(entry, "topics"),
            "words": _words(entry, "words"),
            "subjects": _subjects(entry, f"review_again, “{entry['name']}”"),
        }
        if not (rule["topics"] or rule["words"] or rule["subjects"]):
            raise BadPolicy(f"review_again, “{entry['name']}”: say topics, words or subjects that it is for.")
        found.append(rule)
    return found


def _subjects(entry: dict[str, Any], where: str) -> list[str]:
    subjects = _words(entry, "subjects")
    if unknown := [subject for subject in subjects if subject not in lexicon("subjects")]:
        raise BadPolicy(f"{where}: screening knows no subject “{unknown[0]}”.")
    return subjects


_CONDITIONS = {"always", "topics", "words", "subjects", "evidence_level", "indirect", "conflicts"}
_LIMITS = {"jurisdictions", "locales"}


def _disclaimers(entries: list[Any]) -> list[dict[str, Any]]:
    known = {"key", "name", "placement", "text", "variants", "strictest", "dated", "as_of", "must_name"}
    disclaimers = []
    for entry in entries:
        _only(entry, known | _CONDITIONS | _LIMITS, "disclaimers")
        if entry.get("placement") not in Placement.values:
            raise BadPolicy(f"Disclaimer “{entry.get('key')}”: placement must be top, inline, end or crisis.")
        key, variants = _key(entry), _variants(entry)
        strictest = entry.get("strictest", "")
        if strictest and strictest not in [v["jurisdiction"] for v in variants]:
            raise BadPolicy(f"Disclaimer “{key}”: the strictest variant, “{strictest}”, is not there.")
        if _LIMITS & entry.keys() and not _CONDITIONS & entry.keys():
            raise BadPolicy(
                f"Disclaimer “{key}”: jurisdictions and locales only limit where it is required, and nothing "
                "requires it. Say always = true, or on what it depends."
            )
        text = "" if strictest and "text" not in entry else _words_of(entry, entry, entry["placement"])
        disclaimers.append(
            {
                "key": key,
                "name": _word(entry, "name", most=150),
                "placement": entry["placement"],
                "always": _truth(entry, "always"),
                "topics": _words(entry, "topics"),
                "words": _words(entry, "words"),
                "text": text,
                # Left out where the file does not say them: the digest of what did not change stays.
                **{name: value for name, value in _rules(entry).items() if value},
                **({"variants": variants} if variants else {}),
                **({"strictest": strictest} if strictest else {}),
            }
        )
    _once([d["key"] for d in disclaimers], "disclaimers")
    return disclaimers


def _rules(entry: dict[str, Any]) -> dict[str, Any]:
    subjects, indirect = _subjects(entry, f"Disclaimer “{_here(entry)}”"), _words(entry, "indirect")
    kinds = [d for d in SourceCheck.Directness.values if d != SourceCheck.Directness.DIRECT]
    if unknown := [kind for kind in indirect if kind not in kinds]:
        raise BadPolicy(
            f"Disclaimer “{_here(entry)}”: indirect may hold {', '.join(kinds)}, not “{unknown[0]}”."
        )
    places = _words(entry, "jurisdictions")
    for place in places:
        _country(place, entry)
    return {
        "subjects": subjects,
        "evidence_level": _whole(entry, "evidence_level", most=5) if "evidence_level" in entry else 0,
        "indirect": indirect,
        "conflicts": _truth(entry, "conflicts"),
        "jurisdictions": places,
        "locales": _words(entry, "locales"),
    }


def _variants(entry: dict[str, Any]) -> list[dict[str, Any]]:
    variants = entry.get("variants", [])
    if not isinstance(variants, list):
        raise BadPolicy(f"Disclaimer “{_here(entry)}”: begin each variant with [[disclaimers.variants]].")
    found: list[dict[str, Any]] = []
    for variant in variants:
        _only(variant, {"jurisdiction", "text", "placement", "as_of"}, f"variants of {_here(entry)}")
        placement = variant.get("placement", entry["placement"])
        if placement not in Placement.values:
            raise BadPolicy(f"Disclaimer “{_here(entry)}”: placement must be top, inline, end or crisis.")
        moved = {"placement": placement} if placement != entry["placement"] else {}
        found.append(
            {
                "jurisdiction": _country(variant.get("jurisdiction"), entry),
                "text": _words_of(entry, variant, placement),
                **moved,
            }
        )
    _once([v["jurisdiction"] for v in found], f"the variants of {_here(entry)}")
    return found


def _words_of(entry: dict[str, Any], words: dict[str, Any], placement: str) -> str:
    """The text of a disclaimer or of its variant, as it will be shown: dated, and its wording checked."""
    day = words.get("as_of", entry.get("as_of"))
    if day is not None and (not isinstance(day, dt.date) or isinstance(day, dt.datetime)):
        raise BadPolicy(f"Disclaimer “{_here(entry)}”: as_of must be a date, as 2026-11-01.")
    if _truth(entry, "dated") and day is None:
        raise BadPolicy(
            f"Disclaimer “{_here(entry)}”: it must be dated; say as_of = 2026-11-01, for example."
        )
    text = wording.dated(_word({**words, "key": _here(entry)}, "text"), day)
    for fault in wording.faults(text, placement=placement, must_name=_words(entry, "must_name")):
        where = f" ({words['jurisdiction']})" if "jurisdiction" in words else ""
        raise BadPolicy(f"Disclaimer “{_here(entry)}”{where}: {fault}.")
    return text


def _country(value: Any, entry: dict[str, Any]) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{2}", value):
        raise BadPolicy(f"“{_here(entry)}”: a jurisdiction is a country of two capital letters, as “GB”.")
    return value


def _jurisdictions(table: Any) -> dict[str, str]:
    """Locales whose country is another than their region says, or that have no region."""
    if not isinstance(table, dict):
        raise BadPolicy("jurisdictions must be a table of locales and countries.")
    return {locale: _country(table[locale], {"key": locale}) for locale in sorted(table)}


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


def _degrees(entry: dict[str, Any]) -> list[str]:
    degrees = _words(entry, "credentials")
    if not degrees or not all(re.search(r"\w", degree) for degree in degrees):
        raise BadPolicy(
            f"“credentials” must name at least one degree in {_here(entry)}; leave it out if any will do."
        )
    return list(dict.fromkeys(degrees))


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
