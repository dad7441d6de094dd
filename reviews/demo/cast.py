"""The demo's five people. Their passwords are made on the first run and kept in `var/`."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group, User

from reviews.models import Reviewer

PASSWORDS = settings.VAR_DIR / "demo-people.json"
_WORDS = (
    "amber birch cedar clover coral ember fern harbour heron juniper lantern maple meadow otter pebble river"
).split()


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in the demo; `credentials` only for those with a medical qualification."""

    username: str
    first: str
    last: str
    role: str
    credentials: str = ""
    registration: str = ""


PEOPLE = (
    Person("amara", "Amara", "Okafor", "Writer"),
    Person("hannah", "Hannah", "Lind", "Medical reviewer", "MBBS, FFPMRCA", "Demo register 4411"),
    Person("tomas", "Tomás", "Reyes", "Medical reviewer", "MD, MRCPsych", "Demo register 5127"),
    Person("ingrid", "Ingrid", "Vale", "Medical lead", "MD, PhD, FRCPsych", "Demo register 2086"),
    Person("samuel", "Samuel", "Brook", "Managing editor"),
)


def people() -> dict[str, User]:
    """The five, by username; made where they are missing, left as they are where they exist."""
    lost = not PASSWORDS.exists()
    passwords = _passwords()
    cast: dict[str, User] = {}
    for person in PEOPLE:
        user, new = User.objects.get_or_create(
            username=person.username,
            defaults={
                "first_name": person.first,
                "last_name": person.last,
                "email": f"{person.username}@clearwater.example",
                "is_staff": True,
            },
        )
        if new or lost:
            user.set_password(passwords[person.username])
            user.save()
        if new:
            user.groups.set(Group.objects.filter(name=person.role))
        cast[person.username] = user
    for person in PEOPLE:
        if person.credentials:
            _qualify(cast[person.username], person, verified_by=cast["samuel"])
    return cast


def sheet() -> list[tuple[Person, str]]:
    """Who is who, with their passwords as first made."""
    passwords = _passwords()
    return [(person, passwords[person.username]) for person in PEOPLE]


def _passwords() -> dict[str, str]:
    if PASSWORDS.exists():
        kept: dict[str, str] = json.loads(PASSWORDS.read_text(encoding="utf-8"))
        return kept
    made = {
        p.username: "-".join(secrets.choice(_WORDS) for _ in range(4)) + f"-{secrets.randbelow(90) + 10}"
        for p in PEOPLE
    }
    PASSWORDS.write_text(json.dumps(made, indent=1), encoding="utf-8")
    PASSWORDS.chmod(0o600)
    return made


def _qualify(user: User, person: Person, *, verified_by: User) -> None:
    Reviewer.objects.get_or_create(
        user=user,
        defaults={
            "slug": f"{person.first}-{person.last}".lower().replace("á", "a"),
            "printed_name": f"Dr {person.first} {person.last}",
            "credentials": person.credentials,
            "registration": person.registration,
            "qualified_from": dt.date(2012, 9, 1),
            "verified_by": verified_by,
            "verified_on": dt.date(2026, 1, 12),
        },
    )
