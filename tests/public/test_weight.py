"""How much a reader's connection has to carry: an article's HTML and the style sheets, as they are served."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from django.test import Client

from articles.models import Publication
from reviews import judging, workflow
from reviews.models import Disclaimer
from tests import factories as f
from tests.public.pages import soup

KB = 1024
WORDS = (
    "a the of and in with people who walk every morning slowly first begin again each week small steps garden "
    "park friend shoes rest water stairs hill path evening autumn route diary plan ten minutes longer until easy "
    "physiotherapist asks about sleep work lifting sitting breaks chair desk cushion warm cold weather season"
).split()


def prose(words: int, *, references: int) -> str:
    """Sentences of 14 words, no two alike; each paragraph has four and cites a reference."""
    chance = random.Random(words)
    sentences = [" ".join(chance.sample(WORDS, 14)).capitalize() for _ in range(words // 14)]
    paragraphs = [sentences[n : n + 4] for n in range(0, len(sentences), 4)]
    return "".join(
        (f"<h2>Part {n // 5 + 1} of the programme</h2>" if n % 5 == 0 else "")
        + f"<p>{'. '.join(said)} [{n % references + 1}].</p>"
        for n, said in enumerate(paragraphs)
    )


@pytest.fixture
def article(cast: SimpleNamespace) -> Publication:
    """1,500 words in six parts, twelve references with all that is known of them, three disclaimers."""
    sources = [
        f.source(
            title=f"Walking programmes and usual care for adults with chronic low back pain: trial {n}",
            authors=", ".join(f"Surname{m} AB" for m in range(8)), container="Journal of Samples and Examples",
            volume="12", issue="3", pages="101-19", doi=f"10.1000/samples.2024.{n:04}", pmid=f"300000{n:02}",
            url=f"https://journal.example.org/articles/{n}",
        )
        for n in range(12)
    ]  # fmt: skip
    review = f.submitted(
        cast.writer,
        slug="walking",
        body=prose(1_500, references=12),
        citations=sources,
        interests="No funding.",
    )
    f.judge(review, cast.reviewer)
    for disclaimer in Disclaimer.objects.order_by("key"):
        if review.attachments.count() == 3:
            break
        if not review.attachments.filter(version__disclaimer=disclaimer).exists():
            judging.attach_disclaimer(review, by=cast.reviewer, disclaimer=disclaimer, placement="top")
    f.sign(review, cast.reviewer)
    return workflow.publish(review, by=cast.editor)


def test_an_article_of_1500_words_weighs_30_kb_at_most(client: Client, article: Publication) -> None:
    html = client.get("/articles/walking/").content
    page = soup(html.decode())
    words = "".join(page.xpath("//div[@class='body']")[0].itertext()).split()
    assert 1_480 <= len(words) <= 1_700
    assert len(page.xpath("//section[@class='references']//li")) == 12
    assert len(page.xpath("//*[@data-disclaimer]")) == 3
    assert len(html) <= 30 * KB


@pytest.mark.parametrize("url", ["/", "/topics/", "/articles/walking/"])
def test_the_style_sheets_for_a_screen_weigh_15_kb_at_most(
    client: Client, article: Publication, url: str
) -> None:
    linked = "//link[@rel='stylesheet' and not(@media='print')]/@href"
    sheets = [client.get(href) for href in soup(client.get(url).content.decode()).xpath(linked)]
    assert [sheet.status_code for sheet in sheets] == [200] * len(sheets)
    sizes = [len(b"".join(sheet.streaming_content)) for sheet in sheets]  # type: ignore[attr-defined]
    assert 0 < sum(sizes) <= 15 * KB, sizes
