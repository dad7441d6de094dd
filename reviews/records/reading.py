"""A file as it was handed in → a record that can be checked, or a sentence saying why it is none.

Touches no database. Whoever wrote the file may have meant harm: it is bounded in size, its keys must be
unique, its parts of the right kind; only then does `reviews.records.checking` look at it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from reviews.records.building import FORMAT, SCHEMA

LARGEST = 20_000_000
"""Bytes. The record of a long article with a hundred claims and ten rounds has about two million."""


class NotARecord(ValueError):
    """The file is no approval record that can be checked; the sentence says why."""


class ListOf:
    """A list, every entry of which has this shape."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


class Maybe:
    """Nothing (null), or this shape."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


_SIGNED_CHECK = {
    "id": int, "source": int, "record": str, "verdict": str, "level": int, "directness": str, "by": int,
}  # fmt: skip
_STATEMENT = {
    "edition": str,
    "policy": str,
    "signatures": int,
    "disclaimers": ListOf({"key": str, "version": str, "state": str, "placement": str}),
    "claims": ListOf({"id": int, "text": str, "state": str, "reason": str, "checks": ListOf(_SIGNED_CHECK)}),
    "findings": ListOf({"id": int}),
}
_CONTENT = {
    "article": int, "number": int, "slug": str, "locale": str, "title": str, "summary": str, "body": str,
    "authors": ListOf({"id": int, "name": str}), "contributors": ListOf(int),
    "topics": ListOf({"slug": str, "name": str}),
    "references": ListOf({"number": int, "source": int, "record": dict, "digest": str}),
}  # fmt: skip
_ATTESTATION = {
    "edition": int, "edition_digest": str, "signed_digest": str, "reviewed_on": str,
    "signers": ListOf({"name": str, "credentials": str, "meaning": str, "on": str}),
    "disclaimers": ListOf({"key": str, "version": int, "digest": str, "text": str, "placement": str}),
}  # fmt: skip
_CHECK = {
    "id": int, "claim_text": str, "source": int, "source_record": dict, "source_digest": str, "verdict": str,
    "level": int, "directness": str, "passage": str, "locator": str, "read": str, "note": str,
    "by": int, "at": str,
}  # fmt: skip
_EVENT = {
    "sequence": int, "action": str, "actor": Maybe(int), "actor_name": str, "article": Maybe(int),
    "review": Maybe(int), "before": str, "after": str, "reason": str, "facts": dict, "at": str,
    "previous": str, "hash": str,
}  # fmt: skip
_SHAPE = {
    "format": str,
    "schema": int,
    "digest": str,
    "article": {"id": int, "title": str, "slug": str, "locale": str},
    "review": {"id": int, "status": str, "round": int, "tier": str, "edition": str},
    "people": ListOf({"id": int, "name": str}),
    "editions": ListOf({"number": int, "digest": str, "article_version": int, "content": _CONTENT}),
    "contributions": ListOf({"version": int, "person": int}),
    "published_editions": ListOf({"number": int, "digest": str, "article_version": int}),
    "policies": ListOf({"number": int, "digest": str, "content": dict}),
    "disclaimers": ListOf(
        {"key": str, "name": str, "number": int, "variant": str, "text": str, "placement": str, "digest": str}
    ),
    "attachments": ListOf({"key": str, "version": str, "state": str, "placement": str}),
    "claims": ListOf(
        {"id": int, "text": str, "state": str, "dismissed_reason": str, "checks": ListOf(_CHECK)}
    ),
    "findings": ListOf({"id": int, "orphaned": bool, "disposition": str}),
    "conflicts": ListOf({"review": int, "person": int, "text": str, "at": str}),
    "opinions": list,
    "sign_offs": ListOf({
        "id": int, "signer": int, "printed_name": str, "credentials": str, "registration": str,
        "meaning": str, "meaning_words": str, "interests": str, "at": str, "edition": str,
        "signed_digest": str, "statement": _STATEMENT,
        "revocation": Maybe({"by": int, "reason": str, "at": str}),
    }),
    "publications": ListOf({
        "id": int, "edition": str, "status": str, "slug": str, "signed_digest": str,
        "required_signatures": int, "attestation": _ATTESTATION, "html": str, "html_digest": str,
        "published_at": str, "published_by": int, "ended_at": Maybe(str), "ended_by": Maybe(int),
        "ended_reason": str,
    }),
    "events": ListOf(_EVENT),
}  # fmt: skip
_WORDS = {
    int: "a whole number", str: "a text", bool: "true or false", dict: "an object", list: "a list",
}  # fmt: skip
_MOST = {"editions": 300, "sign_offs": 300, "publications": 300, "policies": 300, "conflicts": 1000}
_WRONG_SHOWN = 5


def parse(data: bytes) -> dict[str, Any]:
    """The record in a file's bytes. Raises `NotARecord` with a sentence, and nothing else."""
    if len(data) > LARGEST:
        raise NotARecord(f"The file is larger than {LARGEST // 1_000_000} MB; no approval record is.")
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_no_float,
        )
    except UnicodeDecodeError as error:
        raise NotARecord("The file is not text in UTF-8, so it is no approval record.") from error
    except RecursionError as error:
        raise NotARecord("The file is nested deeper than any approval record.") from error
    except NotARecord:
        raise
    except ValueError as error:
        raise NotARecord(f"The file is not JSON: {error}.") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise NotARecord(f"The file is JSON, but no approval record: its “format” is not “{FORMAT}”.")
    if value.get("schema") != SCHEMA:
        raise NotARecord(
            f"This record is of another making (schema {str(value.get('schema'))[:20]}); "
            f"this version of Signoff checks schema {SCHEMA}."
        )
    for key, most in _MOST.items():
        if isinstance(value.get(key), list) and len(value[key]) > most:
            raise NotARecord(f"The record has {len(value[key])} {key.replace('_', ' ')}; none has so many.")
    wrong = []
    for sentence in _misfits(value, _SHAPE, "the record"):
        wrong.append(sentence)
        if len(wrong) == _WRONG_SHOWN:
            break
    if wrong:
        raise NotARecord("The record is incomplete or broken: " + "; ".join(wrong) + ".")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotARecord("The file says one thing twice in the same object, so it cannot be relied on.")
    return found


def _no_constant(word: str) -> NoReturn:
    raise NotARecord(f"The file holds {word}, which is no JSON.")


def _no_float(word: str) -> NoReturn:
    raise NotARecord(f"The file holds the fraction {word[:20]}; a record has whole numbers only.")


def _misfits(value: Any, shape: Any, where: str) -> Iterator[str]:
    if isinstance(shape, Maybe):
        if value is not None:
            yield from _misfits(value, shape.shape, where)
    elif isinstance(shape, ListOf):
        if not isinstance(value, list):
            yield f"{where} is not a list"
            return
        for place, entry in enumerate(value, start=1):
            yield from _misfits(entry, shape.shape, f"{where}, entry {place}")
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            yield f"{where} is not an object"
            return
        for key, inner in shape.items():
            if key not in value:
                yield f"“{key}” is missing in {where}"
            else:
                yield from _misfits(value[key], inner, f"“{key}” of {where}")
    elif not isinstance(value, shape) or (shape is int and isinstance(value, bool)):
        yield f"{where} is not {_WORDS[shape]}"
