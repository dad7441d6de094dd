"""What comes out of a form or an address before any form has checked it."""

from __future__ import annotations

LONGEST = 18
"""Digits of a number that every database keeps."""


def number_in(text: object) -> int:
    """The whole number that `text` is in plain digits; 0, which numbers nothing, for anything else."""
    written = str(text)
    return int(written) if written.isascii() and written.isdigit() and len(written) <= LONGEST else 0
