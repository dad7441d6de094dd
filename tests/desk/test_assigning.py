"""Who has a review: taking it, letting it go, giving it to somebody; and who is told why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.editing import save_draft
from reviews import assigning, audit, dossier, jobs, judging, workflow
from reviews.models import Review, Reviewer
from reviews.refusals import Refused
from tests import factories as f
from tests.desk.conftest import address, said

At = Callable[[User], Client]
QUEUE = "/desk/"


def last(review: Review) -> tuple[str, dict[str, object]]:
    event = review.events.latest("sequence")
    return event.action, event.facts


# --- The verbs --------------------------------------------------------------------------------------


def test_claiming_and_releasing(cast: SimpleNamespace, review: Review) -> None:
    assigning.claim(review, by=cast.reviewer)
    assert review.assignee == cast.reviewer
    assert last(review) == ("claim_review", {"assignee": cast.reviewer.pk, "name": "Rita Reviewer"})
    assigning.release(review, by=cast.reviewer)
    assert review.assignee is None
    assert last(review) == ("release_review", {"was": cast.reviewer.pk})
    assert audit.verify().ok


def test_a_second_click_is_harmless(cast: SimpleNamespace, review: Review) -> None:
    assigning.claim(review, by=cast.reviewer)
    before = review.events.count()
    assigning.claim(review, by=cast.reviewer)
    assigning.assign(review, by=cast.editor, to=cast.reviewer)
    assert review.events.count() == before
    assigning.release(review, by=cast.reviewer)
    assigning.release(review, by=cast.reviewer)
    assert review.events.count() == before + 1


def test_what_somebody_has_is_not_taken_from_them(cast: SimpleNamespace, review: Review) -> None:
    assigning.claim(review, by=cast.reviewer)
    with pytest.raises(Refused, match=r"^Rita Reviewer has this review already\.") as refusal:
        assigning.claim(review, by=cast.second)
    assert "taken" in refusal.value.codes
    review.refresh_from_db()
    assert review.assignee == cast.reviewer


@pytest.mark.parametrize("who", ["writer", "editor", "outsider"])
def test_only_reviewers_take_one(who: str, cast: SimpleNamespace, review: Review) -> None:
    with pytest.raises(Refused, match="Only medical reviewers"):
        assigning.claim(review, by=getattr(cast, who))


@pytest.mark.parametrize(
    ("who", "may"),
    [("reviewer", True), ("second", False), ("lead", True), ("editor", True), ("writer", False)],
)
def test_who_may_release(who: str, may: bool, cast: SimpleNamespace, review: Review) -> None:
    assigning.claim(review, by=cast.reviewer)
    if may:
        assigning.release(review, by=getattr(cast, who))
    else:
        with pytest.raises(Refused, match="Only who has a review"):
            assigning.release(review, by=getattr(cast, who))
    review.refresh_from_db()
    assert (review.assignee is None) is may


@pytest.mark.parametrize(
    ("who", "may"),
    [("editor", True), ("lead", True), ("reviewer", False), ("writer", False), ("outsider", False)],
)
def test_who_may_give_it_to_somebody(who: str, may: bool, cast: SimpleNamespace, review: Review) -> None:
    assigning.claim(review, by=cast.reviewer)
    if may:
        assigning.assign(review, by=getattr(cast, who), to=cast.second)
        assert last(review)[1] == {
            "was": cast.reviewer.pk, "assignee": cast.second.pk, "name": "Ravi Reviewer"
        }  # fmt: skip
    else:
        with pytest.raises(Refused, match="Only a managing editor or the medical lead"):
            assigning.assign(review, by=getattr(cast, who), to=cast.second)
    review.refresh_from_db()
    assert review.assignee == (cast.second if may else cast.reviewer)


def test_somebody_unfit_is_not_given_one(cast: SimpleNamespace, review: Review) -> None:
    judging.declare_conflict(review, by=cast.second, text="I advise the maker.")
    with pytest.raises(Refused, match=r"cannot be given to Ravi Reviewer.*declared a conflict"):
        assigning.assign(review, by=cast.editor, to=cast.second)
    with pytest.raises(Refused, match="Edgar Editor is no medical reviewer"):
        assigning.assign(review, by=cast.lead, to=cast.editor)
    review.refresh_from_db()
    assert review.assignee is None


def test_a_closed_review_is_left_alone(cast: SimpleNamespace, review: Review) -> None:
    assigning.claim(review, by=cast.reviewer)
    workflow.decline(review, by=cast.reviewer, reason="Not for us.")
    for act in (
        lambda: assigning.claim(review, by=cast.reviewer),
        lambda: assigning.release(review, by=cast.reviewer),
        lambda: assigning.assign(review, by=cast.editor, to=cast.second),
    ):
        with pytest.raises(Refused, match="This review is closed: the article is declined"):
            act()
    review.refresh_from_db()
    assert review.assignee == cast.reviewer  # the record keeps who had it


@pytest.mark.parametrize("status", Review.OPEN)
def test_it_is_possible_in_every_open_state_and_changes_nothing_signed(
    status: str, cast: SimpleNamespace
) -> None:
    made = {
        "in_review": lambda: f.submitted(cast.writer),
        "changes_requested": lambda: f.submitted(cast.writer),
        "signed_off": lambda: f.signed(cast.writer, cast.reviewer),
        "scheduled": lambda: f.scheduled(cast.writer, cast.reviewer, cast.editor),
    }[status]()
    if status == "changes_requested":
        workflow.request_changes(made, by=cast.reviewer, reason="Say in whom.")
    made.refresh_from_db()
    before = dossier.load(made).signed_digest
    assigning.claim(made, by=cast.lead)
    assigning.assign(made, by=cast.editor, to=cast.second)
    assigning.release(made, by=cast.second)
    assert made.status == status
    assert dossier.load(made).signed_digest == before


def test_others_who_fit_still_judge_and_sign(cast: SimpleNamespace, review: Review) -> None:
    assigning.claim(review, by=cast.reviewer)
    f.judge(review, cast.second)
    f.sign(review, cast.second)
    review.refresh_from_db()
    assert review.status == Review.Status.SIGNED_OFF
    assert review.assignee == cast.reviewer


def run_jobs() -> None:
    """Until nothing is due: each mail is a job of its own."""
    while jobs.run_due():
        pass


def test_whoever_is_given_one_gets_a_message(cast: SimpleNamespace, review: Review) -> None:
    run_jobs()
    mail.outbox.clear()
    assigning.assign(review, by=cast.editor, to=cast.second)
    run_jobs()
    (message,) = mail.outbox
    assert message.to == [cast.second.email]
    assert "was given to you to review" in message.subject
    assert f"/desk/reviews/{review.pk}/" in message.body
    mail.outbox.clear()
    assigning.release(review, by=cast.second)
    assigning.claim(review, by=cast.reviewer)
    run_jobs()
    assert mail.outbox == []


# --- Who fits ---------------------------------------------------------------------------------------


def only(user: User, *slugs: str) -> None:
    Reviewer.objects.get(user=user).specialties.set([f.topic(slug) for slug in slugs])


def degrees(user: User, words: str) -> None:
    Reviewer.objects.filter(user=user).update(credentials=words)


def why_not(review: Review, user: User) -> tuple[str, ...]:
    return next(c.why_not for c in assigning.candidates(review) if c.person == user)


def test_candidates_say_why_not_and_what_they_have(cast: SimpleNamespace) -> None:
    risky = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    others = [f.submitted(cast.writer) for _ in range(2)]
    for other in others:
        assigning.claim(other, by=cast.reviewer)
    workflow.decline(others[0], by=cast.reviewer, reason="Not for us.")
    only(cast.second, "chronic-pain")
    degrees(cast.lead, "PhD, MDiv")
    retired = f.reviewer("rosa", name="Rosa Retired", qualified_until=dt.date(2020, 1, 1))
    gone = f.reviewer("gus", name="Gus Gone")
    gone.groups.clear()
    found = {c.name: c for c in assigning.candidates(risky)}
    assert next(iter(found)) == "Rita Reviewer"
    assert found["Rita Reviewer"].fits
    assert found["Rita Reviewer"].load == 1
    assert found["Ravi Reviewer"].why_not == (
        "Ravi Reviewer reviews other topics than those of this article: Chronic pain.",
    )
    assert "needs one of these degrees: MD, " in found["Lena Lead"].why_not[0]
    assert found["Rosa Retired"].why_not == ("The qualification of Rosa Retired does not hold today.",)
    assert found["Gus Gone"].why_not == ("Gus Gone is no medical reviewer at present.",)
    assert retired and not found["Rosa Retired"].fits


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("MD", True), ("md", True), ("M.D., FRCP", True), ("FRCP, MB  ChB", True), ("MD/PhD", True),
        ("PharmD", True), ("PhD", False), ("MDiv", False), ("CMD", False), ("MB", False), ("ChB", False),
    ],
)  # fmt: skip
def test_a_degree_is_a_whole_word(words: str, fits: bool, cast: SimpleNamespace) -> None:
    risky = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    degrees(cast.reviewer, words)
    assert (why_not(risky, cast.reviewer) == ()) is fits


def test_a_tier_that_asks_for_no_degree_takes_any(cast: SimpleNamespace, review: Review) -> None:
    degrees(cast.reviewer, "BSc")
    assert why_not(review, cast.reviewer) == ()
    f.judge(review, cast.reviewer)


@pytest.mark.parametrize(
    ("slugs", "fits"), [((), True), (("psychedelics", "sleep"), True), (("sleep",), False)]
)
def test_one_topic_in_common_is_enough(slugs: tuple[str, ...], fits: bool, cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics"), f.topic("chronic-pain")])
    only(cast.reviewer, *slugs)
    assert (why_not(review, cast.reviewer) == ()) is fits


def test_the_edition_s_topics_count_not_the_draft_s(cast: SimpleNamespace, review: Review) -> None:
    only(cast.reviewer, "sleep")
    review.article.topics.add(f.topic("sleep"))
    assert why_not(review, cast.reviewer)


@pytest.mark.parametrize("fault", ["specialty", "credential"])
def test_the_same_faults_stop_judging_and_signing(fault: str, cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    f.judge(review, cast.reviewer, second=cast.second)
    if fault == "specialty":
        only(cast.lead, "sleep")
    else:
        degrees(cast.lead, "PhD")
    for act in (
        lambda: assigning.claim(review, by=cast.lead),
        lambda: judging.add_finding(review, by=cast.lead, message="Say in whom."),
        lambda: workflow.sign_off(review, by=cast.lead, meaning="accurate"),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.codes == (f"signer_{fault}",)


@pytest.mark.parametrize("fault", ["specialty", "credential"])
def test_a_signature_stops_counting_with_the_fit_of_who_gave_it(fault: str, cast: SimpleNamespace) -> None:
    topics = [f.topic("psychedelics")]
    review = f.signed(cast.writer, cast.reviewer, cast.second, topics=topics)
    if fault == "specialty":
        only(cast.second, "sleep")
    else:
        degrees(cast.second, "PhD")
    with pytest.raises(Refused) as refusal:
        workflow.publish(review, by=cast.editor)
    assert "Ravi Reviewer" in refusal.value.sentence


def test_candidates_cost_the_same_whatever_their_number(cast: SimpleNamespace, review: Review) -> None:
    def price() -> int:
        with CaptureQueriesContext(connection) as queries:
            assigning.candidates(review)
        return len(queries)

    few = price()
    for n in range(20):
        only(f.reviewer(f"more{n}"), "sleep", "chronic-pain")
    assert price() == few


# --- The desk's own doors ---------------------------------------------------------------------------


def test_taking_it_on_its_page(cast: SimpleNamespace, at: At, review: Review) -> None:
    client = at(cast.reviewer)
    assert "Nobody has this review yet." in said(client.get(address("review", review)))
    assert "Take this review" in said(client.get(address("review", review)))
    response = client.post(address("claim", review))
    assert response["Location"] == f"{address('review', review)}#assignee"
    html = said(client.get(address("review", review)))
    assert "You have this review." in html
    assert "Release it" in html
    assert "took it to review" in html
    other = said(at(cast.second).get(address("review", review)))
    assert "<b>Rita Reviewer</b> has this review." in other
    assert "Take this review" not in other
    assert "Release it" not in other
    client.post(address("release", review))
    review.refresh_from_db()
    assert review.assignee is None


def test_a_refusal_is_told_on_the_page(cast: SimpleNamespace, at: At, review: Review) -> None:
    assigning.claim(review, by=cast.reviewer)
    response = at(cast.second).post(address("claim", review))
    assert response.status_code == 409
    assert "Rita Reviewer has this review already." in said(response)
    response = at(cast.writer).post(address("claim", review))
    assert response.status_code == 403
    assert "Only medical reviewers" in said(response)


def test_the_reader_is_told_why_they_do_not_fit(cast: SimpleNamespace, at: At, review: Review) -> None:
    only(cast.reviewer, "sleep")
    html = said(at(cast.reviewer).get(address("review", review)))
    assert "Rita Reviewer reviews other topics than those of this article: Sleep." in html
    assert "Take this review" not in html
    queue = said(at(cast.reviewer).get(QUEUE))
    assert "Not for you" in queue
    assert "Rita Reviewer reviews other topics" in queue
    assert "Take it" not in queue


def test_giving_it_to_somebody(cast: SimpleNamespace, at: At, review: Review) -> None:
    only(cast.second, "sleep")
    editor, where = at(cast.editor), address("review", review)
    html = said(editor.get(where))
    assert f'href="{where}?open=assign#assignee"' in html
    assert "Who shall judge it" not in html
    html = said(editor.get(f"{where}?open=assign"))
    assert f'<option value="{cast.reviewer.pk}">Rita Reviewer, MD, FRCP (0 open)</option>' in html
    assert f'<option value="{cast.second.pk}"' not in html
    assert "<b>Ravi Reviewer</b> (0 open) Ravi Reviewer reviews other topics" in html
    response = editor.post(address("assign", review), {"to": cast.reviewer.pk})
    assert response.status_code == 302
    review.refresh_from_db()
    assert review.assignee == cast.reviewer
    assert "<strong>Edgar Editor</strong> gave it to Rita Reviewer" in said(editor.get(where))


@pytest.mark.parametrize("to", ["", "x", "0", "-1", "99999", "9" * 40, "\x00"])
def test_giving_it_to_nobody_in_particular(to: str, cast: SimpleNamespace, at: At, review: Review) -> None:
    response = at(cast.editor).post(address("assign", review), {"to": to})
    assert response.status_code == 422
    assert "Choose who shall judge it." in said(response)
    assert "Rita Reviewer, MD, FRCP" in said(response)


def test_somebody_unfit_by_a_forged_form(cast: SimpleNamespace, at: At, review: Review) -> None:
    only(cast.second, "sleep")
    response = at(cast.editor).post(address("assign", review), {"to": cast.second.pk})
    assert response.status_code == 422
    assert "This review cannot be given to Ravi Reviewer." in said(response)
    response = at(cast.reviewer).post(address("assign", review), {"to": cast.reviewer.pk})
    assert response.status_code == 403


def test_a_reviewer_sees_no_list_of_people(cast: SimpleNamespace, at: At, review: Review) -> None:
    html = said(at(cast.reviewer).get(f"{address('review', review)}?open=assign"))
    assert "Who shall judge it" not in html


def test_taking_it_in_the_queue_and_staying_there(cast: SimpleNamespace, at: At, review: Review) -> None:
    client, here = at(cast.reviewer), f"{QUEUE}?due=week&page=1"
    html = said(client.get(here))
    assert '<input type="hidden" name="next" value="/desk/?due=week&amp;page=1">' in html
    assert f'formaction="{address("claim", review)}"' in html
    response = client.post(address("claim", review), {"next": here})
    assert response["Location"] == here
    html = said(client.get(here))
    assert f"“{review.edition.title}”: It is yours to review now." in html
    assert f'formaction="{address("release", review)}"' in html
    assert 'name="next"' in said(at(cast.second).get(here))
    refused = at(cast.second).post(address("claim", review), {"next": here})
    assert refused.status_code == 409
    assert "Rita Reviewer has this review already." in said(refused)
    assert 'href="/desk/?due=week&amp;page=1"' in said(refused)


@pytest.mark.parametrize(
    "where",
    ["https://evil.example/desk/", "//evil.example/desk/", "/admin/", "javascript:alert(1)", "/desk/../admin/",
     "\\\\evil.example/desk/", "/desk/\n?x"],
)  # fmt: skip
def test_next_leads_nowhere_else(where: str, cast: SimpleNamespace, at: At, review: Review) -> None:
    response = at(cast.reviewer).post(address("claim", review), {"next": where})
    assert response["Location"] == f"{address('review', review)}#assignee"


@pytest.mark.parametrize("name", ["claim", "release", "assign"])
def test_the_addresses_take_forms_from_those_with_a_role(
    name: str, cast: SimpleNamespace, at: At, review: Review, client: Client
) -> None:
    where = address(name, review)
    assert at(cast.lead).get(where).status_code == 405
    assert at(cast.outsider).post(where).status_code == 403
    response = client.post(where)
    assert response["Location"] == f"{reverse('login')}?next={address('review', review)}"
    assert at(cast.lead).post(reverse(f"desk:{name}", args=[99999])).status_code == 404
    review.refresh_from_db()
    assert review.assignee is None


def test_the_queue_offers_what_the_verb_allows(cast: SimpleNamespace, at: At) -> None:
    """The queue reads many reviews at once; its answer is the one that the verb gives."""
    plain, risky = f.submitted(cast.writer), f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    declared, theirs, mine = (f.submitted(cast.writer) for _ in range(3))
    judging.declare_conflict(declared, by=cast.reviewer, text="I advise the maker.")
    assigning.claim(theirs, by=cast.second)
    assigning.claim(mine, by=cast.reviewer)
    for group in ("Writer", "Medical reviewer"):
        cast.reviewer.groups.add(Group.objects.get(name=group))
    own = f.submitted(User.objects.get(pk=cast.reviewer.pk))
    by_line = f.submitted(cast.writer, authors=[cast.writer, cast.reviewer])
    degrees(cast.reviewer, "PhD")
    found = {r.review.pk: r.taking for r in at(cast.reviewer).get(QUEUE).context["rows"]}
    expected = {
        plain: "claim", mine: "release", theirs: None, risky: "degrees", declared: "conflict",
        own: "helped to write", by_line: "helped to write",
    }  # fmt: skip
    for review, answer in expected.items():
        taking = found[review.pk]
        if answer is None:
            assert taking is None
        elif answer in ("claim", "release"):
            assert (taking.action, taking.why_not) == (answer, "")
        else:
            assert taking.action == ""
            assert answer in taking.why_not
            with pytest.raises(Refused) as refusal:
                assigning.claim(review, by=cast.reviewer)
            assert taking.why_not in refusal.value.sentence
    assert {r.taking for r in at(cast.editor).get(QUEUE).context["rows"]} == {None}


def test_what_somebody_wrote_before_the_last_published_edition_bars_them_no_more(
    cast: SimpleNamespace, at: At
) -> None:
    cast.second.groups.add(Group.objects.get(name="Writer"))
    article = f.draft(cast.writer)
    save_draft(
        article, by=User.objects.get(pk=cast.second.pk), version=article.version, summary="A shorter summary."
    )
    review = workflow.submit(article, by=cast.writer)
    taking = at(cast.second).get(QUEUE).context["rows"][0].taking
    assert "helped to write" in taking.why_not
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    workflow.publish(review, by=cast.editor)
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=article.version, summary="Shorter still.")
    article.refresh_from_db()
    workflow.submit(article, by=cast.writer)
    assert at(cast.second).get(QUEUE).context["rows"][0].taking.action == "claim"


# --- Alerts -----------------------------------------------------------------------------------------


def test_an_alert_is_kept_until_the_review_is_submitted_anew(cast: SimpleNamespace, at: At) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    workflow.schedule(review, by=cast.editor, at=timezone.now() + dt.timedelta(hours=1))
    Review.objects.filter(pk=review.pk).update(scheduled_for=timezone.now() - dt.timedelta(minutes=1))
    degrees(cast.reviewer, "BSc")
    Reviewer.objects.filter(user=cast.reviewer).update(qualified_until=dt.date(2020, 1, 1))
    assert workflow.publish_scheduled(review) is None
    review.refresh_from_db()
    assert review.alert.startswith("Not published at its hour.")
    html = said(at(cast.editor).get(address("review", review)))
    assert "Reopened by an alert.</strong> Not published at its hour." in html
    assert "Reopened by an alert: Not published at its hour." in said(at(cast.editor).get(QUEUE))
    workflow.request_changes(review, by=cast.second, reason="Say in whom.")
    review.refresh_from_db()
    assert review.alert
    article = review.article
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=article.version, summary="Another summary.")
    workflow.resubmit(review, by=cast.writer)
    review.refresh_from_db()
    assert review.alert == ""


def test_a_person_who_reopens_sets_no_alert_and_closing_clears_one(cast: SimpleNamespace) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    workflow.reopen(review, by=cast.reviewer, reason="Look again.")
    review.refresh_from_db()
    assert review.alert == ""
    Review.objects.filter(pk=review.pk).update(alert="A source was retracted.")
    workflow.decline(review, by=cast.reviewer, reason="Not for us.")
    review.refresh_from_db()
    assert review.alert == ""
