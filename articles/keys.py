"""The site's Ed25519 key: where it is kept, signing with it, and the public half that readers check with."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from articles.canonical import canonical

# `cryptography` is imported where it is used: a worker that only serves pages never needs its 9 MB.


def sign(text: str) -> tuple[str, str]:
    """Sign a text's UTF-8 bytes (RFC 8032, Ed25519): the key's id and the signature in base64.

    Raises `ImproperlyConfigured` where the key can be neither read nor made.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    seed = _seed()
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode("utf-8"))
    return key_id(_public_of(seed)), base64.b64encode(signature).decode("ascii")


def holds(text: str, *, key: str, signature: str) -> bool:
    """Whether `signature` (base64) over `text` was made by the key with this id, one of `public_keys`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    known = {key_id(public): public for public in public_keys()}
    try:
        made = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(known[key]).verify(made, text.encode("utf-8"))
    except (KeyError, ValueError, InvalidSignature):
        return False
    return True


def public_keys() -> list[bytes]:
    """The public half of today's key, then the keys that were in use before. Errors as in `sign`."""
    return list(dict.fromkeys([_public_of(_seed()), *settings.ATTESTATION_OLD_KEYS]))


def key_set() -> dict[str, list[dict[str, str]]]:
    """The public keys as a JSON Web Key Set (RFC 7517; Ed25519 keys: RFC 8037), today's first."""
    return {"keys": [{**_jwk(public), "kid": key_id(public), "use": "sig"} for public in public_keys()]}


def key_id(public: bytes) -> str:
    """What a public key is called: its thumbprint (RFC 7638), 43 letters of base64url."""
    return _base64url(hashlib.sha256(canonical(_jwk(public)).encode("ascii")).digest())


def _jwk(public: bytes) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(public)}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


@lru_cache(maxsize=4)
def _public_of(seed: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _seed() -> bytes:
    given: bytes = settings.ATTESTATION_KEY
    if given:
        return given
    file = Path(settings.VAR_DIR) / "attestation.key"
    try:
        if not file.exists():
            _make(file)
        seed = base64.b64decode(file.read_text(encoding="ascii").strip(), validate=True)
    except (OSError, UnicodeDecodeError, binascii.Error) as error:
        raise ImproperlyConfigured(f"The attestation key in {file} cannot be read: {error}.") from error
    if len(seed) != 32:
        raise ImproperlyConfigured(f"{file} must hold the 32 bytes of a key in base64.")
    return seed


def _make(file: Path) -> None:
    """Put a fresh key into `file`, readable by its owner alone. Of several processes, one does it.

    The file gets its name when it is whole, and it is on the disk before anything is signed with it.
    """
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".attestation-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
            new.flush()
            os.fsync(new.fileno())
        os.link(name, file)
    except FileExistsError:
        pass  # another process was first: its key is the site's
    finally:
        Path(name).unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
