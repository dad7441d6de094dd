"""The public site as files: what the site answers, no more, and nothing that came down."""

from __future__ import annotations

import gzip
import json
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from articles.copies import files
from articles.copies.exporting import export_site
from articles.models import Outbox, Publication
from articles.public import lists
from articles.public.addresses import addresses_of_site
from reviews import workflow
from tests import factories as f
from tests.copies.conftest import Work

Committed = DjangoCaptureOnCommitCallbacks


def export(directory: Path) -> dict[str, int]:
    out = StringIO()
    call_command("export_site", str(directory), "--json", stdout=out)
    numbers: dict[str, int] = json.loads(out.getvalue())
    return numbers


def names(directory: Path) -> set[str]:
    """The files, but for the mark and the packed copies."""
    found = {file.relative_to(directory).as_posix() for file in directory.rglob("*") if file.is_file()}
    return {name for name in found if not name.endswith((".gz", ".br"))} - {files.MARK}


def withdraw(page: Publication, by: Any) -> None:
    workflow.withdraw(page.article, by=by, reason="An error in the second section.")


def test_each_file_is_what_the_site_answers(client: Client, page: Publication, exported: Path) -> None:
    numbers = export(exported)
    addresses = addresses_of_site()
    assert {"/", "/topics/", "/topics/chronic-pain/", "/reviewers/rita/", f"/articles/{page.slug}/"} <= {
        *addresses
    }
    answers = {address: client.get(address) for address in addresses}
    there = {address for address, answer in answers.items() if answer.status_code == 200}
    assert names(exported) == {files.name_of(address) for address in there}
    for address in there:
        file = exported / files.name_of(address)
        assert file.read_bytes() == answers[address].content
        if file.with_name(f"{file.name}.gz").exists():
            assert gzip.decompress(file.with_name(f"{file.name}.gz").read_bytes()) == answers[address].content
            assert (
                brotli.decompress(file.with_name(f"{file.name}.br").read_bytes()) == answers[address].content
            )
    assert (exported / "index.html.gz").exists()
    assert numbers == {"written": len(there), "unchanged": 0, "removed": 0}


def test_what_is_the_same_is_not_written_again(page: Publication, exported: Path) -> None:
    written = export(exported)["written"]
    before = {file: file.stat().st_mtime_ns for file in exported.rglob("*") if file.is_file()}
    (exported / "topics" / "index.html").write_text("Something else.")
    assert export(exported) == {"written": 1, "unchanged": written - 1, "removed": 0}
    after = {file: file.stat().st_mtime_ns for file in exported.rglob("*") if file.is_file()}
    assert {file.name for file in after if before[file] != after[file]} == {
        "index.html", "index.html.gz", "index.html.br",
    }  # fmt: skip


def test_others_may_read_the_files(page: Publication, exported: Path) -> None:
    export(exported)
    assert (exported / "index.html").stat().st_mode & 0o044 == 0o044


def test_files_of_what_came_down_go_before_anything_is_written(
    cast: SimpleNamespace, page: Publication, exported: Path
) -> None:
    other = f.published(cast.writer, cast.reviewer, cast.editor)
    export(exported)
    withdraw(page, cast.lead)
    steps = export_site(exported)
    assert next(steps) == "removed"
    assert not (exported / "articles" / page.slug / "index.html").exists()
    list(steps)
    assert (exported / "articles" / page.slug / "410.html").exists()
    assert (exported / "articles" / other.slug / "index.html").exists()
    assert page.title not in (exported / "index.html").read_text()


def test_the_notice_stands_where_the_page_was(
    client: Client, cast: SimpleNamespace, page: Publication, exported: Path
) -> None:
    export(exported)
    withdraw(page, cast.lead)
    export(exported)
    at = exported / "articles" / page.slug
    assert "index.html" not in {file.name for file in at.iterdir()}
    assert (at / "410.html").read_bytes() == client.get(f"/articles/{page.slug}/").content
    assert export(exported)["written"] == 0


def test_older_pages_of_a_list_are_the_applications(
    cast: SimpleNamespace, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PER_PAGE", 2)
    pages = [f.published(cast.writer, cast.reviewer, cast.editor) for _ in range(3)]
    export(exported)
    assert "?before=" in (exported / "index.html").read_text()
    assert all((exported / "articles" / page.slug / "index.html").exists() for page in pages)


def test_nothing_of_a_draft_is_written(cast: SimpleNamespace, page: Publication, exported: Path) -> None:
    f.draft(cast.writer, title="Zanzibar", topics=[f.topic("zanzibar")])
    f.submitted(cast.writer, title="Zanzibar too")
    export(exported)
    for file in exported.rglob("*"):
        assert "zanzibar" not in file.name
        assert file.is_dir() or b"zanzibar" not in file.read_bytes().lower()


def test_an_error_of_the_site_is_said(page: Publication, exported: Path, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["somewhere.else"]
    with pytest.raises(CommandError, match="the site answers 400"):
        export(exported)


# --- Kept current ------------------------------------------------------------------------------------


def test_nothing_is_promised_where_nothing_is_exported(page: Publication) -> None:
    assert not Outbox.objects.filter(job__in=["export_pages", "purge"]).exists()


def test_a_published_page_is_written(
    cast: SimpleNamespace, exported: Path, work: Work, page: Publication
) -> None:
    export(exported)
    new = f.published(cast.writer, cast.reviewer, cast.editor, topics=[f.topic("sleep")])
    work()
    assert (exported / "articles" / new.slug / "index.html").exists()
    assert new.title in (exported / "topics" / "sleep" / "index.html").read_text()
    for where in ("index.html", "reviewers/rita/index.html"):
        html = (exported / where).read_text()
        assert html.index(new.title) < html.index(page.title)


@pytest.mark.parametrize("name", ["withdraw", "retract"])
def test_what_comes_down_is_gone_though_nobody_runs_jobs(
    name: str,
    cast: SimpleNamespace,
    exported: Path,
    work: Work,
    page: Publication,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    other = f.published(cast.writer, cast.reviewer, cast.editor)
    export(exported)
    with django_capture_on_commit_callbacks(execute=True):
        getattr(workflow, name)(page.article, by=cast.lead, reason="An error in the second section.")
    for file in exported.rglob("*"):
        assert file.is_dir() or page.title.encode() not in file.read_bytes(), file
    assert not [file for file in (exported / "articles" / page.slug).rglob("*") if file.is_file()]
    # The other article's page led to this one; its history did not.
    assert (exported / "articles" / other.slug / "history" / "index.html").exists()
    assert not (exported / "index.html").exists()
    work()
    assert other.title in (exported / "index.html").read_text()
    assert "An error in the second section." in (exported / "articles" / page.slug / "410.html").read_text()
    assert export(exported)["written"] == 0


def test_a_notice_to_readers_is_written(
    cast: SimpleNamespace,
    exported: Path,
    work: Work,
    page: Publication,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    from articles import publishing
    from articles.models import Notice

    export(exported)
    with django_capture_on_commit_callbacks(execute=True):
        publishing.tell_readers(page, by=None, text="A source is doubted.", kind=Notice.Kind.UPDATE)
    file = exported / "articles" / page.slug / "index.html"
    assert not file.exists()
    work()
    assert "A source is doubted." in file.read_text()


def test_a_page_that_comes_back_has_no_notice_any_more(
    cast: SimpleNamespace,
    exported: Path,
    work: Work,
    page: Publication,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    export(exported)
    withdraw(page, cast.lead)
    work()
    at = exported / "articles" / page.slug
    assert (at / "410.html").exists()
    review = workflow.submit(page.article, by=cast.writer)
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    with django_capture_on_commit_callbacks(execute=True):
        workflow.publish(review, by=cast.editor)
    assert not (at / "410.html").exists()
    work()
    assert {"index.html"} <= {file.name for file in at.iterdir()}
    assert not (at / "410.html").exists()


def test_a_directory_that_is_away_keeps_nothing_online(
    cast: SimpleNamespace, exported: Path, page: Publication, django_capture_on_commit_callbacks: Committed
) -> None:
    """Whatever goes wrong with files, the page itself comes down."""
    exported.mkdir()
    (exported / "mine").write_text("Not an export.")
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(page, cast.lead)
    assert (exported / "mine").exists()
    page.refresh_from_db()
    assert page.status == "withdrawn"


def test_once_a_night_everything_is_held_against_the_site(
    exported: Path, page: Publication, settings: Any
) -> None:
    from reviews.jobs import JOBS
    from reviews.jobs.schedule import SCHEDULE

    assert any(entry.job == "export_site" for entry in SCHEDULE)
    JOBS["export_site"]({"on": "2026-11-20"})
    assert (exported / "index.html").exists()
    settings.EXPORT_DIR = None
    JOBS["export_site"]({"on": "2026-11-21"})
