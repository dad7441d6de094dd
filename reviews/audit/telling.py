"""What the event log says happened, gathered in one pass: the verifier holds the tables against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reviews.models import Event


@dataclass(frozen=True, slots=True)
class Signing:
    """A signature as the log tells of it."""

    signed_digest: str
    meaning: str
    signer: int | None
    review: int | None


@dataclass(frozen=True, slots=True)
class Publishing:
    """A publication as the log tells of it; `html` is the digest of the page."""

    article: int | None
    html: str
    sign_offs: tuple[int, ...]


@dataclass(slots=True)
class Telling:
    """The last word of the log on each thing, by primary key."""

    sign_offs: dict[int, Signing] = field(default_factory=dict)
    revoked: set[int] = field(default_factory=set)
    publications: dict[int, Publishing] = field(default_factory=dict)
    newest: dict[int | None, int] = field(default_factory=dict)
    """The newest publication of each article."""
    page_states: dict[int, str] = field(default_factory=dict)
    review_states: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Status and edition digest of each review."""
    editions: dict[tuple[int, int], str] = field(default_factory=dict)
    """(article, number) of each edition that was submitted, and its digest."""
    checks: set[int] = field(default_factory=set)
    opinions: dict[int, tuple[int | None, int | None]] = field(default_factory=dict)
    """(review, person)."""
    settlements: dict[int, tuple[int, int | None]] = field(default_factory=dict)
    """(the check that stands, person)."""
    conflicts: set[tuple[int, int]] = field(default_factory=set)
    """(review, person)."""
    policies: dict[int, str] = field(default_factory=dict)
    alerts: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    """(decision, who decided); an empty decision while nobody did."""

    def hear(
        self, action: str, actor: int | None, article: int | None, review: int | None, after: str, facts: Any
    ) -> None:
        """Take in one event. One whose facts make no sense says nothing: its hash tells on it already."""
        if not isinstance(facts, dict):
            return
        if review is not None and isinstance(facts.get("to"), str):
            self.review_states[review] = (facts["to"], after)
        match action, facts:
            case (("submit" | "resubmit"), {"edition": int(number)}) if article is not None:
                self.editions[article, number] = after
            case "sign_off", {"sign_off": int(pk), "signed_digest": str(value), "meaning": str(meaning)}:
                self.sign_offs[pk] = Signing(value, meaning, actor, review)
            case "revoke", {"sign_off": int(pk)}:
                self.revoked.add(pk)
            case "publish", {"publication": int(pk), "html": str(html), "sign_offs": [*signed]}:
                before = self.newest.get(article)
                if before is not None and self.page_states[before] == "live":
                    self.page_states[before] = "superseded"
                self.newest[article] = pk
                self.publications[pk] = Publishing(article, html, tuple(signed))
                self.page_states[pk] = "live"
            case (("withdraw" | "retract"), {"publication": int(pk), "to": str(status)}):
                self.page_states[pk] = status
            case "check_claim", {"check": int(pk)}:
                self.checks.add(pk)
            case "give_opinion", {"opinion": int(pk)}:
                self.opinions[pk] = (review, actor)
            case "settle_claim", {"settlement": int(pk), "stands": int(check)}:
                self.settlements[pk] = (check, actor)
            case "declare_conflict", _ if review is not None and actor is not None:
                self.conflicts.add((review, actor))
            case "alert_opened", {"alert": int(pk)}:
                self.alerts[pk] = ("", None)
            case "alert_decided", {"alert": int(pk), "decision": str(decision)}:
                self.alerts[pk] = (decision, actor)
            case "load_policy", {"number": int(number)}:
                self.policies[number] = after
            case _:
                pass


def listen(telling: Telling) -> None:
    """Have the whole log told."""
    columns = ("action", "actor", "article", "review", "after", "facts")
    for row in Event.objects.order_by("sequence").values_list(*columns).iterator(chunk_size=2000):
        telling.hear(*row)
