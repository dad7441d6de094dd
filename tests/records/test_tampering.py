"""Whatever is changed in a real record is found; also where the forger makes the file's own digest anew."""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from articles.canonical import digest
from reviews import records
from tests.records.conftest import faults

Path = tuple[str | int, ...]
OF_EACH_KIND = 3

FILE_ONLY = {
    # What nobody signed and no entry of the log holds: bound by the file's own digest alone.
    "site.*", "people.*", "opinions.*", "claims[].settlements.*",
    "review.(tier|submitted_by|opened_at|submitted_at|closed_at)",
    "editions[].(article_version|frozen_by|frozen_at)",
    "contributions[].(action|at)", "published_editions[].article_version", "policies[].loaded_at",
    "disclaimers[].(name|number)", "attachments[].at",
    r"claims[].(origin|added_by|dismissed_by|writer_answer|writer_reason|answered_by)",
    "claims[].checks[].(passage|locator|read|note)",
    "findings[].(category|message|remedy|added_by|writer_answer|writer_reason|answered_by)",
    "publications[].(first_published_at|review_due|served.*|attestation.disclaimers[].after|attestation.signers[].slug)",
}  # fmt: skip
"""The same list stands, in words, in docs/approval-record.md."""


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    elif value is not None:
        yield path, value


def kind(path: Path) -> str:
    """`sign_offs[].statement.claims[].text` of a path."""
    return re.sub(r"\.(\[\])", r"\1", ".".join("[]" if isinstance(part, int) else part for part in path))


def other(value: Any) -> Any:
    """A value of the same type, and another one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", value):
        return f"{int(value[:4]) - 1}{value[4:]}"
    return (
        value[:-1] + ("0" if value[-1] != "0" else "1")
        if re.fullmatch(r"[0-9a-f]{64}", value)
        else f"{value} x"
    )


def changed(record: dict[str, Any], path: Path) -> dict[str, Any]:
    forged = copy.deepcopy(record)
    at: Any = forged
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = other(at[path[-1]])
    return forged


def sealed(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "digest": digest({k: v for k, v in record.items() if k != "digest"})}


def samples(record: dict[str, Any]) -> dict[str, list[Path]]:
    """A few leaves of each kind. What does not count any more (a check that a later one replaced, a claim that
    left the text) was signed by nobody, and is left out."""
    counts = {c["id"] for claim in record["sign_offs"][-1]["statement"]["claims"] for c in claim["checks"]}
    found: dict[str, list[Path]] = defaultdict(list)
    for path, _ in leaves(record):
        if path[0] == "claims":
            claim = record["claims"][path[1]]
            if claim["state"] == "orphaned":
                continue
            if path[2] == "checks" and claim["checks"][path[3]]["id"] not in counts:
                continue
        found[kind(path)].append(path)
    return {
        name: paths if len(paths) <= OF_EACH_KIND else [paths[0], paths[len(paths) // 2], paths[-1]]
        for name, paths in found.items()
    }


def unseen(record: dict[str, Any], forge: Callable[[dict[str, Any]], dict[str, Any]]) -> set[str]:
    """The kinds of which one, changed and handed in as a file, is not found."""
    missed = set()
    for name, paths in samples(record).items():
        for path in paths:
            try:
                forged = records.parse(records.file_bytes(forge(changed(record, path))))
            except records.NotARecord:
                continue
            if not faults(forged):
                missed.add(name)
    return missed


def exempt(name: str) -> bool:
    patterns = (p.replace("[]", r"\[\]").replace(".*", "<any>").replace(".", r"\.").replace("<any>", "([.\\[_].*)?")
                for p in FILE_ONLY)  # fmt: skip
    return any(re.fullmatch(pattern, name) for pattern in patterns)


def test_every_change_is_found(record: dict[str, Any]) -> None:
    assert unseen(record, lambda forged: forged) == set()


def test_a_forger_who_seals_the_file_anew(record: dict[str, Any]) -> None:
    missed = unseen(record, sealed)
    assert sorted(name for name in missed if not exempt(name)) == ["digest"]
    # The list of what is not covered must not be longer than it needs to be.
    there = {name for name in samples(record) if exempt(name)}
    assert there - missed == set()
