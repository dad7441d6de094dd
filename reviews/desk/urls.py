"""The desk's addresses. Whatever changes something is a POST to an address of its own."""

from __future__ import annotations

from django.urls import path

from reviews.desk import (
    alerts,
    assigning,
    changes,
    figures,
    independence,
    live,
    mail,
    queue,
    record,
    review,
    sign,
    used_by,
    words,
    workload,
)

app_name = "desk"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("workload/", workload.workload, name="workload"),
    path("figures/", figures.figures, name="figures"),
    path("live/", live.live, name="live"),
    path("mail/", mail.mail, name="mail"),
    path("mail/choose/", mail.choose, name="choose_mail"),
    path("mail/sent/", mail.sent, name="mail_sent"),
    path("disclaimers/", words.disclaimers, name="disclaimers"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
    path("alerts/<int:pk>/take/", alerts.take, name="take_alert"),
    path("alerts/<int:pk>/assign/", alerts.assign, name="assign_alert"),
    path("alerts/<int:pk>/decide/", alerts.decide, name="decide_alert"),
    path("alerts/<int:pk>/tell/", alerts.tell, name="tell_readers"),
    path("used-by/", used_by.used_by, name="used_by"),
    path("articles/<int:pk>/", live.article, name="article"),
    path("articles/<int:pk>/withdraw/", live.withdraw, name="withdraw"),
    path("articles/<int:pk>/retract/", live.retract, name="retract"),
    path("reviews/<int:pk>/", review.review, name="review"),
    path("reviews/<int:pk>/changes/", changes.changes, name="changes"),
    path("reviews/<int:pk>/sign/", sign.sign, name="sign"),
    path("reviews/<int:pk>/record/", record.record, name="record"),
    path("reviews/<int:pk>/record.json", record.record_file, name="record_file"),
    path("reviews/<int:pk>/claim/", assigning.claim, name="claim"),
    path("reviews/<int:pk>/release/", assigning.release, name="release"),
    path("reviews/<int:pk>/assign/", assigning.assign, name="assign"),
    path("reviews/<int:pk>/do/<slug:name>/", review.transition, name="transition"),
    path("reviews/<int:pk>/claims/add/", review.add_claim, name="add_claim"),
    path("reviews/<int:pk>/claims/<int:claim>/check/", review.check_claim, name="check_claim"),
    path("reviews/<int:pk>/claims/<int:claim>/dismiss/", review.dismiss_claim, name="dismiss_claim"),
    path("reviews/<int:pk>/claims/<int:claim>/reinstate/", review.reinstate_claim, name="reinstate_claim"),
    path("reviews/<int:pk>/claims/<int:claim>/reconfirm/", review.reconfirm_claim, name="reconfirm_claim"),
    path("reviews/<int:pk>/claims/<int:claim>/settle/", independence.settle, name="settle_claim"),
    path("reviews/<int:pk>/opinion/", independence.give_opinion, name="give_opinion"),
    path("reviews/<int:pk>/findings/add/", review.add_finding, name="add_finding"),
    path("reviews/<int:pk>/findings/<int:finding>/answer/", review.answer_finding, name="answer_finding"),
    path("reviews/<int:pk>/findings/<int:finding>/confirm/", review.confirm_finding, name="confirm_finding"),
    path("reviews/<int:pk>/disclaimers/attach/", review.attach_disclaimer, name="attach_disclaimer"),
    path("reviews/<int:pk>/disclaimers/waive/", review.waive_disclaimer, name="waive_disclaimer"),
    path(
        "reviews/<int:pk>/disclaimers/<int:attachment>/detach/",
        review.detach_disclaimer,
        name="detach_disclaimer",
    ),
    path(
        "reviews/<int:pk>/disclaimers/<int:attachment>/confirm/", review.confirm_waiver, name="confirm_waiver"
    ),
    path("reviews/<int:pk>/comments/add/", review.add_comment, name="add_comment"),
    path("reviews/<int:pk>/conflict/", review.declare_conflict, name="declare_conflict"),
    path("reviews/<int:pk>/signatures/<int:signature>/revoke/", review.revoke, name="revoke"),
]
