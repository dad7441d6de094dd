"""The public site as static files, which nginx serves. See docs/static-export.md.

Each file is what the site itself answers at its address. What is not there as a file, the application is
asked for: so a file may go at any moment, and goes as soon as it is not certain to be right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Literal

from django.conf import settings

from articles.copies import files
from articles.models import Publication
from articles.public.addresses import addresses_of, addresses_of_notices, addresses_of_site
from articles.public.asking import ask

_NO_FILE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.MOVED_PERMANENTLY)

Outcome = Literal["written", "unchanged", "removed", "absent"]


def forget(addresses: Sequence[str]) -> None:
    """Take the files of these addresses out of EXPORT_DIR; where nothing was exported, nothing is done.

    Raises `OSError` for what may have been written since by somebody who does not come to an end.
    """
    if settings.EXPORT_DIR and (settings.EXPORT_DIR / files.MARK).is_file():
        root = files.opened(settings.EXPORT_DIR)
        _remove(root, addresses)
        with files.alone(root):  # once more: whoever was writing may have asked before the change
            _remove(root, addresses)


def export_publication(publication: int) -> None:
    """Write anew into EXPORT_DIR whatever shows something of a publication's article."""
    if settings.EXPORT_DIR:
        root = files.opened(settings.EXPORT_DIR)
        addresses = addresses_of(Publication.objects.get(pk=publication))
        for address in addresses:
            _bring_up_to_date(root, address)


def export_site(directory: Path) -> Iterator[Outcome]:
    """Write the whole public site; yields what became of each address.

    Files of what is not live any more are removed before anything is written. Raises `files.NotUsable`, and
    `OSError` when the site answers with an error.
    """
    root = files.opened(directory)
    live, ended = addresses_of_site(), addresses_of_notices()
    keep = {*map(files.name_of, live), *map(files.notice_of, ended)}
    with files.alone(root):
        removed = files.prune(root, keep)
    for _ in range(removed):
        yield "removed"
    for address in dict.fromkeys([*live, *ended]):
        yield _bring_up_to_date(root, address)


def _bring_up_to_date(root: Path, address: str) -> Outcome:
    """Have the file of an address be what the site answers now.

    Nobody else writes meanwhile, so that what was asked before a take-down is not written after it.
    """
    page, notice = files.name_of(address), files.notice_of(address)
    right_for: dict[int, str] = {HTTPStatus.OK: page, HTTPStatus.GONE: notice}
    with files.alone(root):
        answer = ask(address)
        right = right_for.get(answer.status, "")
        gone = [name for name in (page, notice) if name and name != right and files.remove(root, name)]
        if right:
            return "written" if files.write(root, right, answer.body) else "unchanged"
    if answer.status not in _NO_FILE:
        raise OSError(f"{address} cannot be exported: the site answers {answer.status}.")
    return "removed" if gone else "absent"


def _remove(root: Path, addresses: Sequence[str]) -> None:
    for address in addresses:
        files.remove(root, files.name_of(address))
        if notice := files.notice_of(address):
            files.remove(root, notice)
