"""Canonical JSON (RFC 8785) and its SHA-256: how Signoff says "exactly this content"."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical(value: Any) -> str:
    """Return the one RFC 8785 text of a JSON value.

    Raises `ValueError` for what has none: NaN, infinities, integers beyond 2**53, lone surrogates.
    """
    return rfc8785.dumps(value).decode("utf-8")


def digest_text(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def digest(value: Any) -> str:
    """SHA-256 of a JSON value's canonical text, 64 hex digits."""
    return digest_text(canonical(value))
