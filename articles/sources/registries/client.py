"""How the registries are asked: politely, with a limit on everything, and never with an exception.

Whatever goes wrong ends as an answer whose outcome is “unknown”, with a sentence. Only a registry's own
“not here” (404) is told apart, as “absent”; neither of them says anything about a work's standing.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from time import monotonic, sleep
from typing import Any, Literal
from urllib.parse import urlencode, urljoin

from django.conf import settings

from articles.sources.places import NotFetched, Place, place_of
from articles.sources.wire import Reply, exchange, resolve, resolved

Outcome = Literal["found", "absent", "unknown", "unchanged"]

LIMIT = 20_000_000
"""Bytes of an answer, unpacked."""
TRIES = 3
LONGEST_WAIT = 20.0
"""Seconds that a registry may ask us to wait before the next try; asked for longer, we give up."""
REDIRECTS = 3
_FIRST_PAUSE = 0.5
_VALIDATORS = {"If-None-Match", "If-Modified-Since"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a registry answered. `problem` is a sentence unless the outcome is “found” or “unchanged”."""

    outcome: Outcome
    status: int = 0
    """Of HTTP; 0 where there was no answer."""
    body: bytes = b""
    etag: str = ""
    last_modified: str = ""
    problem: str = ""


def question(
    base: Literal["CROSSREF_URL", "PUBMED_URL", "TRIALS_URL"], path: str, *, contact: str = "", **query: str
) -> str:
    """The address of a question: the setting `base`, then `path` as it stands, then `query`.

    `contact` is the parameter that takes REGISTRY_CONTACT; without one it is left out.
    """
    if contact and settings.REGISTRY_CONTACT:
        query[contact] = settings.REGISTRY_CONTACT
    return f"{getattr(settings, base)}/{path}" + (f"?{urlencode(query)}" if query else "")


def ask(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    registry: str = "The registry",
    accept: str = "application/json",
    interval: float = 0.1,
) -> Answer:
    """Ask a registry; never raises. Validators of an earlier answer make it say “unchanged” (RFC 9110).

    One try takes REGISTRY_TIMEOUT seconds at most, all of them with their pauses three times as many.
    Tries again, ever later, after 429, 5xx, a time-out or a broken answer. `interval` is the time in
    seconds between two questions to one host, over all threads of this process. `registry` is its name
    in sentences.
    """
    contact = f"; mailto:{settings.REGISTRY_CONTACT}" if settings.REGISTRY_CONTACT else ""
    headers = {"User-Agent": f"Signoff/0.1 (sources of health articles{contact})", "Accept": accept}
    if etag.isascii() and etag.isprintable() and etag:
        headers["If-None-Match"] = etag
    if last_modified.isascii() and last_modified.isprintable() and last_modified:
        headers["If-Modified-Since"] = last_modified
    until = monotonic() + 3 * settings.REGISTRY_TIMEOUT
    answer = Answer("unknown", problem=f"{registry} was not asked in time.")
    for attempt in range(TRIES):
        try:
            if not _take_turn(place_of(url), interval, until):
                break
            give_up = min(until, monotonic() + settings.REGISTRY_TIMEOUT)
            answer, wait = _ask_once(url, headers, registry, give_up)
        except NotFetched as error:
            answer = Answer("unknown", problem=f"{registry} gave no answer. {error}")
            wait = 0.0 if error.code in ("timeout", "unreachable") else None
        if wait is None or attempt == TRIES - 1:
            break
        pause = _FIRST_PAUSE * 2**attempt
        wait = wait or pause + random.uniform(0, pause)  # noqa: S311 - spreads the tries, hides nothing
        if wait > LONGEST_WAIT or monotonic() + wait > until:
            break
        sleep(wait)
    return answer


def _ask_once(
    url: str, headers: Mapping[str, str], registry: str, until: float
) -> tuple[Answer, float | None]:
    """An answer, and when to ask again: seconds, 0 for whenever we like, None for not at all."""
    place = place_of(url)
    for _hop in range(REDIRECTS + 1):
        addresses = resolved(resolve, place, until=until)
        with exchange(place, addresses=addresses, headers=headers, until=until) as reply:
            if reply.status not in (301, 302, 303, 307, 308):
                return _answer(reply, registry, conditional=bool(headers.keys() & _VALIDATORS))
            target = reply.headers.get("location", "")
        try:
            onward = place_of(urljoin(place.url, target))
        except ValueError:
            return Answer("unknown", reply.status, problem=f"{registry} redirects nowhere."), None
        if (onward.scheme, onward.host, onward.port) != (place.scheme, place.host, place.port):
            return Answer("unknown", reply.status, problem=f"{registry} redirects to another host."), None
        place = onward
    return Answer("unknown", reply.status, problem=f"{registry} redirects without end."), None


def _answer(reply: Reply, registry: str, *, conditional: bool) -> tuple[Answer, float | None]:
    status = reply.status
    if status == 304 and conditional:
        return Answer("unchanged", status), None
    if status in (404, 410):
        return Answer("absent", status, problem=f"{registry} does not know this identifier."), None
    if status == 429 or status >= 500:
        wait = _retry_after(reply.headers.get("retry-after", ""))
        why = "asks us to slow down" if status == 429 else f"failed (status {status})"
        return Answer("unknown", status, problem=f"{registry} {why}."), wait
    if status != 200:
        return Answer("unknown", status, problem=f"{registry} refused the question (status {status})."), None
    body, more = reply.read(LIMIT)
    if more:
        return Answer("unknown", status, problem=f"{registry} answered with more than {LIMIT:,} bytes."), None
    if not body.strip():
        return Answer("unknown", status, problem=f"{registry} gave an empty answer."), 0.0
    named = reply.headers.get
    return Answer("found", status, body, named("etag", "")[:300], named("last-modified", "")[:100]), None


def _retry_after(value: str) -> float:
    """Seconds from now, by RFC 9110 a number or a date; 0 where there is neither."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return max((at - dt.datetime.now(dt.UTC)).total_seconds(), 0.0)


_turns: defaultdict[str, float] = defaultdict(float)
_turns_lock = threading.Lock()


def _take_turn(place: Place, interval: float, until: float) -> bool:
    """Wait until this host may be asked again; false, at once, if that would be too late."""
    with _turns_lock:
        now = monotonic()
        at = max(now, _turns[place.authority])
        if at > until:
            return False
        _turns[place.authority] = at + interval
    sleep(at - now)
    return True


def json_of(answer: Answer, *, registry: str) -> tuple[dict[str, Any], Answer]:
    """The JSON object of an answer that was found; an answer that holds none becomes “unknown”."""
    if answer.outcome != "found":
        return {}, answer
    try:
        read = json.loads(answer.body)
    except (ValueError, RecursionError):
        read = None
    if isinstance(read, dict):
        return read, answer
    return {}, replace(answer, outcome="unknown", problem=f"{registry} gave an answer that cannot be read.")
