"""Works made up by Hypothesis, and the works of the test material."""

from __future__ import annotations

import gzip
from datetime import date
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from articles.sources.kinds import WRITTEN
from articles.sources.names import person
from articles.sources.reading import plain, read
from articles.sources.works import Work

CROSSREF = Path(__file__).resolve().parents[3] / "shared" / "data" / "crossref" / "works.jsonl.gz"

any_text = st.text(max_size=30)
awkward = st.text(
    alphabet=st.sampled_from(list("aBcé ß{}\\%&$#_^~\"'`-–,;:.?!@=[]()<>/|0123456789 \n")), max_size=30
)
fields = st.one_of(awkward, any_text)
cleaned = fields.map(lambda text: plain.plain(text.strip(" .,;:{}\"'")).strip(" .,;:{}\"'"))
words = st.text(alphabet="abcdeéßABC ", min_size=1, max_size=12).map(plain.plain)
letters = st.text(alphabet="abcdeéößñ", min_size=2, max_size=8).map(str.capitalize)
groups = st.sampled_from(
    ["World Health Organization", "RECOVERY Collaborative Group", "School of Medicine, Nowhere, Nowhere", "WHO",
     "The PLOS ONE Staff", "Urban & Vogel", "H.J.H.", "J. Craig Venter Institute", "Rock and Roll Trust", "Hausmann",
     "王 小明", "Group, The", "et al."]
)  # fmt: skip


@st.composite
def persons(draw: st.DrawFn) -> str:
    """“van der Stone AB Jr” in printed form."""
    family = " ".join([*draw(st.sampled_from([[], ["van", "der"], ["de"], ["O’"], ["El"]])), draw(letters)])
    given = draw(st.text(alphabet="ABCDEÉ", min_size=1, max_size=3))
    return person(family, ". ".join(given) + ".", suffix=draw(st.sampled_from(["", "", "Jr", "3rd"])))


names = st.lists(st.one_of(persons(), groups), max_size=8).map(tuple)
page_numbers = st.sampled_from(
    ["", "1-10", "101-10", "S1-S10", "e1234", "iv-vii", "123, 125-7", "198-a-198", "10-1", "233-240.e2"]
)


@st.composite
def works(draw: st.DrawFn) -> Work:
    """A work whose texts are plain, as every reader leaves them; something in it says which work it is."""
    kind = draw(st.sampled_from(sorted(WRITTEN)))
    accessed = draw(st.one_of(st.just(None), st.dates(min_value=date(1990, 1, 1))))
    return Work(
        kind=kind,
        title=plain.title("A " + draw(cleaned)) or "A",
        authors=draw(names),
        editors=draw(names),
        container=draw(cleaned),
        publisher=draw(cleaned),
        place=draw(cleaned),
        edition=draw(cleaned),
        year=draw(st.one_of(st.none(), st.integers(1800, 2100))),
        volume=draw(cleaned),
        issue=draw(cleaned),
        pages=draw(page_numbers),
        doi=draw(st.sampled_from(["", "10.1000/abc_d", "10.1890/0012-9615(1999)069[0569:edilsa]2.0.co;2"])),
        pmid=draw(st.sampled_from(["", "12345678"])),
        pmcid=draw(st.sampled_from(["", "PMC123456"])),
        nct=draw(st.sampled_from(["", "NCT04280705"])),
        # What is on arXiv and nothing else is read as a preprint.
        arxiv="" if kind == "other" else draw(st.sampled_from(["", "1706.03762"])),
        isbn=draw(st.sampled_from(["", "9780306406157"])),
        issn=draw(st.sampled_from(["", "0140-6736"])),
        url=draw(st.sampled_from(["", "https://example.org/a_b?c=d~e&f=%20;g"])),
        accessed=accessed.isoformat() if accessed else "",
    )


@cache
def crossref() -> tuple[Work, ...]:
    """The works of the test material, each read by itself."""
    with gzip.open(CROSSREF, "rb") as lines:
        return tuple(work for line in lines for work in read(line).works)
