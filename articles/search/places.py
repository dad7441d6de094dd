"""Where in an article words are looked for, the weightiest place first."""

from __future__ import annotations

from enum import Enum


class Place(Enum):
    """Each holds the one before it."""

    TITLE = "title"
    HEAD = "head"
    """Title, summary, topics, headings and the words that the text says most often."""
    ANYWHERE = "anywhere"
