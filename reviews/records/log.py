"""The log's share of a record: each entry's own hash and order, and whether it tells what the rest says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from articles.canonical import digest
from reviews.audit.telling import Signing, Telling

Record = dict[str, Any]
SOON = dt.timedelta(minutes=5)
"""A row and the log's entry about it are written in one transaction, a moment after one another."""


def chain(record: Record) -> Iterator[str]:
    """Each hash is that of its entry; entries stand in order; neighbours follow one another."""
    before: Record | None = None
    for event in record["events"]:
        number = event["sequence"]
        if digest({key: value for key, value in event.items() if key != "hash"}) != event["hash"]:
            yield f"Entry {number} of the log was changed after it was written."
        if before is not None and number <= before["sequence"]:
            yield f"Entry {number} of the log is out of order."
        elif before is not None and number == before["sequence"] + 1 and event["previous"] != before["hash"]:
            yield f"Entry {number} of the log does not follow the one before it."
        if event["action"] != "load_policy" and event["article"] != record["article"]["id"]:
            yield f"Entry {number} of the log is about another article."
        before = event


def links(record: Record) -> tuple[int, int]:
    """How many entries follow directly on one in the file, and how many on one that is not in it."""
    events = record["events"]
    joined = sum(b["sequence"] == a["sequence"] + 1 for a, b in pairwise(events))
    return joined, len(events) - joined


def telling(record: Record) -> Iterator[str]:
    """What the log says happened is what the rest of the file says."""
    told = Telling()
    for event in record["events"]:
        told.hear(*(event[key] for key in ("action", "actor", "article", "review", "after", "facts")))
    yield from _review(record, told)
    yield from _signatures(record, told)
    yield from _checks(record)
    yield from _pages(record, told)
    for policy in record["policies"]:
        if told.policies.get(policy["number"]) != policy["digest"]:
            yield f"Policy {policy['number']} is not one that the log says was loaded."
    conflicts = {(c["review"], c["person"]) for c in record["conflicts"]}
    if conflicts != told.conflicts:
        yield "The declared conflicts of interest are not those in the log."
    for conflict in record["conflicts"]:
        event = _event(record, "declare_conflict", actor=conflict["person"], review=conflict["review"])
        if event and (event["reason"] != conflict["text"] or not _same_time(event["at"], conflict["at"])):
            yield "A conflict of interest is not told as it is in the log."


def _review(record: Record, told: Telling) -> Iterator[str]:
    review, article = record["review"], record["article"]["id"]
    if told.review_states.get(review["id"]) != (review["status"], review["edition"]):
        yield "The review’s state or edition is not the one in the log."
    again = sum(e["action"] == "resubmit" and e["review"] == review["id"] for e in record["events"])
    if review["round"] != again + 1:
        yield "The number of rounds is not the one in the log."
    for edition in (*record["editions"], *record["published_editions"]):
        if told.editions.get((article, edition["number"])) != edition["digest"]:
            yield f"Edition {edition['number']} is not the one that the log says was submitted."
    published = {e["after"] for e in record["events"] if e["action"] == "publish"}
    if published != {e["digest"] for e in record["published_editions"]}:
        yield "The editions that were published are not those in the log."


def _signatures(record: Record, told: Telling) -> Iterator[str]:
    here, review = {s["id"]: s for s in record["sign_offs"]}, record["review"]["id"]
    for pk, signing in told.sign_offs.items():
        if signing.review == review and pk not in here:
            yield f"Signature {pk} is in the log and not in the rest of the file."
    for pk, signed in here.items():
        name = f"The signature of {signed['printed_name']}"
        expected = Signing(signed["signed_digest"], signed["meaning"], signed["signer"], review)
        if told.sign_offs.get(pk) != expected:
            yield f"{name} has another signer, meaning, fingerprint or review in the log."
            continue
        event = _event(record, "sign_off", sign_off=pk) or {"at": "", "facts": {}}
        printed = ("meaning_words", "printed_name", "credentials", "registration", "interests")
        if any(event["facts"].get(key) != signed[key] for key in printed):
            yield f"{name} has another name, credentials, registration or interests in the log."
        if not _same_time(event["at"], signed["at"]):
            yield f"{name} was given at another time, by the log."
        revoked = signed["revocation"]
        if (pk in told.revoked) != (revoked is not None):
            yield f"{name} is revoked in one place and not in the other."
        elif revoked:
            event = _event(record, "revoke", sign_off=pk) or {"actor": 0, "reason": "", "at": ""}
            if (event["actor"], event["reason"]) != (revoked["by"], revoked["reason"]) or not _same_time(
                event["at"], revoked["at"]
            ):
                yield f"{name} was revoked otherwise, by the log."


def _checks(record: Record) -> Iterator[str]:
    """Checks that were made one by one are told of one by one; those that were reconfirmed are not."""
    here = {c["id"]: (claim["id"], c) for claim in record["claims"] for c in claim["checks"]}
    for event in record["events"]:
        if event["action"] != "check_claim" or event["review"] != record["review"]["id"]:
            continue
        facts = event["facts"]
        claim, made = here.get(facts.get("check"), (0, {}))
        if (claim, made.get("source"), made.get("by")) != (
            facts.get("claim"), facts.get("source"), event["actor"],
        ) or not _same_time(event["at"], made.get("at")):  # fmt: skip
            yield f"Check {facts.get('check')} is not in the file as the log tells of it."


def _pages(record: Record, told: Telling) -> Iterator[str]:
    for page in record["publications"]:
        name, said = f"Page {page['id']}", told.publications.get(page["id"])
        event = _event(record, "publish", publication=page["id"])
        if said is None or event is None:
            yield f"{name} is not one that the log says was published."
            continue
        if (said.html, event["after"], event["facts"].get("signed_digest")) != (
            page["html_digest"], page["edition"], page["signed_digest"],
        ):  # fmt: skip
            yield f"{name} is not the one that the log says was published."
        if not set(said.sign_offs) <= {s["id"] for s in record["sign_offs"]}:
            yield f"{name} rests on signatures that are not in the file."
        if event["actor"] != page["published_by"] or not _same_time(event["at"], page["published_at"]):
            yield f"{name} was published by somebody else or at another time, by the log."
        if told.page_states[page["id"]] != page["status"]:
            yield f"{name} is “{page['status']}”; the log last made it “{told.page_states[page['id']]}”."
        if page["status"] == "live" and (page["ended_at"], page["ended_by"], page["ended_reason"]) != (
            None, None, "",
        ):  # fmt: skip
            yield f"{name} is live and says that it ended."
        if page["status"] in ("withdrawn", "retracted"):
            down = _event(record, str(_TAKEN_DOWN[page["status"]]), publication=page["id"])
            if down is None or (down["actor"], down["reason"]) != (page["ended_by"], page["ended_reason"]):
                yield f"{name} was taken down otherwise, by the log."
            elif not _same_time(down["at"], page["ended_at"]):
                yield f"{name} was taken down at another time, by the log."


_TAKEN_DOWN = {"withdrawn": "withdraw", "retracted": "retract"}


def _event(record: Record, action: str, **wanted: Any) -> Record | None:
    """The last entry of this kind whose columns or facts are these."""
    return next(
        (
            event
            for event in reversed(record["events"])
            if event["action"] == action
            and all(event.get(key, event["facts"].get(key)) == value for key, value in wanted.items())
        ),
        None,
    )


def days_apart(one: Any, other: Any) -> int:
    """Days between two ISO dates, without a sign; very many where one of them is none."""
    try:
        return abs((dt.date.fromisoformat(one) - dt.date.fromisoformat(other)).days)
    except (TypeError, ValueError):
        return dt.date.max.toordinal()


def _same_time(one: Any, other: Any) -> bool:
    try:
        return abs(dt.datetime.fromisoformat(one) - dt.datetime.fromisoformat(other)) <= SOON
    except (TypeError, ValueError):  # no time at all, or one without its zone
        return False
