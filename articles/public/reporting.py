"""“Report a problem with this page”: a form for readers, without account, cookie or script."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from articles.models import Publication, ReaderReport
from articles.public import stamps
from articles.public.current import current_at
from articles.public.senders import sender
from articles.reporting import (
    AN_HOUR,
    LONGEST_PASSAGE,
    LONGEST_TEXT,
    NotLive,
    TooMany,
    kept,
    plain,
    report,
)

_WRONG_STAMP = "We could not tell which page this form belongs to. Please look it over and send it again."
_TOO_OLD = "This form had been open for more than a day. Please look it over and send it again."
_TOO_FAST = "That was faster than anybody can write. Please send it again."
_TRAP = "A field that people do not see was filled in, perhaps by your browser. Please send it again."
_FOREIGN = "This form was sent from another site. If it was you who wrote this, please send it from here."


def _errors(sentence: str, *codes: str) -> dict[str, str]:
    return dict.fromkeys(codes, sentence)


class Report(forms.Form):
    """What a reader may send. It is given as plain text."""

    kind = forms.ChoiceField(
        choices=ReaderReport.Kind,
        error_messages=_errors("Choose what kind of problem it is.", "required", "invalid_choice"),
    )
    passage = forms.CharField(
        required=False,
        max_length=LONGEST_PASSAGE,
        error_messages=_errors(
            f"This is longer than {LONGEST_PASSAGE:,} characters. Quote only the words that are wrong.",
            "max_length",
        ),
    )
    text = forms.CharField(
        max_length=LONGEST_TEXT,
        error_messages={
            "required": "Tell us what is wrong.",
            "max_length": f"This is longer than {LONGEST_TEXT:,} characters. Please shorten it.",
        },
    )
    email = forms.EmailField(
        required=False,
        max_length=254,
        error_messages=_errors(
            "This is not an e-mail address. Correct it, or leave it empty.", "invalid", "max_length"
        ),
    )


@csrf_exempt  # `stamps` says why
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def form(request: HttpRequest, slug: str) -> HttpResponse:
    """The form about a live article, and what is sent with it; sent and taken, on to the thanks."""
    page = _page_at(slug)
    if page.status != Publication.Status.LIVE:
        return _closed(request, page)
    if page.slug != slug and request.method != "POST":
        return HttpResponsePermanentRedirect(reverse("public:report", args=[page.slug]))
    if request.method != "POST":
        return _show(request, page, Report())
    return _take(request, page)


@require_safe
@cache_control(no_store=True)
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens next."""
    page = _page_at(slug)
    if page.status != Publication.Status.LIVE:
        return _closed(request, page)
    return render(request, "articles/report_thanks.html", {"publication": page, "kept": kept()})


def _take(request: HttpRequest, page: Publication) -> HttpResponse:
    filled = Report({name: plain(str(value)) for name, value in request.POST.items()})
    try:
        stamp = stamps.read(request.POST.get("stamp", ""), article=page.article_id)
    except stamps.BadStamp:
        return _show(request, page, filled, problem=_WRONG_STAMP)
    if stamp.is_too_old():
        return _show(request, page, filled, problem=_TOO_OLD)
    if not filled.is_valid():
        return _show(request, page, filled, stamp)
    for refused, sentence in (
        (request.headers.get("Sec-Fetch-Site") == "cross-site", _FOREIGN),
        (request.POST.get("website"), _TRAP),
        (stamp.is_too_young(), _TOO_FAST),
    ):
        if refused:
            return _show(request, page, filled, stamp, problem=sentence)
    words = filled.cleaned_data
    try:
        report(
            **words,
            article=stamp.article,
            edition=stamp.edition,
            address=sender(request),
            key=stamp.key(words.values()),
        )
    except TooMany as refusal:
        return _show(request, page, filled, stamp, problem=refusal.sentence, status=429)
    except NotLive:
        return _closed(request, page)
    return redirect("public:report_thanks", page.slug)


def _show(
    request: HttpRequest,
    page: Publication,
    filled: Report,
    stamp: stamps.Stamp | None = None,
    *,
    problem: str = "",
    status: int = 422,
) -> HttpResponse:
    """The form: empty, or as it was sent with what is wrong about it. It keeps the stamp if that is good."""
    context = {
        "publication": page,
        "form": filled,
        "kinds": ReaderReport.Kind.choices,
        "stamp": stamp or stamps.make(article=page.article_id, edition=page.edition.number),
        "problem": problem,
        "kept": kept(),
        "longest_text": LONGEST_TEXT,
        "longest_passage": LONGEST_PASSAGE,
    }
    answer = render(
        request, "articles/report.html", context, status=status if problem or filled.errors else 200
    )
    if status == 429:
        answer["Retry-After"] = str(int(AN_HOUR.total_seconds()))
    return answer


def _closed(request: HttpRequest, page: Publication) -> HttpResponse:
    return render(request, "articles/report_closed.html", {"publication": page}, status=410)


def _page_at(slug: str) -> Publication:
    """The live publication of the article that was ever at this address, or else the one that ended last."""
    pages = current_at(slug).select_related("edition")
    page = pages.only("article", "edition", "status", "slug", "title", "edition__number").first()
    if page is None or page.status == Publication.Status.SUPERSEDED:
        raise Http404
    return page
