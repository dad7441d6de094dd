"""How each person wants to hear of each kind: what they chose, and what they may choose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from reviews.mail.kinds import KINDS, NEWS, Group, Kind, Way
from reviews.mail.who import groups_open_to
from reviews.models import MailPreference
from reviews.refusals import Refused


@dataclass(frozen=True, slots=True)
class Choice:
    """One kind as one person may have it."""

    kind: Kind
    way: str
    ways: tuple[tuple[str, str], ...]

    @property
    def bound(self) -> bool:
        """They cannot do without it."""
        return Way.NEVER.value not in dict(self.ways)


def ways_for(kind: Kind, people: Mapping[int, Collection[Group]]) -> dict[int, str]:
    """How each of `people`, who are in these groups, hears of a kind: one query.

    What somebody chose before they came into a group that is bound holds no more than it may.
    """
    chosen = dict(
        MailPreference.objects.filter(kind=kind.key, person__in=people).values_list("person", "way")
    )
    return {
        person: Way.AT_ONCE if _is_bound(kind, groups) and way == Way.NEVER else way
        for person, groups in people.items()
        for way in [chosen.get(person, kind.usual)]
    }


def choices_of(person: User) -> list[Choice]:
    """The kinds that may ever reach somebody, in the order of the table, with what holds now."""
    groups = groups_open_to(person)
    chosen = dict(MailPreference.objects.filter(person=person).values_list("kind", "way"))
    return [_choice(kind, groups, chosen.get(kind.key, kind.usual)) for kind in _kinds_for(groups)]


def choose(person: User, ways: Mapping[str, str]) -> None:
    """Keep what somebody chose, by kind. Raises `Refused`, and keeps nothing, where a choice is none."""
    open_to = {choice.kind.key: choice for choice in choices_of(person)}
    for key, way in ways.items():
        if key not in open_to or way not in Way.values:
            raise Refused("There is no such choice. Open the page again.", "choice")
        if way not in dict(open_to[key].ways):
            raise Refused(
                f"“{open_to[key].kind.label}” cannot be switched off: somebody must see to it. "
                "Choose at once or daily.",
                "bound",
            )
    with transaction.atomic():
        for key, way in ways.items():
            MailPreference.objects.update_or_create(person=person, kind=key, defaults={"way": way})


def _kinds_for(groups: Collection[Group]) -> Iterable[Kind]:
    reached = {news.kind for news in NEWS.values() if set(news.groups) & set(groups)}
    if {Group.EDITORS, Group.WRITERS, Group.IN_HAND} & set(groups):
        reached.add("not_published")
    return (kind for key, kind in KINDS.items() if key in reached)


def _choice(kind: Kind, groups: Collection[Group], way: str) -> Choice:
    bound = _is_bound(kind, groups)
    ways = tuple((value, label) for value, label in Way.choices if not (bound and value == Way.NEVER))
    return Choice(kind, Way.AT_ONCE if bound and way == Way.NEVER else way, ways)


def _is_bound(kind: Kind, groups: Collection[Group]) -> bool:
    return bool(kind.bound & set(groups))
