"""The stamp in a reader's form: for which page and when it was made, signed. Nothing is stored meanwhile.

It takes the place of a CSRF token: that needs a cookie, which some readers block, and no page of the public
site sets one. There is no session that a foreign site could make use of. A browser that a foreign site makes
send the form is told by its own word for it (`Sec-Fetch-Site`), in the view.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing
from django.utils import timezone

SOONEST, LATEST = dt.timedelta(seconds=3), dt.timedelta(days=1)
"""Nobody reads the form, and writes, in less; a form that is older is from yesterday's page."""


def _signer() -> signing.Signer:
    return signing.Signer(salt="articles.public.stamps")


class BadStamp(ValueError):
    """A stamp that cannot be used; a form with a new one can."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a form was made for: an article's primary key, the number of its edition, and when."""

    article: int
    edition: int
    made_at: dt.datetime
    nonce: str

    def __str__(self) -> str:
        """As it stands in the form."""
        moment = self.made_at.timestamp()
        return _signer().sign_object([self.article, self.edition, moment, self.nonce])

    def is_too_young(self) -> bool:
        """Whether it was made so shortly ago that no person has filled the form in."""
        return timezone.now() - self.made_at < SOONEST

    def is_too_old(self) -> bool:
        """Whether the page that it was made on may have been changed since."""
        return timezone.now() - self.made_at > LATEST

    def key(self, words: Iterable[str]) -> str:
        """The same for the same form with the same words in it, and for no other: a second click is no
        second report, and who goes back and writes something else is heard."""
        said = "\x00".join([self.nonce, *words])
        return hashlib.sha256(said.encode()).hexdigest()


def make(*, article: int, edition: int) -> Stamp:
    """A new stamp, made now."""
    return Stamp(article, edition, timezone.now(), secrets.token_urlsafe(16))


def read(text: str, *, article: int) -> Stamp:
    """The stamp in a form for `article`. Raises `BadStamp` where it is none, or for another article."""
    try:
        about, edition, moment, nonce = _signer().unsign_object(text)
    except signing.BadSignature as error:
        raise BadStamp from error
    if about != article:
        raise BadStamp
    return Stamp(about, edition, dt.datetime.fromtimestamp(moment, tz=dt.UTC), nonce)
