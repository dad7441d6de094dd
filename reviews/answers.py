"""The writer's answers to the screening of a draft.

An answer holds for the very words that it was given to: when a sentence is edited its answers no longer
apply, those to all others stay, and when the same words come back so does the answer. It is the writer's
word and nothing more: it removes nothing that `reviews.requirements` finds missing, and settles no finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from articles.canonical import digest_text
from articles.freezing import draft_document
from articles.models import Article
from reviews import audit, permissions
from reviews.models import Answer, Claim, Finding, WriterAnswer
from reviews.policy import screened
from reviews.refusals import Refused
from reviews.screening import Hit

LONGEST = 5_000
"""Characters of a reason."""

Key = tuple[str, str]
"""What an answer belongs to: the rule, and the digest of the passage; of what it says, on the whole text."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One remark of the screening, and what the writer says to it."""

    hit: Hit
    answer: Answer | None
    places: int = 1
    """Where these very words stand and are remarked on: one answer is for all of them."""

    @property
    def may_be_answered(self) -> bool:
        """Whether words can answer it: what must be mended is mended."""
        return self.hit.severity != "fix"


def passage_of(quote: str) -> str:
    """The words that an answer sticks to: a quote, its white space made even."""
    return " ".join(quote.split())


def key_of(hit: Hit) -> Key:
    """What an answer to this hit is filed under."""
    return (hit.rule, digest_text(passage_of(hit.quote) or hit.message))


def answers_to(article: Article) -> dict[Key, Answer]:
    """All answers ever given to the article's drafts and not taken back, those to words now gone too."""
    return {(a.rule, a.passage_digest): a for a in article.answers.select_related("by")}


def answered_hits(article: Article, hits: Sequence[Hit] | None = None) -> list[Answered]:
    """The remarks on the draft as it is stored, in the order of the text, each with its answer.

    One query; `hits` spares the screening where the caller has done it.
    """
    known = answers_to(article)
    if hits is None:
        hits = screened(draft_document(article))
    places = Counter(key_of(hit) for hit in hits)
    return [Answered(hit, answer_for(hit, known), places[key_of(hit)]) for hit in hits]


def answer_for(hit: Hit, known: Mapping[Key, Answer]) -> Answer | None:
    """The answer among `known` that holds for a hit; never one for what must be mended."""
    return None if hit.severity == "fix" else known.get(key_of(hit))


def answer(
    article: Article, *, by: User, version: int, rule: str, quote: str, kind: str, reason: str = ""
) -> Answer:
    """Answer the remark that `rule` makes on the passage `quote` (empty: on the whole text).

    `version` is the draft that the writer was looking at, `kind` one of `WriterAnswer`. A second, different
    answer replaces the first; the same one again changes nothing. Raises `Refused`.
    """
    with _draft(article, by=by, version=version) as locked:
        hit = _hit(locked, rule, quote)
        if hit.severity == "fix":
            raise Refused("This must be mended in the text; no answer can stand in its place.", "fix")
        if kind not in WriterAnswer.values:
            raise Refused("Choose an answer from the list.", "choice")
        reason = reason.replace("\x00", "").strip()
        if kind == WriterAnswer.DISAGREE and not reason:
            raise Refused("Say why you disagree: the reviewer reads it.", "missing")
        if len(reason) > LONGEST:
            raise Refused(f"Keep the reason to {LONGEST:,} characters.", "too_long")
        passage = passage_of(hit.quote)
        key = {"article": locked, "rule": hit.rule, "passage_digest": key_of(hit)[1]}
        given = Answer.objects.filter(**key).first()
        if given and (given.kind, given.reason) == (kind, reason):
            return given
        before = given.kind if given else ""
        given = given or Answer(**key, passage=passage)
        given.kind, given.reason, given.by = kind, reason, by
        given.save()
        facts = {"rule": hit.rule, "passage": passage, "answer": kind, "instead_of": before}
        audit.record(
            "answer_hit", by=by, article=locked, reason=reason, facts=facts | {"version": locked.version}
        )
    return given


def take_back(article: Article, *, by: User, version: int, rule: str, quote: str) -> None:
    """Take an answer back, so that the remark is open again. Done a second time, it changes nothing.

    Raises `Refused`.
    """
    with _draft(article, by=by, version=version) as locked:
        passage = passage_of(quote)
        # What is said of the whole text is known by its sentence, which only the screening can tell.
        known = digest_text(passage) if passage else key_of(_hit(locked, rule, quote))[1]
        given = locked.answers.filter(rule=rule.replace("\x00", ""), passage_digest=known).first()
        if given is None:
            return
        facts = {"rule": given.rule, "passage": given.passage, "answer": given.kind}
        given.delete()
        audit.record("take_back_answer", by=by, article=locked, facts=facts | {"version": locked.version})


def carry_to(row: Claim | Finding, given: Answer | None) -> None:
    """Set (not save) what the writer says to a finding or claim, as it goes to the reviewer."""
    row.writer_answer = given.kind if given else ""
    row.writer_reason = given.reason if given else ""
    row.answered_by = given.by if given else None


@contextmanager
def _draft(article: Article, *, by: User, version: int) -> Iterator[Article]:
    with transaction.atomic():
        locked = Article.objects.select_for_update().get(pk=article.pk)
        permissions.check_can_answer(by, locked)
        if locked.version != version:
            raise Refused(
                "This draft was saved again since you opened it. Look at the remark in the text as it is "
                "now, then answer it.",
                "stale",
            )
        yield locked


def _hit(article: Article, rule: str, quote: str) -> Hit:
    passage = passage_of(quote)
    for hit in screened(draft_document(article)):
        if hit.rule == rule and passage_of(hit.quote) == passage:
            return hit
    raise Refused(
        "The screening does not say this of the draft any more, so there is nothing to answer.", "gone"
    )
