"""What the site signs about a publication."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.db import models

from articles.models.publication import Publication


class Attestation(models.Model):
    """A statement about one publication, signed with the site's key. The database refuses to change it.

    `document` is canonical JSON (RFC 8785; see `articles.attesting`), `signature` the Ed25519 signature
    (RFC 8032) of its UTF-8 bytes in base64, `key` the id of the key that made it.
    """

    publication = models.OneToOneField(
        Publication, on_delete=models.PROTECT, related_name="signed_attestation"
    )
    document = models.TextField()
    signature = models.CharField(max_length=88)
    key = models.CharField(max_length=43, help_text="Thumbprint of the public key (RFC 7638).")

    def __str__(self) -> str:
        return f"Attestation of {self.publication}"

    @cached_property
    def content(self) -> dict[str, Any]:
        """The document as Python objects."""
        content: dict[str, Any] = json.loads(self.document)
        return content
