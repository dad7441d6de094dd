"""The files of the static site: where they lie, how they are written and how they go.

A directory that holds an export carries a mark, and whatever else lies in it belongs to the export. No file
is written or removed outside it, nor through a link.
"""

from __future__ import annotations

import fcntl
import gzip
import os
import re
import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import brotli

MARK = ".signoff-export"
NOTICE = "410.html"
"""What stands in the place of a page that was taken down, beside where the page was."""
PATIENCE = 5.0
"""Seconds to wait for somebody else who is writing; a file takes them milliseconds."""
PACKED = (".gz", ".br")
"""Endings of the packed copies beside a file (nginx's gzip_static and brotli_static)."""

_SMALL = 1_000
_ADDRESS = re.compile(r"/(?:[\w.-]+/)*(?:[\w.-]+)?", re.ASCII)


class NotUsable(OSError):
    """The export cannot be written there. The text is a sentence for people."""


def opened(directory: Path) -> Path:
    """The real path of a directory that holds an export; it is made, or marked while nothing is in it.

    Raises `NotUsable` for one that holds anything else.
    """
    root = directory.resolve()
    if not (root / MARK).is_file():
        try:
            root.mkdir(parents=True, exist_ok=True)
            if any(root.iterdir()):
                raise NotUsable(f"{directory} is not empty and holds no export: it is left as it is.")
            (root / MARK).touch()
        except (FileExistsError, NotADirectoryError):
            raise NotUsable(f"{directory} is no directory.") from None
    return root


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Keep others on this machine from writing here until the block ends; raises `NotUsable` if they do not.

    Who takes a page down must be sure that nobody who read it before writes it after.
    """
    until = time.monotonic() + PATIENCE
    turn, place = os.open(root / MARK, os.O_RDONLY), os.open(root, os.O_RDONLY)
    try:
        # Who waits has the turn: somebody who writes file after file lets them in between two.
        _lock(turn, until)
        _lock(place, until)
        fcntl.flock(turn, fcntl.LOCK_UN)
        yield
    finally:
        os.close(place)
        os.close(turn)


def _lock(descriptor: int, until: float) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise NotUsable("Somebody else is writing there and does not come to an end.") from None
            time.sleep(0.002)


def name_of(address: str) -> str:
    """Where the answer of an address lies, relative to the export: `/topics/` is `topics/index.html`.

    Raises `ValueError` for what is no plain address of the site.
    """
    if not _ADDRESS.fullmatch(address) or {".", ".."} & set(address.split("/")):
        raise ValueError(f"“{address}” cannot be a file.")
    return address[1:] if address[-1] != "/" else f"{address[1:]}index.html"


def notice_of(address: str) -> str:
    """Where the notice of an address lies, beside its page; '' where it has no page but a file."""
    return f"{address[1:]}{NOTICE}" if address.endswith("/") else ""


def write(root: Path, name: str, content: bytes) -> bool:
    """Put a file, and its packed copies, in the place of what is there; returns whether it was another.

    Each is whole at every moment.
    """
    file = root / name
    _unlink_links(root, file)
    if _same(file, content):
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    if len(content) > _SMALL:
        _replace(file.with_name(f"{file.name}.br"), brotli.compress(content, quality=9))
        _replace(file.with_name(f"{file.name}.gz"), gzip.compress(content, 9, mtime=0))
    else:
        _unlink_packed(file)
    _replace(file, content)  # last: where it is the same, the others are
    return True


def remove(root: Path, name: str) -> bool:
    """Take a file and its packed copies away; returns whether there was one."""
    file = root / name
    _unlink_links(root, file)
    found = os.path.lexists(file)
    file.unlink(missing_ok=True)
    _unlink_packed(file)
    return found


def prune(root: Path, keep: Collection[str]) -> int:
    """Take away all files but those in `keep`, all links and empty directories; returns how many files."""
    gone = 0
    for above, directories, files in os.walk(root, topdown=False):
        here = Path(above)
        for name in files:
            at = (here / name).relative_to(root).as_posix()
            plain = at.removesuffix(".gz").removesuffix(".br")
            if at != MARK and ((here / name).is_symlink() or (at not in keep and plain not in keep)):
                (here / name).unlink()
                gone += not at.endswith(PACKED)
        for name in directories:
            if (here / name).is_symlink():
                (here / name).unlink()
            else:
                with suppress(OSError):  # something is in it
                    (here / name).rmdir()
    return gone


def _unlink_links(root: Path, file: Path) -> None:
    for above in reversed(file.relative_to(root).parents):
        if (root / above).is_symlink() and root / above != root:
            (root / above).unlink()


def _unlink_packed(file: Path) -> None:
    for ending in PACKED:
        file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)


def _same(file: Path, content: bytes) -> bool:
    with suppress(FileNotFoundError):
        return not file.is_symlink() and file.read_bytes() == content
    return False


def _replace(file: Path, content: bytes) -> None:
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    beside.write_bytes(content)
    beside.replace(file)
