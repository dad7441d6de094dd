"""Formatted references: what is read of one, what is left alone, and how a pasted list comes apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.sources.bylines import read_names
from articles.sources.formatted import read_reference, split_list

SLEEP = {"title": "Sleep and back pain", "authors": ("Smith JA", "Jones B"), "year": 2020}
JOURNAL = {**SLEEP, "container": "J Sleep Pain", "volume": "12", "issue": "3", "pages": "101-10"}
LONG = {**JOURNAL, "container": "Journal of Sleep and Pain"}

CASES: list[tuple[str, dict[str, Any]]] = [
    # Vancouver and AMA
    ("Smith JA, Jones B. Sleep and back pain. J Sleep Pain. 2020;12(3):101-10.", JOURNAL),
    ("1. Smith JA, Jones B. Sleep and back pain. J Sleep Pain 2020;12(3):101-10", JOURNAL),
    ("[7] Smith JA, Jones B. Sleep and back pain. J Sleep Pain. 2020 Mar 12;12(3):101–10.", JOURNAL),
    ("Smith JA, Jones B, et al. Sleep and back pain. J Sleep Pain. 2020 Mar-Apr; 12 (3): 101 – 10.", JOURNAL),
    ("Smith JA, Jones B. Sleep and back pain. J Sleep Pain. 2020;12(3):101-10. doi:10.1000/abc1.", {**JOURNAL, "doi": "10.1000/abc1"}),
    ("Smith JA, Jones B. Sleep and back pain. J Sleep Pain. 2020;12(3):101-10. doi: 10.1000/abc1. PMID: 12345678; PMCID: PMC1234567.",
     {**JOURNAL, "doi": "10.1000/abc1", "pmid": "12345678", "pmcid": "PMC1234567"}),
    ("Smith JA, Jones B. Sleep and back pain. J Sleep Pain. 2020;12(3):101-10. Available from: https://example.org/a", {**JOURNAL, "url": "https://example.org/a"}),
    ("Smith JA, Jones B. Sleep and back pain. <i>J Sleep Pain</i>. 2020;12(3):101-10.", JOURNAL),
    ("Smith JA, Jones B. Sleep and back pain. J Sleep Pain. 2020;12:101-10.", {k: v for k, v in JOURNAL.items() if k != "issue"}),
    ("Smith JA, Jones B. Sleep and back pain? J Sleep Pain. 2020;12(3):e101.", {**JOURNAL, "title": "Sleep and back pain?", "pages": "e101"}),
    ("Smith JA, Jones B. Sleep and back pain. J. Sleep. Pain. 2020;12(3):101-10.", {**JOURNAL, "container": "J. Sleep. Pain"}),
    ("Smith JA, Jones B. Sleep and back pain. A randomised trial. J Sleep Pain. 2020;12(3):101-10.", {**JOURNAL, "title": "Sleep and back pain. A randomised trial"}),
    ("Smith JA, Jones B. Sleep and back pain – a cohort. J Sleep Pain. 2020;12(3):101-10.", {**JOURNAL, "title": "Sleep and back pain – a cohort"}),
    ("van der Berg C, O'Neill D, García-López M. Sleep and back pain. J Sleep Pain. 2020;12(3):101-10.",
     {**JOURNAL, "authors": ("van der Berg C", "O'Neill D", "García-López M")}),
    ("Sleep Research Group. Sleep and back pain. J Sleep Pain. 2020;12(3):101-10.", {**JOURNAL, "authors": ("Sleep Research Group",)}),
    ("Smith JA, Jones B. Sleep and back pain. J Sleep Pain. 2020;12(Suppl 1):S101-10.", {**JOURNAL, "issue": "Suppl 1", "pages": "S101-10"}),
    ("Smith JA, Jones B. Sleep and back pain: a systematic review. J Sleep Pain. 2020;12(3):101-10.",
     {**JOURNAL, "title": "Sleep and back pain: a systematic review", "kind": "systematic-review"}),
    ("Smith JA, Jones B. Sleep and back pain. J Sleep Pain. 2020.", {**SLEEP, "container": "J Sleep Pain"}),
    # APA
    ("Smith, J. A., & Jones, B. (2020). Sleep and back pain. Journal of Sleep and Pain, 12(3), 101–10.", LONG),
    ("Smith, J. A., & Jones, B. (2020). Sleep and back pain. Journal of Sleep and Pain, 12(3), 101–10. https://doi.org/10.1000/abc1", {**LONG, "doi": "10.1000/abc1"}),
    ("Smith, J. A. & Jones, B. (2020a). Sleep and back pain. Journal of Sleep and Pain, 12(3), 101-10.", LONG),
    ("Smith, J. A., & Jones, B. (2020, March 12). Sleep and back pain. Journal of Sleep and Pain, 12(3), 101-10.", LONG),
    ("Smith, J. A., & Jones, B. (2020). Sleep and back pain. Journal of Sleep and Pain, 12, Article e101.",
     {**SLEEP, "container": "Journal of Sleep and Pain", "volume": "12", "pages": "e101"}),
    ("Smith, J. A., & Jones, B. (2020). Sleep and back pain? Journal of Sleep and Pain, 12(3), 101-10.", {**LONG, "title": "Sleep and back pain?"}),
    ("World Health Organization. (2020). Sleep and back pain. https://www.who.int/sleep",
     {"title": "Sleep and back pain", "authors": ("World Health Organization",), "year": 2020, "url": "https://www.who.int/sleep", "kind": "web-page"}),
    ("Smith, J. A., & Jones, B. (2020). Sleep and back pain.", SLEEP),
    # Harvard and its kin
    ("Smith, J.A. and Jones, B. (2020) ‘Sleep and back pain’, Journal of Sleep and Pain, 12(3), pp. 101–10.", LONG),
    ("Smith, J.A. and Jones, B. (2020) 'Sleep and back pain', Journal of Sleep and Pain, vol. 12, no. 3, pp. 101-10.", LONG),
    ("Smith JA, Jones B (2020) Sleep and back pain. J Sleep Pain 12(3):101–10", JOURNAL),
    ("Smith JA, Jones B (2020) Sleep and back pain. J Sleep Pain 12:101–10. doi:10.1000/abc1",
     {**{k: v for k, v in JOURNAL.items() if k != "issue"}, "doi": "10.1000/abc1"}),
    # Nature
    ("Smith, J. A. & Jones, B. Sleep and back pain. J Sleep Pain 12, 101–10 (2020).", {k: v for k, v in JOURNAL.items() if k != "issue"}),
    ("Smith, J. A. et al. Sleep and back pain. J. Sleep Pain 12, 101–10 (2020).",
     {**{k: v for k, v in JOURNAL.items() if k != "issue"}, "authors": ("Smith JA",), "container": "J. Sleep Pain"}),
    # As health articles for everybody do it
    ("Smith et al., Sleep and back pain, The Lancet, 2020.", {**SLEEP, "authors": ("Smith",), "container": "The Lancet"}),
    ("Smith JA, Sleep and back pain, Journal of Sleep, 2020", {**SLEEP, "authors": ("Smith JA",), "container": "Journal of Sleep"}),
    # Books, pages, trials
    ("Smith JA, Jones B. Sleep and back pain. 3rd ed. London: Sleep Press; 2020.",
     {**SLEEP, "kind": "book", "edition": "3", "place": "London", "publisher": "Sleep Press"}),
    ("Smith JA, Jones B. Sleep and back pain. London: Sleep Press; 2020. ISBN 0-306-40615-2.",
     {**SLEEP, "kind": "book", "place": "London", "publisher": "Sleep Press", "isbn": "9780306406157"}),
    ("Back pain. https://www.nhs.uk/back-pain/. Accessed 3 May 2022.", {"kind": "web-page", "title": "Back pain", "url": "https://www.nhs.uk/back-pain/", "accessed": "2022-05-03"}),
    ("Back pain [Internet]. [cited 2022 May 3]. Available from: https://www.nhs.uk/back-pain/", {"kind": "web-page", "title": "Back pain", "url": "https://www.nhs.uk/back-pain/", "accessed": "2022-05-03"}),
    ("Back pain. Retrieved May 3, 2022, from https://www.nhs.uk/back-pain/", {"kind": "web-page", "title": "Back pain", "url": "https://www.nhs.uk/back-pain/", "accessed": "2022-05-03"}),
    ("Sleep for back pain. NCT01234567", {"kind": "trial", "title": "Sleep for back pain", "nct": "NCT01234567"}),
    # Nothing but an identifier
    ("https://doi.org/10.1000/abc1", {"doi": "10.1000/abc1"}),
    ("PMID: 12345678", {"pmid": "12345678"}),
    ("https://www.who.int/a", {"kind": "web-page", "url": "https://www.who.int/a"}),
    # No style is recognised: nothing is made up
    ("", {}),
    ("Sleep, mood and back pain, and what to do about them", {"title": "Sleep, mood and back pain, and what to do about them"}),
    ("A leaflet of the clinic. doi:10.1000/abc1", {"title": "A leaflet of the clinic", "doi": "10.1000/abc1"}),
    ("Sleep (2020). A good year for it. Everybody slept, 12(3), 101-10.", {"title": "Sleep (2020). A good year for it. Everybody slept, 12(3), 101-10"}),
    ("Smith, Sleep, mood, pain and what helps, mood and pain, 2020", {"title": "Smith, Sleep, mood, pain and what helps, mood and pain, 2020"}),
    ("Personal letter of 3 May 2020, 12 pages", {"title": "Personal letter of 3 May 2020, 12 pages"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), CASES, ids=lambda value: value[:60] if isinstance(value, str) else ""
)
def test_read_reference(text: str, expected: dict[str, Any]) -> None:
    assert read_reference(text).known() == {"kind": "journal-article", **expected}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Smith JA, Jones B, et al", ("Smith JA", "Jones B")),
        ("Smith, J. A., Jones, B., & de la Cruz, M.-L.", ("Smith JA", "Jones B", "de la Cruz ML")),
        ("J. A. Smith and B. Jones", ("Smith JA", "Jones B")),
        ("Smith J.A.; Jones B.", ("Smith JA", "Jones B")),
        ("Smith JA Jr, Jones B", ("Smith JA", "Jones B")),
        (
            "National Institute for Health and Care Excellence",
            ("National Institute for Health and Care Excellence",),
        ),
        ("Sleep and back pain", ()),
        ("Smith JA, and what he found", ()),
        ("", ()),
    ],
)
def test_read_names(text: str, names: tuple[str, ...]) -> None:
    assert read_names(text) == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. One. 2019.\n2. Two. 2020.", ["One. 2019.", "Two. 2020."]),
        ("[1] One.\n[2] Two.", ["One.", "Two."]),
        ("1) One.\n2) Two.", ["One.", "Two."]),
        ("(1) One.\n(2) Two.", ["One.", "Two."]),
        ("• One.\n• Two.", ["One.", "Two."]),
        ("- One.\n- Two.", ["One.", "Two."]),
        ("* One\n  wrapped.\n* Two.", ["One wrapped.", "Two."]),
        ("1. One\nis wrapped. J Sleep.\n12. is no mark.\n\n2. Two.", ["One is wrapped. J Sleep. 12. is no mark.", "Two."]),
        ("9. Nine.\n10. Ten.\n11. Eleven.", ["Nine.", "Ten.", "Eleven."]),
        ("One\nis wrapped.\n\nTwo.", ["One is wrapped.", "Two."]),
        ("One.\n\n\n\nTwo.\r\n\r\nThree.", ["One.", "Two.", "Three."]),
        ("One. 2019.\nTwo. 2020.", ["One. 2019.", "Two. 2020."]),
        ("Smith J,\nJones B. One is\nwrapped.\nTwo.", ["Smith J, Jones B. One is wrapped.", "Two."]),
        ("One. 2019.\nhttps://doi.org/10.1000/abc1\nTwo. 2020.", ["One. 2019. https://doi.org/10.1000/abc1", "Two. 2020."]),
        ("https://doi.org/10.1000/abc1\nhttps://doi.org/10.1000/abc2", ["https://doi.org/10.1000/abc1", "https://doi.org/10.1000/abc2"]),
        ("ISBN 978-0-306-40615-8\nISSN 0140-6736\nOne. 2019.", ["ISBN 978-0-306-40615-8", "ISSN 0140-6736", "One. 2019."]),
        ("1. A meta-\nanalysis.\n2. Two.", ["A meta-analysis.", "Two."]),
        ("1.\u00a0One.\n2.\tTwo.", ["One.", "Two."]),
        ("", []),
        (" \n\n ", []),
    ],
)  # fmt: skip
def test_split_list(text: str, expected: list[str]) -> None:
    assert split_list(text) == expected


@settings(deadline=None, max_examples=200)
@given(st.text() | st.lists(st.sampled_from(["1. ", "\n", "Smith J. ", "(2020) ", "2020;12(3):", "1-10", ". ", "‘", "’, ", "doi:10.1/"])).map("".join))  # fmt: skip
def test_no_text_is_too_odd(text: str) -> None:
    assert read_reference(text).kind
    assert all(part and part == " ".join(part.split()) for part in split_list(text))


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.from_regex(r"[A-Z][a-z]{2,9} [A-Z]{1,3}", fullmatch=True), min_size=1, max_size=8),
    st.from_regex(r"[A-Z][a-z]{3,9}( [a-z]{2,9}){1,6}", fullmatch=True),
    st.integers(1900, 2029), st.integers(1, 999), st.integers(1, 99), st.integers(1, 9999),
)  # fmt: skip
def test_every_vancouver_reference_is_read(
    authors: list[str], title: str, year: int, volume: int, issue: int, page: int
) -> None:
    work = read_reference(
        f"{', '.join(authors)}. {title}. J Sleep. {year};{volume}({issue}):{page}-{page + 9}."
    )
    assert (work.authors, work.title, work.container) == (tuple(authors), title, "J Sleep")
    assert (work.year, work.volume, work.issue, work.pages) == (
        year,
        str(volume),
        str(issue),
        f"{page}-{page + 9}",
    )
