"""What changed between two statements: the one that a signer was shown, and the one as it stands today.

Pure: two statements (see `reviews.dossier.Dossier.statement`) and the names of what they speak of go in,
sentences come out. A part that nobody explains is named all the same; nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reviews.counting import counted
from reviews.models import Claim, Finding, SourceCheck
from reviews.models.disclaimers import Placement

Statement = Mapping[str, Any]
Entry = Mapping[str, Any]
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Names:
    """What people call the things that a statement knows by number, key or digest."""

    people: Mapping[int, str] = field(default_factory=dict)
    sources: Mapping[int, str] = field(default_factory=dict)
    findings: Mapping[int, str] = field(default_factory=dict)
    disclaimers: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)
    editions: Mapping[str, str] = field(default_factory=dict)
    policies: Mapping[str, str] = field(default_factory=dict)

    def person(self, pk: Any) -> str:
        """A person's name; “somebody” where it is not known."""
        return self.people.get(pk, "somebody")

    def source(self, pk: Any) -> str:
        """A source in a few words."""
        return self.sources.get(pk, "a source")

    def disclaimer(self, key: Any) -> str:
        """A disclaimer's name, or its key."""
        return self.disclaimers.get(key, str(key))


def differences(before: Statement, after: Statement, names: Names | None = None) -> list[str]:
    """One sentence for each thing that differs, the gravest kinds first; empty when nothing does."""
    names = names or Names()
    return [
        sentence
        for key in dict.fromkeys([*_EXPLAINED, *before, *after])
        if before.get(key, _ABSENT) != after.get(key, _ABSENT)
        for sentence in _explain(key, before.get(key), after.get(key), names)
    ]


def _explain(key: str, was: Any, now: Any, names: Names) -> list[str]:
    """Something is always said: a difference that no sentence fits is named by its key."""
    try:
        known = key in _EXPLAINED and was is not None and now is not None
        said = list(_EXPLAINED[key](was, now, names)) if known else []
    except (AttributeError, KeyError, TypeError, ValueError):  # a statement of another making
        said = []
    return said or [f"Something else that a signature covers changed: “{key.replace('_', ' ')}”."]


# --- The parts of a statement ---------------------------------------------------------------------


def _edition(was: str, now: str, names: Names) -> Iterator[str]:
    new, old = names.editions.get(now, "another edition"), names.editions.get(was, "the one you were shown")
    yield f"A new edition came in: {new}, in the place of {old}. Read the whole text again."


def _policy(was: str, now: str, names: Names) -> Iterator[str]:
    new, old = names.policies.get(now, "another version"), names.policies.get(was, "an earlier one")
    yield f"The publisher’s policy changed: {new} is in force now, in the place of {old}."


def _tier(was: str, now: str, names: Names) -> Iterator[str]:
    new, old = names.tiers.get(now, now), names.tiers.get(was, was)
    yield f"The article’s risk tier changed from “{old}” to “{new}”."


def _signatures(was: int, now: int, names: Names) -> Iterator[str]:
    yield f"The article now needs {counted(now, 'signature')} instead of {was}."


def _happened(one: str, undone: str) -> Callable[[int, int, Names], Iterator[str]]:
    def said(was: int, now: int, names: Names) -> Iterator[str]:
        times = now - was
        yield f"{one}{'' if times == 1 else f' ({times} times)'}." if times > 0 else undone

    return said


def _disclaimers(was: list[Entry], now: list[Entry], names: Names) -> Iterator[str]:
    for old, new in _pairs(was, now, "key"):
        name = f"The disclaimer “{names.disclaimer((new or old or {}).get('key'))}”"
        if old is None and new is not None:
            waived = new["state"] == "waived"
            yield f"{name} was {_waived(new, names) if waived else 'attached by ' + names.person(new['by'])}."
        elif new is None:
            yield f"{name} was taken off."
        elif old is not None and old != new:
            yield from _disclaimer(name, old, new, names)


def _disclaimer(name: str, old: Entry, new: Entry, names: Names) -> Iterator[str]:
    changed = _changed(old, new)
    if "state" in changed:
        how = _waived(new, names) if new["state"] == "waived" else f"attached by {names.person(new['by'])}"
        yield f"{name} was {how}."
        changed -= {"reason", "by", "confirmed_by", "placement"}
    if "version" in changed:
        yield f"{name} has new words."
    if "placement" in changed:
        yield f"{name} was moved to another place: {Placement(new['placement']).label.lower()}."
    if changed & {"passage", "end"}:
        yield f"{name} was moved to another passage" + (
            f": “{_short(new['passage'])}”." if new.get("passage") else "."
        )
    if "confirmed_by" in changed:
        yield _confirmed(f"The waiver of {name[0].lower()}{name[1:]}", new, names)
    if "reason" in changed:
        yield f"{name} has another reason: {_short(new['reason']) or 'none'}."
    if "by" in changed and not changed & {"version", "placement", "passage", "end", "reason"}:
        yield f"{name} was attached again, by {names.person(new['by'])}."
    yield from _rest(
        name, changed, {"state", "version", "placement", "passage", "end", "confirmed_by", "reason", "by"}
    )


def _waived(entry: Entry, names: Names) -> str:
    return f"waived by {names.person(entry['by'])}: {_short(entry['reason'])}"


def _claims(was: list[Entry], now: list[Entry], names: Names) -> Iterator[str]:
    for old, new in _pairs(was, now, "id"):
        if old is None and new is not None:
            yield f"A claim was added: “{_short(new['text'])}”."
        elif new is None and old is not None:
            yield f"The claim “{_short(old['text'])}” is no longer in the text."
        elif old is not None and new is not None and old != new:
            yield from _claim(old, new, names)


def _claim(old: Entry, new: Entry, names: Names) -> Iterator[str]:
    changed = _changed(old, new)
    name = f"The claim “{_short(new['text'])}”"
    if "text" in changed:
        yield f"The claim “{_short(old['text'])}” now reads “{_short(new['text'])}”."
    if "state" in changed:
        yield {
            Claim.State.DISMISSED.value: f"{name} was dismissed as no claim: {_short(new['reason'])}.",
            Claim.State.RECONFIRM.value: f"{name} needs reconfirming.",
        }.get(new["state"], f"{name} counts as a claim again.")
    elif "reason" in changed:
        yield f"{name} has another reason: {_short(new['reason']) or 'none'}."
    if "checks" in changed:
        yield from _checks(name, old["checks"], new["checks"], names)
    if "settlement" in changed:
        yield (
            f"The disagreement on {name[0].lower()}{name[1:]} was settled by "
            f"{names.person(new['settlement']['by'])}: {_short(new['settlement']['reason'])}."
            if new.get("settlement")
            else f"The disagreement on {name[0].lower()}{name[1:]} is not settled any more."
        )
    yield from _rest(name, changed, {"text", "state", "reason", "checks", "settlement"})


def _checks(name: str, was: list[Entry], now: list[Entry], names: Names) -> Iterator[str]:
    same = {check["id"] for check in was}
    # One check a source; where each reviewer has their own, one a source and person.
    alone = all(len({check["source"] for check in checks}) == len(checks) for checks in (was, now))
    for old, new in _pairs(was, now, "source") if alone else _pairs(was, now, "source", "by"):
        source = names.source((new or old or {}).get("source"))
        if new is None:
            yield f"{name}: its check against {source} no longer counts."
        elif old is None:
            yield (
                f"{name} was checked against {source} by {names.person(new['by'])}: {_verdict(new)} "
                f"(level {new['level']})."
            )
        elif old != new:
            again = f"{name} was checked again against {source} by {names.person(new['by'])}"
            if new["id"] in same:  # a check is never changed; if one is, that must be seen
                again = f"{name}: its check against {source} by {names.person(new['by'])} is not as it was"
            said = [
                f"{word} {old[key]} is now {new[key]}"
                for key, word in (("level", "level"), ("directness", "directness"))
                if old[key] != new[key]
            ]
            if "record" in _changed(old, new):
                said.append("the record of the source changed")
            verdicts = (
                f"still “{_verdict(new)}”"
                if old["verdict"] == new["verdict"]
                else f"“{_verdict(old)}” is now “{_verdict(new)}”"
            )
            yield f"{again}: {'; '.join([verdicts, *said])}."


def _verdict(check: Entry) -> str:
    return str(SourceCheck.Verdict(check["verdict"]).label).lower()


def _opinions(was: list[int], now: list[int], names: Names) -> Iterator[str]:
    for person in sorted({*was} ^ {*now}):
        gave = (
            "gave their verdicts"
            if person in now
            else "may not judge this any more; their verdicts do not count"
        )
        yield f"{names.person(person)} {gave}."


def _findings(was: list[Entry], now: list[Entry], names: Names) -> Iterator[str]:
    for old, new in _pairs(was, now, "id"):
        entry = new or old or {}
        words = names.findings.get(entry.get("id", 0)) or entry.get("text") or "on the whole text"
        quoted = f"“{_short(words)}”"
        if old is None:
            yield f"A finding was added: {quoted}."
        elif new is None:
            yield f"The finding {quoted} does not stand any more."
        elif old != new:
            yield from _finding(f"The finding {quoted}", old, new, names)


def _finding(name: str, old: Entry, new: Entry, names: Names) -> Iterator[str]:
    changed = _changed(old, new)
    if changed & {"disposition", "disposed_by", "reason"}:
        if new["disposition"]:
            how = Finding.Disposition(new["disposition"]).label.lower()
            yield f"{name} was answered by {names.person(new['disposed_by'])}: {how}. {_short(new['reason'])}"
        else:
            yield f"{name} is open again."
    if "confirmed_by" in changed:
        yield _confirmed(f"The answer to {name[0].lower()}{name[1:]}", new, names)
    if "severity" in changed:
        severity = Finding.Severity(new["severity"]).label.lower()
        yield f"{name} has another weight now: {severity}."
    if "text" in changed:
        yield f"{name} now stands at other words: “{_short(new['text'])}”."
    yield from _rest(
        name, changed, {"disposition", "disposed_by", "reason", "confirmed_by", "severity", "text"}
    )


_EXPLAINED: dict[str, Callable[[Any, Any, Names], Iterator[str]]] = {
    "edition": _edition,
    "takedowns": _happened("The page was taken down", "A take-down is no longer on record."),
    "revocations": _happened(
        "A signature on this article was revoked", "A revocation is no longer on record."
    ),
    "reopenings": _happened("The article was taken back into review", "A reopening is no longer on record."),
    "disclaimers": _disclaimers,
    "claims": _claims,
    "opinions": _opinions,
    "findings": _findings,
    "policy": _policy,
    "tier": _tier,
    "signatures": _signatures,
}


# --- Comparing ------------------------------------------------------------------------------------


def _pairs(was: list[Entry], now: list[Entry], *keys: str) -> Iterator[tuple[Entry | None, Entry | None]]:
    old, new = ({tuple(entry[key] for key in keys): entry for entry in entries} for entries in (was, now))
    for name in dict.fromkeys([*old, *new]):
        yield old.get(name), new.get(name)


def _changed(old: Entry, new: Entry) -> set[str]:
    return {key for key in {*old, *new} if old.get(key, _ABSENT) != new.get(key, _ABSENT)}


def _rest(name: str, changed: set[str], explained: set[str]) -> Iterator[str]:
    for key in sorted(changed - explained):
        yield f"{name} changed: “{key.replace('_', ' ')}”."


def _confirmed(what: str, entry: Entry, names: Names) -> str:
    if entry["confirmed_by"] is None:
        return f"{what} is not confirmed any more."
    return f"{what} was confirmed by {names.person(entry['confirmed_by'])}."


def _short(text: str) -> str:
    text = " ".join(text.split()).rstrip(".")
    return text if len(text) <= 120 else text[:119].rstrip() + "…"
