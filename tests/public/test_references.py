"""What readers see of a source, and which addresses become links."""

from __future__ import annotations

from typing import Any

import pytest

from articles.references import ShownReference, safe_url, shown_references

RECORD: dict[str, Any] = {
    "kind": "journal-article", "title": "A title.", "authors": "Stone AB", "container": "BMJ", "year": 2024,
    "volume": "12", "issue": "3", "pages": "10-19", "doi": "", "pmid": "", "url": "", "standing": "none",
}  # fmt: skip


def shown(**fields: object) -> ShownReference:
    [reference] = shown_references([{"number": 1, "record": RECORD | fields}], cited={1})
    return reference


@pytest.mark.parametrize(
    ("authors", "printed"),
    [
        ("", ""),
        ("Stone AB", "Stone AB"),
        ("Stone AB, Reed C", "Stone AB, Reed C"),
        ("Stone AB; Reed C;", "Stone AB, Reed C"),
        ("A, B, C, D, E, F", "A, B, C, D, E, F"),
        ("A, B, C, D, E, F, G", "A, B, C, D, E, F, et al"),
        (
            ", ".join(f"Name{n} X" for n in range(70)),
            "Name0 X, Name1 X, Name2 X, Name3 X, Name4 X, Name5 X, et al",
        ),
    ],
)
def test_at_most_six_authors(authors: str, printed: str) -> None:
    assert shown(authors=authors)["authors"] == printed


def test_a_journal_article() -> None:
    reference = shown()
    assert (reference["title"], reference["container"]) == ("A title", "BMJ")
    assert (reference["place"], reference["kind"], reference["links"]) == (
        "2024;12(3):10–19",
        "Journal article",
        [],
    )


def test_pages_one_to_ten() -> None:
    assert shown(pages="1-10")["place"] == "2024;12(3):1–10"


def test_a_title_that_asks() -> None:
    assert shown(title="Why?")["title"] == "Why?"


def test_further_fields_of_the_record() -> None:
    reference = shown(
        kind="book-chapter", editors="Reed C; Fox D", container="Symptoms", publisher="Faber", place="London",
        edition="2", volume="", issue="", doi="10.1000/x",
    )  # fmt: skip
    assert reference["container"] == "In: Reed C, Fox D, editors. Symptoms"
    assert reference["place"] == "2nd ed. London: Faber; 2024. p. 10–19"
    assert [link["href"] for link in reference["links"]] == ["https://doi.org/10.1000/x"]


@pytest.mark.parametrize("url", ["https://example.org", "http://example.org/a?b=c#d", "HTTPS://EXAMPLE.ORG/"])
def test_web_addresses_become_links(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "", "javascript:alert(1)", " javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)",
        "\x01javascript:alert(1)", "data:text/html,<script>", "vbscript:x", "ftp://example.org/", "//example.org/",
        "/desk/", "example.org", "https://", "https:example.org", "http://[", "https://example.org\\@evil.example/",
        "https://example.org/a\nb", "https://exa mple.org/", "file:///etc/passwd", "mailto:a@example.org",
    ],
)  # fmt: skip
def test_nothing_else_does(url: str) -> None:
    assert safe_url(url) == ""
