"""Secrets and signatures, as Standard Webhooks 1.0.0 has them: symmetric, version `v1`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_PREFIX = "whsec_"


def new_secret() -> str:
    """A secret for one endpoint: 32 random bytes in Base64, behind a prefix by which it is known."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, *, message: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`: HMAC-SHA256 of “message.timestamp.body”.

    `timestamp` is the moment of this attempt in whole seconds since 1970.
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = hmac.new(key, f"{message}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode()}"
