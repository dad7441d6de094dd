"""Each requirement stops the step it should, says so in a sentence, and is gone once it is mended."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User

from articles.editing import save_draft
from articles.models import Article, Publication, Source
from reviews import dossier, judging, workflow
from reviews.models import Attachment, Claim, Disclaimer, Finding, Review, SignOff
from reviews.requirements import Stops, missing_for, missing_for_draft, stopping
from reviews.workflow import Refused
from tests import factories

Codes = Callable[[Review], set[str]]
BOTH = "<p>Walking eases low back pain in many adults [1, 2].</p>"
DOSE = "<p>Walking eases back pain in adults [1].</p><p>Take 3 mg of melatonin.</p>"


def edit(article: Article, by: User, **fields: Any) -> Article:
    article.refresh_from_db()
    return save_draft(article, by=by, version=article.version, **fields)


def refused(action: Callable[[], Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        action()
    assert code in refusal.value.codes
    assert len(str(refusal.value)) > 20


def sign(review: Review, by: User) -> Callable[[], SignOff]:
    return lambda: workflow.sign_off(review, by=by, meaning=SignOff.Meaning.ACCURATE)


# --- What stops a submission -------------------------------------------------------------------------

DRAFTS = {
    "metadata.author": ({"authors": []}, None),
    "metadata.sources": ({"citations": [], "body": "<p>Walking eases back pain in adults.</p>"}, None),
    "references.dangling": ({"body": "<p>Walking eases low back pain in many adults [7].</p>"}, None),
    "chrome.line": ({"body": factories.BODY + "<p>Share this article</p>"}, None),
    "structure.duplicate": ({"body": factories.BODY + factories.BODY}, None),
    "not_freezable": ({"body": "<hr>"}, None),
}


@pytest.mark.parametrize("code", DRAFTS)
def test_a_draft_is_mended_before_it_is_submitted(code: str, cast: SimpleNamespace) -> None:
    article = factories.draft(cast.writer)
    good = {"body": article.body, "authors": [cast.writer], "citations": list(article.sources.all())}
    article = edit(article, cast.writer, **DRAFTS[code][0])
    found = [r for r in missing_for_draft(article) if r.code == code]
    assert found
    assert all(r.stops == Stops.SUBMISSION and r.sentence and str(article.pk) in r.place for r in found)
    refused(lambda: workflow.submit(article, by=cast.writer), code)
    assert not Review.objects.exists()
    assert not article.editions.exists()
    edit(article, cast.writer, **good)
    assert workflow.submit(article, by=cast.writer).status == Review.Status.IN_REVIEW


@pytest.mark.parametrize("code", DRAFTS)
def test_a_draft_is_mended_before_it_is_resubmitted(code: str, cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer)
    workflow.request_changes(review, by=cast.reviewer, reason="Say for whom.")
    edit(review.article, cast.writer, **DRAFTS[code][0])
    refused(lambda: workflow.resubmit(review, by=cast.writer), code)
    assert review.article.editions.count() == 1


def test_all_that_is_wrong_is_said_at_once(cast: SimpleNamespace) -> None:
    article = edit(factories.draft(cast.writer), cast.writer, authors=[], citations=[])
    with pytest.raises(Refused) as refusal:
        workflow.submit(article, by=cast.writer)
    assert {"metadata.author", "metadata.sources", "references.dangling"} <= set(refusal.value.codes)
    assert len(set(refusal.value.codes)) == len(refusal.value.codes)


def test_what_stops_a_submission_stops_all_later_steps() -> None:
    assert Stops.SUBMISSION < Stops.SIGN_OFF < Stops.PUBLICATION


def test_a_draft_with_a_summary_but_no_text_has_no_text(cast: SimpleNamespace) -> None:
    article = edit(factories.draft(cast.writer), cast.writer, body="<p> </p>", citations=[])
    assert article.summary
    assert "not_freezable" in {r.code for r in missing_for_draft(article)}


def test_an_address_that_readers_had_of_another_article(cast: SimpleNamespace, codes: Codes) -> None:
    first = factories.signed(cast.writer, cast.reviewer, slug="back-pain")
    edit(first.article, cast.writer, slug="walking")  # the signed edition keeps the old address
    second = factories.signed(cast.writer, cast.reviewer, slug="back-pain")
    third = factories.signed(cast.writer, cast.reviewer, slug="third")
    workflow.publish(first, by=cast.editor)
    assert codes(second) == {"address_taken"}
    assert codes(third) == set()
    refused(lambda: workflow.publish(second, by=cast.editor), "address_taken")
    refused(lambda: workflow.resubmit(second, by=cast.writer), "address_taken")
    edit(second.article, cast.writer, slug="back-pain-2")
    workflow.resubmit(second, by=cast.writer)
    assert "address_taken" not in codes(second)


# --- What stops a signature --------------------------------------------------------------------------


def test_an_unchecked_claim(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    assert review.claims.count() == 2
    assert "claim_unchecked" in codes(review)
    source = Source.objects.get(citations__article=review.article)
    for claim in review.claims.all():
        refused(sign(review, cast.reviewer), "claim_unchecked")
        factories.check(claim, cast.reviewer, source)
    assert "claim_unchecked" not in codes(review)


@pytest.mark.parametrize("verdict", ["partly", "contradicts", "silent"])
def test_a_source_that_does_not_support_the_claim(verdict: str, cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    claim = review.claims.first()
    factories.check(claim, cast.second, claim.checks.get().source, verdict=verdict)
    assert codes(review) == {"claim_unchecked", "quorum"}
    refused(sign(review, cast.reviewer), "claim_unchecked")
    judging.dismiss_claim(claim, by=cast.reviewer, reason="It is a definition.")
    assert codes(review) == {"quorum"}
    judging.reinstate_claim(claim, by=cast.second)
    assert codes(review) == {"claim_unchecked", "quorum"}


def test_the_policy_says_which_verdicts_pass(
    cast: SimpleNamespace, codes: Codes, new_policy: Callable[..., None]
) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    claim = review.claims.first()
    factories.check(claim, cast.reviewer, claim.checks.get().source, verdict="partly")
    assert "claim_unchecked" in codes(review)
    new_policy(('passing_verdicts = ["supports"]', 'passing_verdicts = ["supports", "partly"]'))
    assert "claim_unchecked" not in codes(review)


@pytest.mark.parametrize("standing", [Source.Standing.RETRACTED, Source.Standing.WITHDRAWN])
def test_a_retracted_source(standing: str, cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    Source.objects.filter(citations__article=review.article).update(standing=standing)
    assert codes(review) == {"source_retracted", "claim_unchecked", "quorum"}
    refused(sign(review, cast.reviewer), "source_retracted")
    for claim in review.claims.all():  # looking again does not help
        factories.check(claim, cast.reviewer, claim.checks.first().source)
    assert "source_retracted" in codes(review)
    Source.objects.filter(citations__article=review.article).update(standing=Source.Standing.REINSTATED)
    for claim in review.claims.all():
        factories.check(claim, cast.reviewer, claim.checks.first().source)
    assert codes(review) == {"quorum"}


def test_a_claim_said_to_rest_on_two_sources_of_which_one_was_retracted(
    cast: SimpleNamespace, codes: Codes
) -> None:
    good, bad = factories.source(), factories.source()
    review = factories.submitted(cast.writer, citations=[good, bad], body=BOTH)
    factories.judge(review, cast.reviewer)
    claim = review.claims.get()
    factories.check(claim, cast.reviewer, bad)
    factories.sign(review, cast.reviewer)
    Source.objects.filter(pk=bad.pk).update(standing=Source.Standing.RETRACTED)
    assert codes(review) == {"source_retracted"}
    refused(lambda: workflow.publish(review, by=cast.editor), "source_retracted")
    # The reviewer takes it out of account, and signs again.
    factories.check(claim, cast.reviewer, Source.objects.get(pk=bad.pk), verdict="silent")
    assert codes(review) == {"quorum", "digest_changed"}


def test_a_source_whose_record_changed(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    source = Source.objects.get(citations__article=review.article)
    Source.objects.filter(pk=source.pk).update(doi="10.1000/another")
    assert codes(review) == {"source_changed", "claim_unchecked", "quorum"}
    refused(sign(review, cast.reviewer), "source_changed")
    for claim in review.claims.all():
        factories.check(claim, cast.reviewer, source)
    assert codes(review) == {"quorum"}


def test_a_check_against_a_source_that_is_no_longer_cited(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    workflow.request_changes(review, by=cast.reviewer, reason="There is a better trial.")
    edit(review.article, cast.writer, citations=[factories.source()])  # “[1]” is another paper now
    workflow.resubmit(review, by=cast.writer)
    assert "claim_reconfirm" in codes(review)
    refused(sign(review, cast.reviewer), "claim_reconfirm")
    for claim in review.claims.all():
        judging.reconfirm_claim(claim, by=cast.reviewer)
    assert "claim_unchecked" in codes(review)
    factories.judge(review, cast.reviewer)
    assert codes(review) == {"quorum"}


def test_references_that_change_places(cast: SimpleNamespace, codes: Codes) -> None:
    one, two = factories.source(), factories.source()
    review = factories.submitted(cast.writer, citations=[one, two])
    factories.judge(review, cast.reviewer)
    workflow.request_changes(review, by=cast.reviewer, reason="Say for whom.")
    edit(review.article, cast.writer, citations=[two, one])
    workflow.resubmit(review, by=cast.writer)
    assert "claim_reconfirm" in codes(review)


def test_another_reference_more_changes_no_claim(cast: SimpleNamespace, codes: Codes) -> None:
    one = factories.source()
    review = factories.submitted(cast.writer, citations=[one])
    factories.judge(review, cast.reviewer)
    workflow.request_changes(review, by=cast.reviewer, reason="Say for whom.")
    edit(review.article, cast.writer, citations=[one, factories.source()])
    workflow.resubmit(review, by=cast.writer)
    assert codes(review) == {"quorum"}


def test_a_source_must_be_among_the_references(cast: SimpleNamespace) -> None:
    claim = factories.submitted(cast.writer).claims.first()
    refused(lambda: factories.check(claim, cast.reviewer, factories.source()), "source")
    assert not claim.checks.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"verdict": "perhaps"}, "choice"),
        ({"level": 6}, "choice"),
        ({"level": 0}, "choice"),
        ({"directness": ""}, "choice"),
        ({"read": "title"}, "choice"),
        ({"passage": " "}, "missing"),
        ({"locator": ""}, "missing"),
    ],
)
def test_a_check_says_all_that_it_must(fields: dict[str, Any], code: str, cast: SimpleNamespace) -> None:
    claim = factories.submitted(cast.writer).claims.first()
    source = Source.objects.get(citations__article=claim.review.article)
    refused(lambda: factories.check(claim, cast.reviewer, source, **fields), code)
    assert not claim.checks.exists()


def test_a_claim_that_changed(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    workflow.request_changes(review, by=cast.reviewer, reason="Say for whom.")
    edit(review.article, cast.writer, body=factories.BODY.replace("a third", "a half"))
    workflow.resubmit(review, by=cast.writer)
    assert codes(review) == {"claim_reconfirm", "quorum"}
    changed = review.claims.get(state=Claim.State.RECONFIRM)
    assert "a half" in changed.anchor["exact"]
    assert dossier.checks_in_force(changed) == []
    refused(sign(review, cast.reviewer), "claim_reconfirm")
    judging.reconfirm_claim(changed, by=cast.second)
    assert codes(review) == {"quorum"}
    assert [c.by for c in dossier.checks_in_force(changed)] == [cast.second]


def test_reconfirming_reads_no_source_anew(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    workflow.request_changes(review, by=cast.reviewer, reason="Say for whom.")
    edit(review.article, cast.writer, body=factories.BODY.replace("a third", "a half"))
    workflow.resubmit(review, by=cast.writer)
    changed = review.claims.get(state=Claim.State.RECONFIRM)
    Source.objects.filter(citations__article=review.article).update(title="Another paper altogether")
    judging.reconfirm_claim(changed, by=cast.second)
    loaded = dossier.load(review)
    (claim,) = [c for c in loaded.claims if c.pk == changed.pk]
    (copied,) = dossier.checks_in_force(claim)
    assert copied.by == cast.second
    assert dossier.passing([copied], loaded.policy) == []
    assert {"source_changed", "claim_unchecked"} <= codes(review)


def test_an_open_finding(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    finding = judging.add_finding(
        review, by=cast.reviewer, message="Too sure of itself.", quote="twelve weeks"
    )
    assert codes(review) == {"finding_open", "quorum"}
    refused(sign(review, cast.reviewer), "finding_open")
    refused(
        lambda: judging.dispose_finding(finding, by=cast.reviewer, disposition="accepted", reason=" "),
        "missing",
    )
    refused(
        lambda: judging.dispose_finding(finding, by=cast.reviewer, disposition="fixed", reason="x"),
        "disposition",
    )
    judging.dispose_finding(finding, by=cast.reviewer, disposition="sourced", reason="Table 2 says so.")
    assert codes(review) == {"quorum"}


def test_advice_stops_nothing(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    judging.add_finding(review, by=cast.reviewer, message="A shorter title?", severity="advise")
    assert codes(review) == {"quorum"}


@pytest.mark.parametrize("disposition", ["accepted", "sourced"])
def test_a_critical_finding_needs_two(disposition: str, cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer, body=DOSE)
    finding = review.findings.get(severity=Finding.Severity.CRITICAL)
    refused(lambda: judging.confirm_finding(finding, by=cast.second), "state")
    judging.dispose_finding(finding, by=cast.reviewer, disposition=disposition, reason="From the leaflet.")
    factories.judge(review, cast.reviewer)
    assert codes(review) == {"finding_unconfirmed", "quorum"}
    refused(sign(review, cast.reviewer), "finding_unconfirmed")
    refused(lambda: judging.confirm_finding(finding, by=cast.reviewer), "second_person")
    refused(lambda: judging.confirm_finding(finding, by=cast.editor), "permission")
    judging.confirm_finding(finding, by=cast.second)
    assert codes(review) == {"quorum"}
    # Another answer is another decision: the confirmation goes with the old one.
    judging.dispose_finding(finding, by=cast.second, disposition="accepted", reason="Otherwise put.")
    assert codes(review) == {"finding_unconfirmed", "quorum"}
    refused(lambda: judging.confirm_finding(finding, by=cast.second), "second_person")


def test_nobody_accepts_what_must_be_mended(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer)
    refused(
        lambda: judging.add_finding(review, by=cast.reviewer, message="Mend it.", severity="fix"), "severity"
    )
    finding = Finding.objects.create(
        review=review, edition=review.edition, rule="x", category="x", severity="fix", message="Mend it."
    )
    refused(
        lambda: judging.dispose_finding(finding, by=cast.lead, disposition="accepted", reason="No."), "fix"
    )
    refused(sign(review, cast.reviewer), "finding_open")


def test_housekeeping_is_asked_of_the_words_themselves(cast: SimpleNamespace) -> None:
    """However an edition came into review, a finding row that is missing lets nothing through."""
    review = factories.submitted(cast.writer)
    loaded = dossier.load(review)
    loaded.review.edition.__dict__["content"] = {**loaded.content, "authors": []}
    found = [r for r in missing_for(review, dossier=loaded) if r.code == "metadata.author"]
    assert stopping(found, Stops.SIGN_OFF) == found != []


def test_a_missing_disclaimer(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    attached = review.attachments.get()
    judging.detach_disclaimer(attached, by=cast.reviewer)
    assert codes(review) == {"disclaimer_missing", "quorum"}
    refused(sign(review, cast.reviewer), "disclaimer_missing")
    refused(lambda: judging.detach_disclaimer(attached, by=cast.reviewer), "state")
    judging.attach_disclaimer(review, by=cast.second, disclaimer=attached.disclaimer)
    assert codes(review) == {"quorum"}


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"topics": ["depression"]}, "crisis-support"),
        ({"body": factories.BODY + "<p>Ask before you combine it with TRAMADOL.</p>"}, "interactions"),
        ({"summary": "Walking and duloxetine."}, "do-not-stop-medicine"),
        ({"title": "Walking and St John’s wort"}, "interactions"),
    ],
)
def test_topics_and_words_ask_for_disclaimers(
    fields: dict[str, Any], key: str, cast: SimpleNamespace
) -> None:
    if "topics" in fields:
        fields = {"topics": [factories.topic(slug) for slug in fields["topics"]]}
    assert key in dossier.load(factories.submitted(cast.writer, **fields)).required_disclaimers


def test_a_waiver_needs_two(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    general = Disclaimer.objects.get(key="information-not-advice")
    refused(
        lambda: judging.waive_disclaimer(review, by=cast.reviewer, disclaimer=general, reason=" "), "missing"
    )
    waiver = judging.waive_disclaimer(review, by=cast.reviewer, disclaimer=general, reason="An obituary.")
    assert codes(review) == {"waiver_unconfirmed", "quorum"}
    refused(sign(review, cast.reviewer), "waiver_unconfirmed")
    refused(lambda: judging.confirm_waiver(waiver, by=cast.reviewer), "second_person")
    refused(lambda: judging.confirm_waiver(waiver, by=cast.writer), "permission")
    judging.confirm_waiver(waiver, by=cast.second)
    assert codes(review) == {"quorum"}
    refused(lambda: judging.confirm_waiver(waiver, by=cast.lead), "state")
    # Waiving anew asks for a second person anew.
    judging.waive_disclaimer(review, by=cast.second, disclaimer=general, reason="Said otherwise.")
    assert codes(review) == {"waiver_unconfirmed", "quorum"}


def test_a_disclaimer_with_newer_words(
    cast: SimpleNamespace, codes: Codes, new_policy: Callable[..., None]
) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    new_policy(("This article is general information.", "This article informs; it does not advise."))
    assert codes(review) == {"disclaimer_outdated", "quorum"}
    refused(sign(review, cast.reviewer), "disclaimer_outdated")
    attached = review.attachments.get()
    judging.attach_disclaimer(review, by=cast.reviewer, disclaimer=attached.disclaimer)
    assert codes(review) == {"quorum"}
    assert review.attachments.get(state=Attachment.State.ATTACHED).version.number == 2


def test_an_inline_disclaimer_stands_at_its_passage(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    general = Disclaimer.objects.get(key="information-not-advice")
    for quote, code in (("", "quote"), ("not in there", "quote"), ("What a daily walk", "quote")):
        refused(
            lambda quote=quote: judging.attach_disclaimer(
                review, by=cast.reviewer, disclaimer=general, placement="inline", quote=quote
            ),
            code,
        )
    refused(
        lambda: judging.attach_disclaimer(review, by=cast.reviewer, disclaimer=general, placement="margin"),
        "choice",
    )
    assert codes(review) == {"quorum"}  # the refusals took nothing off
    judging.attach_disclaimer(
        review,
        by=cast.reviewer,
        disclaimer=general,
        placement="inline",
        quote="Speak to a physiotherapist first.",
    )
    factories.sign(review, cast.reviewer)
    page = workflow.publish(review, by=cast.editor)
    assert page.html.index("physiotherapist first") < page.html.index("This article is general information")


# --- What stops a publication ------------------------------------------------------------------------


def test_no_signature_no_page(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    assert codes(review) == {"quorum"}
    assert stopping(missing_for(review), Stops.SIGN_OFF) == []
    factories.sign(review, cast.reviewer)
    assert codes(review) == set()
    workflow.publish(review, by=cast.editor)
    assert Publication.objects.get().edition == review.edition


@pytest.mark.parametrize(
    "fields",
    [
        {"topics": ["psychedelics"]},
        {"body": factories.BODY + "<p>Nobody was given Psilocybin.</p>"},
        {"title": "Walking and LSD"},
        {"summary": "Not about ketamine."},
    ],
    ids=["topic", "word in the text", "word in the title", "word in the summary"],
)
def test_high_risk_asks_for_two_people(fields: dict[str, Any], cast: SimpleNamespace, codes: Codes) -> None:
    if "topics" in fields:
        fields = {"topics": [factories.topic(slug) for slug in fields["topics"]]}
    review = factories.submitted(cast.writer, **fields)
    factories.judge(review, cast.reviewer, second=cast.second)
    assert review.tier == "high"
    factories.sign(review, cast.reviewer)
    assert codes(review) == {"quorum"}
    assert review.status == Review.Status.IN_REVIEW
    refused(
        lambda: workflow.sign_off(review, by=cast.reviewer, meaning=SignOff.Meaning.SECOND), "signed_already"
    )
    workflow.sign_off(review, by=cast.second, meaning=SignOff.Meaning.SECOND)
    assert codes(review) == set()
    assert workflow.publish(review, by=cast.editor).required_signatures == 2


@pytest.mark.parametrize("word", ["ketamines", "LSDs", "subketamine", "dmtx"])
def test_part_of_a_word_is_no_risk(word: str, cast: SimpleNamespace) -> None:
    assert factories.submitted(cast.writer, summary=f"About {word}.").tier == "standard"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"meaning": "fine by me"}, "meaning"),
        ({"interests": " "}, "interests"),
        ({"seen": "0" * 64}, "stale"),
    ],
)
def test_a_signature_says_all_that_it_must(fields: dict[str, Any], code: str, cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    given = {"meaning": SignOff.Meaning.ACCURATE, **fields}
    refused(lambda: workflow.sign_off(review, by=cast.reviewer, **given), code)
    assert not SignOff.objects.exists()


def test_a_signature_binds_to_what_was_shown(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    seen = dossier.load(review).signed_digest
    judging.add_finding(review, by=cast.second, message="A shorter title?", severity="advise")
    refused(
        lambda: workflow.sign_off(review, by=cast.reviewer, meaning=SignOff.Meaning.ACCURATE, seen=seen),
        "stale",
    )
    seen = dossier.load(review).signed_digest
    signed = workflow.sign_off(review, by=cast.reviewer, meaning=SignOff.Meaning.ACCURATE, seen=seen)
    assert signed.signed_digest == seen
