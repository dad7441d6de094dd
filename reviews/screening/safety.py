"""Safety: warnings that an article needs and lacks, risks played down, and readers who may be harmed.

A checklist by topic: what calls for the warning (a sentence of the article), and what would be the
warning (its subject, named anywhere in the article). Kept to articles about unproven remedies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from articles.documents import Document
from reviews.screening.context import Context, Sentence
from reviews.screening.hits import Hit, hit, hit_on
from reviews.screening.phrases import pattern

MOST_ANCHORS = 3
"""Sentences at which one missing warning is shown, at most."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of the checklist."""

    rule: str
    called_for_by: str
    """The group of `lexicons/safety.toml` whose phrases call for the warning."""
    needs: tuple[tuple[str, ...], ...]
    """The warning: of each of these sets of subjects, one must be named somewhere."""


MIXED_WITH = ("lithium", "antidepressants", "maoi", "opioids")
"""Medicines of which a text on interactions names at least one."""

CHECKLIST = (
    Topic("safety.interactions", "with_medicines", (MIXED_WITH, ("interactions",))),
    Topic("safety.stopping", "off_medicines", (("do_not_stop",),)),
    Topic("safety.psychosis", "mental_illness", (("psychosis",),)),
    Topic("safety.crisis", "distress", (("crisis_support",),)),
    Topic("safety.exclusions", "taking", (("pregnancy",), ("children",), ("heart",))),
    Topic("safety.driving", "impairment", (("driving",),)),
)  # fmt: skip

TOPICS = {
    "interactions": "interactions with other medicines",
    "psychosis": "psychosis and bipolar disorder",
    "pregnancy": "pregnancy and breastfeeding",
    "children": "people under 18",
    "heart": "the heart",
    "driving": "driving",
    "crisis_support": "where to find help in a crisis",
}
"""What every article about a psychedelic should say a word on."""

PSYCHEDELIC = (
    "psilocybin",
    "lsd",
    "mdma",
    "ketamine",
    "ayahuasca",
    "mescaline",
    "ibogaine",
    "psychedelics",
    "amanita",
)


_PLAYED_DOWN = (
    ("safety.played_down", "played_down"),
    ("safety.vague_caution", "vague_caution"),
    ("safety.side_effects", "side_effects"),
)


def omissions(document: Document, context: Context) -> Iterator[Hit]:
    """Each missing warning at the sentences that call for it, then what the article never mentions."""
    if not context.unproven:
        return
    named = set(context.subjects)
    if any(pattern("safety", "do_not_stop").search(sentence.words) for sentence in context.sentences):
        named.add("do_not_stop")
    for topic in CHECKLIST:
        if all(named.intersection(choices) for choices in topic.needs):
            continue
        calling = [s for s in context.sentences if _calls(topic, s)]
        for sentence in calling[:MOST_ANCHORS]:
            yield hit_on(topic.rule, document, sentence, context)
    if any(len(context.subjects.get(subject, ())) > 2 for subject in PSYCHEDELIC):
        absent = [words for subject, words in TOPICS.items() if subject not in named]
        if absent:
            yield hit("safety.never_mentioned", document, topics=", ".join(absent))


def played_down(document: Document, context: Context) -> Iterator[Hit]:
    """Risk made small, caution so general that it warns of nothing, side effects listed without a source."""
    if not context.unproven:
        return
    for sentence in context.sentences:
        if sentence.is_question:
            continue
        for rule, group in _PLAYED_DOWN:
            match = pattern("safety", group).search(sentence.words)
            if match and not _is_answered(group, sentence):
                yield hit_on(rule, document, sentence, context, found=match.group())
                break


def _is_answered(group: str, sentence: Sentence) -> bool:
    """Whether a source, or for a caution the thing to be careful of, stands in the sentence."""
    if group == "side_effects":
        return sentence.answered
    return group == "vague_caution" and pattern("safety", "precise").search(sentence.words) is not None


def vulnerable_groups(document: Document, context: Context) -> Iterator[Hit]:
    """Sentences about people who may be harmed most: they decide which disclaimers are needed."""
    if not context.unproven:
        return
    for sentence in context.sentences:
        match = pattern("safety", "vulnerable").search(sentence.words)
        if match and not sentence.is_heading:
            yield hit_on("vulnerable.group", document, sentence, context, found=match.group())


def _calls(topic: Topic, sentence: Sentence) -> bool:
    if sentence.is_question or sentence.is_heading or pattern("claims", "findings").search(sentence.words):
        return False  # what a study did instructs nobody
    return pattern("safety", topic.called_for_by).search(sentence.words) is not None
