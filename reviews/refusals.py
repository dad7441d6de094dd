"""How Signoff says no."""

from __future__ import annotations

from collections.abc import Iterable


class Refused(Exception):
    """An action was refused and changed nothing.

    The text is a sentence for a person; `codes` are the permission or requirement codes behind it.
    """

    def __init__(self, sentence: str, *codes: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.codes: tuple[str, ...] = codes

    @classmethod
    def because(cls, opening: str, reasons: Iterable[tuple[str, str]]) -> Refused:
        """One refusal out of many (code, sentence) reasons."""
        listed = list(reasons)
        return cls(
            " ".join([opening, *(sentence for _, sentence in listed)]), *dict.fromkeys(c for c, _ in listed)
        )
