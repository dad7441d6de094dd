"""Where the export's files may lie: never outside its directory, never through a link, whatever is asked."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from articles.copies import files
from articles.copies.files import NotUsable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return files.opened(tmp_path / "public")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/", "index.html"),
        ("/topics/", "topics/index.html"),
        ("/articles/sleep/attestation.json", "articles/sleep/attestation.json"),
        ("/.well-known/signoff-keys.json", ".well-known/signoff-keys.json"),
    ],
)
def test_names(address: str, name: str) -> None:
    assert files.name_of(address) == name


@pytest.mark.parametrize(
    "address",
    [
        "", "topics/", "//etc/", "/../etc/passwd", "/articles/../../x/", "/articles/..", "/./", "/a//b/", "/a\x00/",
        "/a b/", "/a?b=c", "/a#b", "/%2e%2e/", "/é/", "/a\n", "/a\\..\\b/",
    ],
)  # fmt: skip
def test_no_way_out(address: str) -> None:
    with pytest.raises(ValueError, match="cannot be a file"):
        files.name_of(address)


def test_a_directory_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("Years of work.")
    with pytest.raises(NotUsable, match="is not empty and holds no export"):
        files.opened(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "Years of work."


@pytest.mark.parametrize("where", ["thesis.txt", "thesis.txt/public"])
def test_a_file_is_no_directory(tmp_path: Path, where: str) -> None:
    (tmp_path / "thesis.txt").write_text("Years of work.")
    with pytest.raises(NotUsable, match="is no directory"):
        files.opened(tmp_path / where)


def test_a_link_on_the_way_is_taken_away_not_followed(tmp_path: Path, root: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "sleep").mkdir(parents=True)
    (outside / "sleep" / "index.html").write_text("Somebody's.")
    (root / "articles").symlink_to(outside)
    assert files.write(root, "articles/sleep/index.html", b"Ours.")
    assert not (root / "articles").is_symlink()
    assert (root / "articles/sleep/index.html").read_text() == "Ours."
    assert (outside / "sleep" / "index.html").read_text() == "Somebody's."


@pytest.mark.parametrize("step", ["remove", "prune"])
def test_nothing_is_removed_through_a_link(tmp_path: Path, root: Path, step: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "index.html").write_text("Somebody's.")
    (root / "articles").mkdir()
    (root / "articles" / "sleep").symlink_to(outside)
    if step == "remove":
        files.remove(root, "articles/sleep/index.html")
    else:
        files.prune(root, {"articles/sleep/index.html"})
    assert not (root / "articles" / "sleep").exists()
    assert (outside / "index.html").read_text() == "Somebody's."


def test_a_link_in_the_place_of_a_file(tmp_path: Path, root: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("Ours.")
    (root / "robots.txt").symlink_to(outside)
    assert files.write(root, "robots.txt", b"Ours.")
    assert not (root / "robots.txt").is_symlink()
    (root / "robots.txt").unlink()
    (root / "robots.txt").symlink_to(outside)
    assert files.remove(root, "robots.txt")
    assert outside.read_text() == "Ours."
    (root / "robots.txt").symlink_to(tmp_path / "nowhere")
    assert files.remove(root, "robots.txt")
    assert not (root / "robots.txt").is_symlink()


def test_pruning_leaves_what_is_to_stay(root: Path) -> None:
    for name in ("index.html", "articles/a/index.html", "articles/b/index.html", "articles/b/410.html"):
        files.write(root, name, b"x" * 2_000)
    (root / "articles/a/.index.html.123").write_text("Left behind by somebody who was killed.")
    assert files.prune(root, {"index.html", "articles/a/index.html"}) == 3
    left = {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()}
    packed = {
        f"{name}{end}" for name in ("index.html", "articles/a/index.html") for end in ("", ".gz", ".br")
    }
    assert left == {files.MARK, *packed}
    assert not (root / "articles/b").exists()


def test_a_page_that_shrank_leaves_no_packed_copy(root: Path) -> None:
    files.write(root, "index.html", b"x" * 2_000)
    files.write(root, "index.html", b"x")
    assert {file.name for file in root.iterdir()} == {files.MARK, "index.html"}


def test_one_writes_at_a_time(root: Path) -> None:
    order: list[str] = []
    inside = threading.Event()

    def slow() -> None:
        with files.alone(root):
            inside.set()
            time.sleep(0.2)
            order.append("first")

    thread = threading.Thread(target=slow)
    thread.start()
    inside.wait()
    with files.alone(root):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_nobody_waits_for_ever(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.1)
    with files.alone(root), pytest.raises(NotUsable, match="Somebody else is writing"), files.alone(root):
        pass


def test_who_writes_file_after_file_lets_others_in_between(root: Path) -> None:
    stop, written = threading.Event(), threading.Event()

    def whole_site() -> None:
        while not stop.is_set():
            with files.alone(root):
                time.sleep(0.005)
            written.set()

    thread = threading.Thread(target=whole_site)
    thread.start()
    written.wait()
    waited = []
    for _ in range(20):
        began = time.monotonic()
        with files.alone(root):
            waited.append(time.monotonic() - began)
    stop.set()
    thread.join()
    assert max(waited) < 1
