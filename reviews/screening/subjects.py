"""What an article is about: substances, conditions, people, and matters of safety.

Subjects decide which disclaimers an article needs and how heavily a rule weighs in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from reviews.screening.phrases import groups_in

UNPROVEN = (
    "psilocybin", "lsd", "mdma", "ketamine", "ayahuasca", "mescaline", "ibogaine", "psychedelics", "cannabis",
    "cbd", "kratom", "kava", "amanita", "functional_mushrooms", "nootropics", "supplements", "peptides",
)  # fmt: skip
"""Subjects that are sold or taken as remedies without an approval for it in most places."""

_FEWEST_MENTIONS = 3


class _Titled(Protocol):
    @property
    def subjects(self) -> Mapping[str, str]: ...


def subjects_in(words: str) -> dict[str, str]:
    """The subjects that normalised text speaks of, each with the words that say so."""
    return groups_in("subjects", words)


def is_unproven(subjects: Mapping[str, Sequence[object]], titles: Sequence[_Titled], sentences: int) -> bool:
    """Whether an article of so many sentences is about an unproven remedy, not merely mentions one."""
    if any(subject in UNPROVEN for title in titles for subject in title.subjects):
        return True
    mentions = sum(len(subjects.get(subject, ())) for subject in UNPROVEN)
    return mentions >= min(_FEWEST_MENTIONS, sentences / 4) > 0
