"""What a job's error says to people: never a secret, never the words of a draft."""

from __future__ import annotations

import re

from reviews.refusals import Refused

LONGEST = 300
_SENTENCES = (OSError, RuntimeError, LookupError)
"""Errors whose own words are about the machinery. Those of others (the gate's, the database's, a parser's)
may quote the text."""
_PASSWORD = re.compile(r"(?<=://)[^/\s@]*@")
_ADDRESS = re.compile(r"[^\s@<>'\"(,]+@[^\s@<>'\"),]+")


def told(error: Exception) -> str:
    """The error's class, and where its words are fit to be shown, their first line. The log has it all."""
    name = type(error).__name__
    if isinstance(error, Refused):
        return f"{name}: {', '.join(error.codes)}."[:LONGEST]
    if not isinstance(error, _SENTENCES):
        return f"{name}; the log of who ran it says more."
    said = str(error).strip().splitlines()
    words = _ADDRESS.sub("…", _PASSWORD.sub("", said[0])) if said else ""
    return f"{name}: {words}"[:LONGEST] if words else f"{name}."
