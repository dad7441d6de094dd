"""The sentence splitter: each case is one paragraph, cut at every `|`."""

from __future__ import annotations

import pytest

from articles.documents import document
from reviews.screening import sentences

PARAGRAPHS = [
    # plain ends
    "Pain is common.| It affects sleep.",
    "Is it safe?| Nobody knows.",
    "It helps!| Or so they say.",
    "One sentence without an end",
    "First… | Then the second.",
    "Wait...| The dose was wrong.",
    "He waited... and then slept.",
    # small letters never start a sentence
    "The drug (approx. half a dose) was given.",
    "She asked “does it work?” and left.",
    # pointers and titles
    "Some drugs, e.g. Sertraline, interact.| Others do not.",
    "The active form, i.e. Psilocin, binds.",
    "Dr. Smith and Prof. Jones agreed.| Mrs. Brown did not.",
    "It was drug vs. Placebo in both arms.",
    "The curve in Fig. 3 is flat.| Figs. 4 and 5 differ.",
    "About approx. 50 people came.",
    "Cf. Table 2 for doses.",
    # numbers
    "The dose was 0.5 mg.| It was low.",
    "Version 2.1.3 is out.",
    "See No. 5 in the list.| The answer is no.| It is not.",
    "Vol. 12, pp. 3 to 9, Jan. 2020.",
    "1. Take the tablet with water.| 2. Wait.",
    # units and prescription Latin
    "Give 5 mg. daily with food.",
    "Give 5 mg.| Then wait.",
    "Take 10 mg p.o. b.i.d. for a week.| Then stop.",
    "Take it b.i.d.| Patients tolerate this well.",
    "It needs 30 min. 3 times a week.",
    # names, places, initials
    "A review by J. Smith was large.| R. J. Lee replied.",
    "St. John's wort interacts with many drugs.| Ask a pharmacist.",
    "The U.S. Food and Drug Administration warned.| It was clear.",
    "It is legal in the U.S.| The U.K. differs.",
    "Work by Smith et al. Nature 2020 is cited.",
    "This was shown by Smith et al.| The trial was small.",
    "E. coli is a bacterium.| C. difficile is another.",
    "She holds a Ph.D. from Leeds.| She is a doctor.",
    "Take it at 8 a.m. Monday to Friday.",
    # letters that are not initials
    "Eat more vitamin C.| Oranges have it.",
    "They screened for hepatitis B.| Vaccines exist.",
    "Vitamins A and D.| Deficiency is common.",
    # closing marks
    "“It works.” |She believed it.",
    "(It was small.) |Others were larger.",
    "He said ‘it hurts.’ |Then he left.",
    # citations stay with what they end
    "Pain fell by half [1].| Sleep improved.",
    "Pain fell.[1] |Sleep improved.[2, 3] |Mood did not.",
    "Pain fell. [1–3] |Sleep improved.",
    "Pain fell.[1][2] |Sleep improved.",
    "Pain fell.¹ |Sleep improved.²⁻⁴ |Mood did not.",
    "Pain fell.1,2 |Sleep improved.",
    "Pain fell.”[4] |Sleep improved.",
    # addresses
    "See www.example.org/a.b?c=1 for more.| It is free.",
    "Read https://doi.org/10.1000/xyz.123.| It is open.",
    # other scripts
    "疼痛很常见。|它影响睡眠。",
]


@pytest.mark.parametrize("marked", PARAGRAPHS)
def test_paragraph_is_cut_where_its_sentences_end(marked: str) -> None:
    expected = [part.strip() for part in marked.split("|")]
    text = marked.replace("|", "")
    article = document(title="", body=f"<p>{text}</p>")
    assert [span.quote for span in sentences(article)] == expected


def test_no_sentence_crosses_a_block() -> None:
    article = document(
        title="A title", body="<h2>A heading</h2><p>One</p><ul><li>two</li><li>three</li></ul>"
    )
    assert [span.quote for span in sentences(article)] == ["A title", "A heading", "One", "two", "three"]


@pytest.mark.parametrize("bullet", ["- ", "• ", "– ", "* "])
def test_bullet_is_no_part_of_the_sentence(bullet: str) -> None:
    article = document(title="", body=f"<p>{bullet}Better sleep. More energy.</p>")
    assert [span.quote for span in sentences(article)] == ["Better sleep.", "More energy."]


def test_offsets_are_code_points_of_the_text() -> None:
    article = document(title="Naïve 🧠 readers", body="<p>Über 👩🏽‍⚕️ all. Ça va.</p>")
    found = sentences(article)
    assert [span.quote for span in found] == ["Naïve 🧠 readers", "Über 👩🏽‍⚕️ all.", "Ça va."]
    assert all(article.text[span.start : span.end] == span.quote for span in found)


def test_nothing_but_white_space_is_lost() -> None:
    text = "Dr. A. Jones took 5 mg. Then rest?! “Yes.” [1] (No.) e.g. this… vitamin B. End"
    article = document(title="", body=f"<p>{text}</p>")
    assert "".join(span.quote for span in sentences(article)).replace(" ", "") == text.replace(" ", "")
