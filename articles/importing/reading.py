"""A file on disk to text, or a sentence that says why it is not one. Nothing is guessed or repaired."""

from __future__ import annotations

import re
import stat
from pathlib import Path

MAX_BYTES = 2_000_000
SUFFIXES = (".txt",)

_LOOKS_LIKE = (
    (b"PK\x03\x04", "a Word document or a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Office document"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF87a", "a picture"),
    (b"GIF89a", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
)
# Everything below the space but tab and the line breaks, the C1 controls but NEL, and the two code
# points that no XML or HTML parser takes. None of them is ever written by a person.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


class ImportRefused(ValueError):
    """A file was not imported; the sentence says why, without naming the file."""


def read_text(path: Path) -> str:
    """The text of a .txt file of at most 2,000,000 bytes of UTF-8, as it stands.

    Raises `ImportRefused` when there is no such file, when it is something else, cannot be read, is
    empty, too large or not text.
    """
    content = _read(path)
    for magic, kind in _LOOKS_LIKE:
        if content.startswith(magic):
            raise ImportRefused(f"This is not plain text; it looks like {kind}.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ImportRefused(
            f"This is not UTF-8: byte {error.start + 1:,} (0x{content[error.start]:02X}) does not fit. "
            "Save it as UTF-8 and try again."
        ) from error
    if control := _CONTROL.search(text):
        raise ImportRefused(
            f"This is not plain text: it has the control character U+{ord(control[0]):04X} "
            f"at character {control.start() + 1:,}."
        )
    return text


def _read(path: Path) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ImportRefused("This is a folder; name the files in it.")
        if path.suffix.lower() not in SUFFIXES:
            kind = f"Files of the kind “{path.suffix}”" if path.suffix else "Files without a suffix"
            raise ImportRefused(f"{kind} cannot be imported; only {', '.join(SUFFIXES)} can.")
        if not stat.S_ISREG(status.st_mode):
            raise ImportRefused("This is a device or a pipe, not a file.")
        if status.st_size > MAX_BYTES:
            raise ImportRefused(f"The file has {status.st_size:,} bytes; the limit is {MAX_BYTES:,}.")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ImportRefused("There is no such file.") from error
    except OSError as error:
        raise ImportRefused(f"The file cannot be read: {error.strerror or error}.") from error
    if len(content) > MAX_BYTES:  # it grew while we looked
        raise ImportRefused(f"The file has more than {MAX_BYTES:,} bytes, the limit.")
    return content
