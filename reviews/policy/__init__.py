"""The publisher's rules: which risk tier, which disclaimers, how many signatures, how long it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from articles.documents import Document
from reviews.models import PolicyVersion
from reviews.policy.requiring import Facts, Required, required, spoken_of, words_pattern
from reviews.policy.watching import Watching, watching
from reviews.screening import Hit, screen


class NoPolicy(RuntimeError):
    """No policy was ever loaded: nothing can be reviewed."""

    def __init__(self) -> None:
        super().__init__("No policy is loaded yet. Run `manage.py load_policy`.")


@dataclass(frozen=True, slots=True)
class Tier:
    key: str
    name: str
    signatures: int
    review_again_months: int
    independent: bool = False
    """Whether reviewers judge without seeing one another's verdicts until all have given theirs."""
    credentials: tuple[str, ...] = ()
    """Degrees of which whoever judges must have one; empty: any."""
    remind_days: tuple[int, ...] = ()
    """How many days before its next review falls due people are reminded of it."""
    take_down_after_days: int | None = None
    """How many days after it fell due a page comes down by itself; None: it does not."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a disclaimer for one article."""

    text: str
    placement: str
    variant: str
    """The jurisdiction whose words these are; empty: those for everywhere."""
    fallback: bool
    """Whether the article's own jurisdiction has none, though others have."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy in force."""

    version: PolicyVersion

    @property
    def content(self) -> dict[str, Any]:
        return self.version.content

    def tier(self, *, topics: Sequence[str], text: str) -> Tier:
        """The highest risk tier whose topic slugs or words fit an article."""
        return _tier(
            next(t for t in self.content["tiers"] if _fits(t, topics, text) or t is self.content["tiers"][-1])
        )

    @property
    def tiers(self) -> list[Tier]:
        """Every risk tier, the highest first."""
        return [_tier(entry) for entry in self.content["tiers"]]

    def tier_called(self, key: str) -> Tier:
        """The tier with this key; the last, which takes every article, where the policy has it no more."""
        tiers = self.content["tiers"]
        return _tier(next((t for t in tiers if t["key"] == key), tiers[-1]))

    def review_again_months(self, *, tier: Tier, topics: Sequence[str], document: Document) -> int:
        """Months until an article must be reviewed again: those of its tier, or fewer if it speaks of what
        goes out of date sooner."""
        spoken = spoken_of(document)
        sooner = (
            entry["months"]
            for entry in self.content.get("review_again", ())
            if _fits(entry, topics, document.text) or any(subject in spoken for subject in entry["subjects"])
        )
        return min([tier.review_again_months, *(int(months) for months in sooner)])

    def required_disclaimers(self, facts: Facts) -> list[Required]:
        """The disclaimers that an article must carry, each with what asks for it, in the policy's order."""
        jurisdiction = self.jurisdiction_of(facts.locale)
        asked = (required(d, facts, jurisdiction=jurisdiction) for d in self.content["disclaimers"])
        return [found for found in asked if found]

    def jurisdiction_of(self, locale: str) -> str:
        """The country for which an article is written: “GB” for en-GB; '' where none is said.

        The policy may map a locale to another one; else it is the region of the locale (BCP 47).
        """
        mapped: dict[str, str] = self.content.get("jurisdictions", {})
        if locale in mapped:
            return mapped[locale]
        parts = locale.replace("_", "-").split("-")[1:]
        return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), "")

    def words_for(self, key: str, locale: str) -> Words | None:
        """The words of a disclaimer for an article in `locale`; None where the policy does not have it.

        Those of the article's jurisdiction; or else of the variant that is named the strictest; or else
        those for everywhere.
        """
        entry = next((d for d in self.content["disclaimers"] if d["key"] == key), None)
        if entry is None:
            return None
        variants = {v["jurisdiction"]: v for v in entry.get("variants", ())}
        own = self.jurisdiction_of(locale)
        variant = own if own in variants else entry.get("strictest", "")
        chosen = variants.get(variant, entry)
        return Words(
            chosen["text"],
            chosen.get("placement", entry["placement"]),
            variant,
            fallback=bool(variants) and own not in variants,
        )

    @property
    def passing_verdicts(self) -> frozenset[str]:
        return frozenset(self.content["review"]["passing_verdicts"])

    @property
    def due_days(self) -> int:
        return int(self.content["review"]["due_days"])

    @property
    def watching(self) -> Watching:
        """What it says of sources that take a bad turn."""
        return watching(self.content)

    @property
    def weights(self) -> Mapping[str, str]:
        """Screening rules, by id, that the policy switched off or gave another weight."""
        weights: dict[str, str] = self.content.get("screening", {})
        return weights

    @property
    def asks_for_credentials(self) -> bool:
        """Whether any tier wants particular degrees."""
        return any("credentials" in tier for tier in self.content["tiers"])

    def credentials_of_tier(self, key: str) -> tuple[str, ...]:
        """The degrees of which the tier called `key` asks for one; empty: any."""
        return next((tuple(t.get("credentials", ())) for t in self.content["tiers"] if t["key"] == key), ())

    def tier_name(self, key: str) -> str:
        return next((t["name"] for t in self.content["tiers"] if t["key"] == key), key)


def current_policy() -> Policy:
    """The newest policy version. Raises `NoPolicy`."""
    version = _newest()
    if version is None:
        raise NoPolicy
    return Policy(version)


def _newest() -> PolicyVersion | None:
    """The newest version, read and parsed once: the database refuses to change or delete a version."""
    key = PolicyVersion.objects.order_by("-number").values_list("pk", "number", "digest").first()
    return _version(*key) if key else None


@lru_cache(maxsize=4)
def _version(pk: int, number: int, digest: str) -> PolicyVersion:
    return PolicyVersion.objects.get(pk=pk, number=number, digest=digest)


def screened(document: Document, policy: Policy | None = None) -> list[Hit]:
    """What screening finds in `document`, weighed by `policy`, or by the one in force if there is one.

    The answer for a text is kept for a while: the gate asks for that of an edition again and again.
    """
    if policy is None:
        version = _newest()
        policy = Policy(version) if version else None
    return list(_screened(document, tuple(policy.weights.items()) if policy else ()))


@lru_cache(maxsize=32)
def _screened(document: Document, weights: tuple[tuple[str, str], ...]) -> tuple[Hit, ...]:
    return tuple(screen(document, weights=dict(weights)))


def holds_one_of(wanted: Sequence[str], credentials: str) -> bool:
    """Whether one of the `wanted` degrees stands as whole words in somebody's `credentials`.

    Dots, spaces and case make no difference: “M.D.” is “MD”, “MB  ChB” is “MB ChB”.
    """
    held = _degree(credentials)
    return any(re.search(rf"(?<!\w){re.escape(_degree(word))}(?!\w)", held) for word in wanted)


def _degree(words: str) -> str:
    return " ".join(words.replace(".", "").casefold().split())


def _tier(entry: dict[str, Any]) -> Tier:
    return Tier(
        entry["key"],
        entry["name"],
        entry["signatures"],
        entry["review_again_months"],
        entry.get("independent", False),
        tuple(entry.get("credentials", ())),
        tuple(entry.get("remind_days", ())),
        entry.get("take_down_after_days"),
    )


def _fits(entry: dict[str, Any], topics: Sequence[str], text: str) -> bool:
    if set(entry["topics"]) & set(topics):
        return True
    if not entry["words"]:
        return False
    return words_pattern(entry["words"]).search(text.replace("’", "'")) is not None
