"""What is printed of a source, and which addresses become links."""

from __future__ import annotations

import pytest

from articles.references import safe_url, short_authors


@pytest.mark.parametrize(
    ("authors", "shown"),
    [
        ("", ""),
        ("Stone AB", "Stone AB"),
        ("Stone AB, Reed C", "Stone AB, Reed C"),
        ("Stone AB; Reed C;", "Stone AB, Reed C"),
        ("A, B, C, D, E, F", "A, B, C, D, E, F"),
        ("A, B, C, D, E, F, G", "A, B, C, D, E, F, et al."),
        (
            ", ".join(f"Name{n} X" for n in range(70)),
            "Name0 X, Name1 X, Name2 X, Name3 X, Name4 X, Name5 X, et al.",
        ),
    ],
)
def test_at_most_six_authors(authors: str, shown: str) -> None:
    assert short_authors(authors) == shown


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
