"""Where the log ends, signed and kept outside the database: what it held then cannot be taken away unseen.

An anchor names the last event and its hash, which seals every event before it. As long as somebody keeps
one, a log that was cut, written anew or put back to an older copy does not fit it. See docs/anchors.md.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from articles import keys
from articles.batches import batched
from articles.canonical import canonical
from reviews.models import ChainHead, Event

FORMAT = "signoff-anchor-1"
PATIENCE = 20.0
"""Seconds that ANCHOR_URL has for its answer."""
_BATCH = 500
_LONGEST = 4_096
"""Bytes of a line, with room to spare."""


class NotAnchored(RuntimeError):
    """Somebody who keeps anchors did not take one. The text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """That the log of a site ended with this event at this time (UTC, ISO 8601)."""

    format: str
    site: str
    sequence: int
    hash: str
    at: str

    @property
    def signed_text(self) -> str:
        """What the signature is over: canonical JSON (RFC 8785)."""
        return canonical(asdict(self))


class Unreadable(ValueError):
    """A line that is no anchor."""


def anchor() -> Anchor | None:
    """Sign where the log ends now and hand it to all who keep it: the file, ANCHOR_URL, ANCHOR_MAIL.

    None for a log without events. Must not run inside a transaction that writes events, which may yet be
    taken back. Again for the same end, the file gets no second line. Raises `NotAnchored` when one of them
    did not take it; the others have it.
    """
    head = ChainHead.objects.filter(id=1, sequence__gt=0).first()
    if head is None:
        return None
    now = timezone.now().astimezone(dt.UTC).isoformat(timespec="seconds")
    made = Anchor(FORMAT, settings.SITE_URL, head.sequence, head.hash, now)
    key, signature = keys.sign(made.signed_text)
    line = canonical({"anchor": asdict(made), "key": key, "signature": signature})
    refusals = []
    for hand_over in (_to_file, _to_address, _to_people):
        try:
            hand_over(made, line)
        except (OSError, httpx.HTTPError) as error:
            # Not the error's own words: an address may hold a secret.
            refusals.append(f"{hand_over.__doc__} ({type(error).__name__})")
    if refusals:
        raise NotAnchored(f"Event {made.sequence} was not anchored everywhere. {' '.join(refusals)}")
    return made


def file() -> Path:
    """Where the anchors of this site are kept, a line each."""
    return settings.ANCHOR_FILE or Path(settings.VAR_DIR) / "anchors.jsonl"


def read(path: Path) -> list[str]:
    """The lines of a file of anchors; none where there is no such file. Raises `OSError`."""
    if not path.exists():
        return []
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def faults(lines: Sequence[str]) -> Iterator[str]:
    """What does not fit between the log and these anchors, a sentence for each."""
    anchors = []
    for number, line in enumerate(lines, start=1):
        try:
            anchors.append(_parsed(line))
        except Unreadable as why:
            yield f"Line {number} of the anchors: {why}"
    last = Event.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    for batch in batched(anchors, _BATCH):
        there = Event.objects.filter(sequence__in=[one.sequence for one in batch])
        hashes = dict(there.values_list("sequence", "hash"))
        for one in batch:
            if one.sequence not in hashes:
                yield (
                    f"At {one.at} the log went on to event {one.sequence}, and now it ends with {last}: "
                    "events were cut off, or an older copy of the database was put back."
                )
            elif hashes[one.sequence] != one.hash:
                yield (
                    f"Event {one.sequence} is not the one that stood there at {one.at}: "
                    "the log was written anew."
                )


def _parsed(line: str) -> Anchor:
    """The anchor in a line, if a key of this site signed it. Raises `Unreadable`."""
    try:
        found = json.loads(line)
        made = Anchor(**found["anchor"])
        key, signature = str(found["key"]), str(found["signature"])
        text = made.signed_text
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable("it cannot be read.") from error
    if made.format != FORMAT or not isinstance(made.sequence, int):
        raise Unreadable("it is no anchor of a kind that is known here.")
    if not keys.holds(text, key=key, signature=signature):
        raise Unreadable(f"no key of this site signed what it says of event {made.sequence}.")
    return made


def _to_file(made: Anchor, line: str) -> None:
    """The file of anchors could not be written."""
    path = file()
    with path.open("a+b") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(max(kept.seek(0, os.SEEK_END) - _LONGEST, 0))
        end = kept.read()
        if _says(end.splitlines()[-1:], made):
            return
        begin = b"" if not end or end.endswith(b"\n") else b"\n"  # a line that was cut short stays a line
        kept.write(begin + line.encode() + b"\n")
        kept.flush()
        os.fsync(kept.fileno())


def _says(last: list[bytes], made: Anchor) -> bool:
    try:
        known = json.loads(last[0])["anchor"]
        return bool((known["sequence"], known["hash"]) == (made.sequence, made.hash))
    except (IndexError, ValueError, TypeError, KeyError):
        return False


def _to_address(made: Anchor, line: str) -> None:
    """ANCHOR_URL did not take the anchor."""
    if settings.ANCHOR_URL:
        headers = {"Content-Type": "application/json"}
        httpx.post(settings.ANCHOR_URL, content=line, headers=headers, timeout=PATIENCE).raise_for_status()


def _to_people(made: Anchor, line: str) -> None:
    """The mail to ANCHOR_MAIL could not be sent."""
    if settings.ANCHOR_MAIL:
        EmailMessage(
            subject=f"{settings.SITE_NAME}: the log ends with event {made.sequence}",
            body=(
                f"Please keep this mail. The line below says where the log of {made.site} ended "
                f"at {made.at}, signed with the site's key. Put it into a file, and "
                "`manage.py verify --anchors FILE` shows whether everything that "
                f"was in the log then is in it still.\n\n{line}\n"
            ),
            to=[settings.ANCHOR_MAIL],
        ).send()
