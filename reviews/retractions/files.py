"""The files that retraction records come in: packed or not, in whatever encoding, line by line."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

LONGEST_LINE = 1_000_000
"""Characters; a longer line is no row of any such file."""


class NotRetractionRecords(ValueError):
    """The file cannot be used; the sentence says why."""


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex. Raises `NotRetractionRecords` where it cannot be read, or not to its end."""
    sha = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                sha.update(piece)
        with opened(path) as unpacked:
            start = unpacked.read(4)
            while unpacked.read(1 << 20):
                pass
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise NotRetractionRecords(f"{path.name} is damaged: it cannot be unpacked to its end.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not one of a file"
        raise NotRetractionRecords(f"{path.name} cannot be read: {reason}.") from error
    if not start:
        raise NotRetractionRecords(f"{path.name} is empty.")
    if start.startswith(b"PK"):
        raise NotRetractionRecords(f"{path.name} is a ZIP archive. Unpack it, and load the file inside.")
    return sha.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked where it is packed with gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield cast(IO[bytes], unpacked)
        else:
            yield file


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8, read as the encoding that older exports had."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("windows1252", _windows_1252)


class Lines:
    """The lines of a text with their numbers; some can be put back to be read once more."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._returned: deque[tuple[int, str]] = deque()
        self._read = 0
        self._ended = True
        self.taken: list[tuple[int, str]] = []
        """The lines of the row that is being read."""

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        if self._returned:
            number, line = self._returned.popleft()
        else:
            line = self._text.readline(LONGEST_LINE)
            if not line:
                raise StopIteration
            self._read += self._ended  # what is longer than the longest comes in pieces
            self._ended = line.endswith(("\n", "\r"))
            number = self._read
        self.taken.append((number, line))
        return line

    def back(self, lines: Sequence[str]) -> None:
        """Put the last lines that were taken back, to be taken again."""
        if lines:
            self._returned.extendleft(reversed(self.taken[-len(lines) :]))
            del self.taken[-len(lines) :]
