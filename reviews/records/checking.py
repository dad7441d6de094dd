"""Whether a record holds together: everything in it that can be recomputed is, without the site.

Takes what `reviews.records.reading.parse` returned; touches no database. A record that passes says one
consistent thing. That the site holds the same is shown by the head of the site's log, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from articles.canonical import digest, digest_text
from articles.rendering import paragraphs
from reviews.audit.pages import _disclaimers_on as disclaimers_on
from reviews.policy.loading import disclaimer_digest
from reviews.records import log

Record = dict[str, Any]
Faults = Iterator[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was checked: a name for programs, a sentence for people, and what is wrong with it."""

    check: str
    what: str
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults


def check(record: Record) -> list[Line]:
    """Check everything; raises nothing for what it finds."""
    return [_line(name, what, run, record) for name, (what, run) in CHECKS.items()]


def _line(name: str, what: str, run: Callable[[Record], Faults], record: Record) -> Line:
    faults: list[str] = []
    try:
        faults += run(record)
    except (RecursionError, MemoryError):
        faults.append("This part is nested too deeply to be checked.")
    except Exception as error:  # whatever a forged file makes go wrong is a finding, and hides nothing else
        faults.append(f"This part cannot be read ({type(error).__name__}).")
    return Line(
        name, what.format(**{key: len(v) for key, v in record.items() if isinstance(v, list)}), tuple(faults)
    )


# --- Fingerprints ---------------------------------------------------------------------------------


def _file(record: Record) -> Faults:
    if digest({key: value for key, value in record.items() if key != "digest"}) != record["digest"]:
        yield "The file was changed after it was made: its fingerprint is not that of its content."


def _editions(record: Record) -> Faults:
    for edition in record["editions"]:
        name, content = f"Edition {edition['number']}", edition["content"]
        if digest(content) != edition["digest"]:
            yield f"{name} does not have the fingerprint that is given for it."
        if (content["number"], content["article"]) != (edition["number"], record["article"]["id"]):
            yield f"{name} says in its content that it is another one."
        for reference in content["references"]:
            if digest(reference["record"]) != reference["digest"]:
                yield f"{name}: reference {reference['number']} does not have its fingerprint."
    now = _edition(record, record["review"]["edition"])
    if now is None:
        yield "The edition under review is not in the file."
    elif any(record["article"][key] != now["content"][key] for key in ("title", "slug", "locale")):
        yield "The article’s title, address or language is not that of its edition."


def _policies(record: Record) -> Faults:
    for policy in record["policies"]:
        if digest(policy["content"]) != policy["digest"]:
            yield f"Policy {policy['number']} does not have the fingerprint that is given for it."


def _disclaimers(record: Record) -> Faults:
    for words in record["disclaimers"]:
        parts = (words["key"], words["text"], words["placement"], words["variant"])
        if disclaimer_digest(*parts) != words["digest"]:
            yield f"The words of “{words['name']}” do not have the fingerprint that is given for them."


def _sources(record: Record) -> Faults:
    for claim in record["claims"]:
        for made in claim["checks"]:
            if digest(made["source_record"]) != made["source_digest"]:
                yield f"Check {made['id']}: the record of its source does not have its fingerprint."


def _statements(record: Record) -> Faults:
    editions = {e["digest"] for e in record["editions"]}
    policies = {p["digest"] for p in record["policies"]}
    words = {(d["key"], d["digest"]) for d in record["disclaimers"]}
    for signed in record["sign_offs"]:
        name, statement = _name(signed), signed["statement"]
        if digest(statement) != signed["signed_digest"]:
            yield f"{name}: the statement does not have the fingerprint that was signed."
        if statement["edition"] != signed["edition"] or signed["edition"] not in editions:
            yield f"{name}: the edition that was signed is not in the file."
        if statement["policy"] not in policies:
            yield f"{name}: the policy that was signed under is not in the file."
        for entry in statement["disclaimers"]:
            if (entry["key"], entry["version"]) not in words:
                yield f"{name}: the words of “{entry['key']}” that were signed are not in the file."


# --- What was signed, and the rows that spell it out ----------------------------------------------


def approval(record: Record) -> str:
    """The fingerprint under which the review was approved; empty while it is not."""
    for page in reversed(record["publications"]):
        if page["edition"] == record["review"]["edition"]:
            return str(page["signed_digest"])
    if record["review"]["status"] in ("signed_off", "scheduled", "published") and record["sign_offs"]:
        return str(record["sign_offs"][-1]["signed_digest"])
    return ""


def _grounds(record: Record) -> Faults:
    claims = {claim["id"]: claim for claim in record["claims"]}
    approved = approval(record)
    for signed in record["sign_offs"]:
        for entry in signed["statement"]["claims"]:
            claim = claims.get(entry["id"])
            if claim is None:
                yield f"{_name(signed)}: claim {entry['id']} was signed and is not in the file."
                continue
            made = {c["id"]: c for c in claim["checks"]}
            for check in entry["checks"]:
                if check["id"] not in made or _as_signed(made[check["id"]]) != {**_as_signed({}), **check}:
                    yield f"{_name(signed)}: check {check['id']} is not as it was signed."
                elif made[check["id"]]["claim_text"] != entry["text"]:
                    yield f"{_name(signed)}: check {check['id']} is of other words than were signed."
            if entry["state"] == "open" and not entry["checks"]:
                yield f"{_name(signed)}: claim {entry['id']} was signed without a check of a source."
    if approved:
        statement = next(s["statement"] for s in record["sign_offs"] if s["signed_digest"] == approved)
        yield from _listed(record, statement)


def _as_signed(check: Record) -> Record:
    names = {"record": "source_digest"}
    keys = ("id", "source", "record", "verdict", "level", "directness", "by")
    return {key: check.get(names.get(key, key)) for key in keys}


def _listed(record: Record, statement: Record) -> Faults:
    """The claims, findings and disclaimers in the file are those of the statement: none more, none less."""
    claims = [
        (c["id"], c["text"], c["state"], c["dismissed_reason"])
        for c in record["claims"]
        if c["state"] != "orphaned"
    ]
    if claims != [(c["id"], c["text"], c["state"], c["reason"]) for c in statement["claims"]]:
        yield "The claims in the file are not those that were signed."
    keys: tuple[str, ...]
    keys = ("id", "rule", "severity", "text", "disposition", "reason", "disposed_by", "confirmed_by")
    findings = [f for f in record["findings"] if not f["orphaned"] and f["disposition"] != "fixed"]
    if _only(findings, keys) != _only(statement["findings"], keys):
        yield "The findings in the file, or their answers, are not those that were signed."
    keys = ("key", "version", "state", "placement", "passage", "end", "reason", "by", "confirmed_by")
    attached = sorted(record["attachments"], key=lambda a: str(a["key"]))
    if _only(attached, keys) != _only(statement["disclaimers"], keys):
        yield "The disclaimers in the file are not those that were signed."


def _only(entries: list[Record], keys: tuple[str, ...]) -> list[list[Any]]:
    return [[entry.get(key) for key in keys] for entry in entries]


# --- Who signed, and who wrote --------------------------------------------------------------------


def _signers(record: Record) -> Faults:
    approved = approval(record)
    if not approved:
        return
    asked = max(s["statement"]["signatures"] for s in record["sign_offs"] if s["signed_digest"] == approved)
    pages = [p for p in record["publications"] if p["signed_digest"] == approved]
    asked = max([asked, 1, *(p["required_signatures"] for p in pages)])
    given = [s for s in record["sign_offs"] if s["signed_digest"] == approved and _held(s, pages)]
    people = len({s["signer"] for s in given})
    if people < asked:
        yield f"{asked} different people had to sign; {people} did, and held to it."
    for signed in given:
        edition = _edition(record, signed["edition"])
        if edition and signed["signer"] in _writers(record, edition):
            yield f"{_name(signed)} wrote on the text, and nobody approves their own."
        if any(c["person"] == signed["signer"] and c["at"] <= signed["at"] for c in record["conflicts"]):
            yield f"{_name(signed)} had declared a conflict of interest."


def _held(signed: Record, pages: list[Record]) -> bool:
    """Not revoked, or revoked only after the page that rests on it had gone live (and then come down)."""
    revoked = signed["revocation"]
    return revoked is None or any(p["status"] != "live" and p["published_at"] < revoked["at"] for p in pages)


def _writers(record: Record, edition: Record) -> set[int]:
    """As `reviews.permissions.contributors_to`: the byline, and writers since the last published edition."""
    earlier = [e for e in record["published_editions"] if e["number"] < edition["number"]]
    after = max((e["article_version"] for e in earlier), default=0)
    byline = {author["id"] for author in edition["content"]["authors"]}
    return byline | {
        c["person"] for c in record["contributions"] if after < c["version"] <= edition["article_version"]
    }


def _contributors(record: Record) -> Faults:
    versions = [c["version"] for c in record["contributions"]]
    if versions != list(range(1, len(versions) + 1)):
        yield "The versions of the draft are not without a gap."
    for edition in record["editions"]:
        wrote = {c["person"] for c in record["contributions"] if c["version"] <= edition["article_version"]}
        if sorted(wrote) != edition["content"]["contributors"]:
            yield f"Edition {edition['number']} names other contributors than the versions of its draft."


# --- What readers saw -----------------------------------------------------------------------------


def _pages(record: Record) -> Faults:
    words = {(d["key"], d["digest"], d["text"], d["number"]) for d in record["disclaimers"]}
    for page in record["publications"]:
        said, name = page["attestation"], f"Page {page['id']}"
        edition = _edition(record, page["edition"])
        signed = [s for s in record["sign_offs"] if s["signed_digest"] == page["signed_digest"]]
        if edition is None or not signed or any(s["edition"] != page["edition"] for s in signed):
            yield f"{name} does not rest on signatures of its edition."
            continue
        if digest_text(page["html"]) != page["html_digest"]:
            yield f"{name} does not have the fingerprint that is given for it."
        if page["slug"] != edition["content"]["slug"]:
            yield f"{name} stands at another address than was signed."
        if (said["edition"], said["edition_digest"], said["signed_digest"]) != (
            edition["number"], edition["digest"], page["signed_digest"],
        ):  # fmt: skip
            yield f"{name} attests another edition or fingerprint than was signed."
        statement = signed[0]["statement"]
        if page["required_signatures"] != statement["signatures"]:
            yield f"{name} asks for another number of signatures than its statement."
        named = sorted((s["name"], s["credentials"], s["meaning"]) for s in said["signers"])
        given = sorted((s["printed_name"], s["credentials"], s["meaning_words"]) for s in signed)
        if any(entry not in given for entry in named) or len(named) < page["required_signatures"]:
            yield f"{name} names other signers than those who signed."
        registered = {(s["printed_name"], s["meaning_words"]): s["registration"] for s in signed}
        if any(
            s["registration"] != registered.get((s["name"], s["meaning"]))
            for s in said["signers"]
            if "registration" in s  # pages from before readers saw it lack it
        ):
            yield f"{name} gives another registration than that of a signer."
        days = {(s["printed_name"], s["meaning_words"]): s["at"][:10] for s in signed}
        if not all(
            log.days_apart(s["on"], days.get((s["name"], s["meaning"]))) <= 1 for s in said["signers"]
        ):
            yield f"{name} gives another day than that of a signature."
        if said["reviewed_on"] != max(s["on"] for s in said["signers"]):
            yield f"{name} gives another day of review than that of its last signature."
        shown = sorted((d["key"], d["digest"], d["placement"]) for d in said["disclaimers"])
        due = [d for d in statement["disclaimers"] if d["state"] == "attached"]
        if shown != sorted((d["key"], d["version"], d["placement"]) for d in due):
            yield f"{name} carries other disclaimers than were signed."
        boxes = disclaimers_on(page["html"])
        for entry in said["disclaimers"]:
            if (entry["key"], entry["digest"], entry["text"], entry["version"]) not in words:
                yield f"{name}: the words of “{entry['key']}” are not those that were signed."
            if not all(part in boxes.get(entry["key"], "") for part in paragraphs(entry["text"])):
                yield f"{name} does not show the disclaimer “{entry['key']}”."


def _edition(record: Record, wanted: str) -> Record | None:
    return next((e for e in record["editions"] if e["digest"] == wanted), None)


def _name(signed: Record) -> str:
    return f"The signature of {signed['printed_name']}"


CHECKS: dict[str, tuple[str, Callable[[Record], Faults]]] = {
    "file": ("The file is as it was made.", _file),
    "editions": ("Frozen texts have their fingerprints ({editions}).", _editions),
    "policies": ("Policies have their fingerprints ({policies}).", _policies),
    "disclaimers": ("The words of disclaimers have their fingerprints ({disclaimers}).", _disclaimers),
    "sources": ("Sources stand as they were read when claims were checked ({claims} claims).", _sources),
    "statements": (
        "What was signed has its fingerprint, and all it names is here ({sign_offs}).",
        _statements,
    ),
    "grounds": ("Claims, checks, findings and disclaimers are those that were signed.", _grounds),
    "contributors": ("Everyone who wrote is named in the text that was frozen.", _contributors),
    "signers": ("Enough different people signed, and none of them wrote it.", _signers),
    "pages": ("Pages are what was signed, with every disclaimer in view ({publications}).", _pages),
    "events": ("Every entry of the log has its hash and its place ({events}).", log.chain),
    "log": ("The log tells the same as the rest of the file.", log.telling),
}
