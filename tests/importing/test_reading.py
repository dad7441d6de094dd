"""What is refused before it is parsed, and in which words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from articles.importing.reading import MAX_BYTES, ImportRefused, read_text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04\x14\x00", "This is not plain text; it looks like a Word document or a zip archive."),
        (b"%PDF-1.7\n", "This is not plain text; it looks like a PDF."),
        (b"{\\rtf1\\ansi pain}", "This is not plain text; it looks like an RTF document."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1",
            "This is not plain text; it looks like an old Word or Office document.",
        ),
        ("Pain".encode("utf-16"), "This is not plain text; it looks like UTF-16 text."),
        (b"\x89PNG\r\n\x1a\n", "This is not plain text; it looks like a picture."),
        (b"\x1f\x8b\x08", "This is not plain text; it looks like a compressed file."),
        (b"Pain\xe9e", "This is not UTF-8: byte 5 (0xE9) does not fit. Save it as UTF-8 and try again."),
        (
            b"\xef\xbb\xbfPain\xff",
            "This is not UTF-8: byte 8 (0xFF) does not fit. Save it as UTF-8 and try again.",
        ),
        (b"\xed\xa0\x80", "This is not UTF-8: byte 1 (0xED) does not fit. Save it as UTF-8 and try again."),
        (b"Pain\x00", "This is not plain text: it has the control character U+0000 at character 5."),
        (b"Pain\x1b[31m", "This is not plain text: it has the control character U+001B at character 5."),
        ("it\x92s".encode(), "This is not plain text: it has the control character U+0092 at character 3."),
        ("a\uffff".encode(), "This is not plain text: it has the control character U+FFFF at character 2."),
        (b"x" * (MAX_BYTES + 1), "The file has 2,000,001 bytes; the limit is 2,000,000."),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(ImportRefused) as refusal:
        read_text(path)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bad.docx", "Files of the kind “.docx” cannot be imported; only .txt can."),
        ("bad", "Files without a suffix cannot be imported; only .txt can."),
        (".txt", "Files without a suffix cannot be imported; only .txt can."),
    ],
)
def test_other_kinds_of_files_are_refused(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / name).write_text("Pain\nText.")
    with pytest.raises(ImportRefused) as refusal:
        read_text(tmp_path / name)
    assert str(refusal.value) == sentence


def test_no_file_a_folder_a_pipe_and_an_impossible_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    for path, sentence in (
        (tmp_path / "none.txt", "There is no such file."),
        (tmp_path, "This is a folder; name the files in it."),
        (tmp_path / "pipe.txt", "This is a device or a pipe, not a file."),
        (tmp_path / ("x" * 300 + ".txt"), "The file cannot be read: File name too long."),
    ):
        with pytest.raises(ImportRefused) as refusal:
            read_text(path)
        assert str(refusal.value) == sentence


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "closed.txt").write_text("Pain\nText.")
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(ImportRefused, match=r"^The file cannot be read: Permission denied\.$"):
        read_text(tmp_path / "closed.txt")


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "grows.txt"
    path.write_bytes(b"x" * 10)
    small = path.stat()
    path.write_bytes(b"x" * (MAX_BYTES + 1))
    monkeypatch.setattr(Path, "stat", lambda self: small)
    with pytest.raises(ImportRefused, match=r"^The file has more than 2,000,000 bytes, the limit\.$"):
        read_text(path)


def test_a_good_file_is_read_as_it_stands(tmp_path: Path) -> None:
    text = "\ufeffPK studies\r\n\tTake 5\xa0mg.\x0c\x85end"
    path = tmp_path / "GOOD.TXT"
    path.write_bytes(text.encode())
    assert read_text(path) == text


def test_a_file_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "full.txt"
    path.write_bytes(b"x" * MAX_BYTES)
    assert len(read_text(path)) == MAX_BYTES
