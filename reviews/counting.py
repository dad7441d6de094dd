"""Numbers in sentences: “1 claim needs”, “2 claims need”, “Two reviewers”."""

from __future__ import annotations

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def counted(number: int, noun: str) -> str:
    """A number and its noun, which takes an s unless there is one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def agree(number: int, one: str, many: str) -> str:
    """The form of a word that goes with a number."""
    return one if number == 1 else many


def in_words(number: int) -> str:
    """A small number as a word, in lower case; a larger one in figures."""
    return _WORDS[number] if number < len(_WORDS) else str(number)
