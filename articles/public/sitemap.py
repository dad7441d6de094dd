"""What search engines may read, and where it is: sitemaps (sitemaps.org, protocol 0.9) and robots.txt.

`/sitemap-0.xml` has the pages of the site and its topics; `/sitemap-<n>.xml` the live articles whose numbers
are the n-th ten thousand. So no file has more addresses than that, each is one walk along an index, and an
article stays in its file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import F, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from articles.models import Notice, Publication, Topic
from articles.overdue import not_overdue
from articles.public.addresses import SITEMAP
from articles.public.structured import moment

_LAST = 10**9
_START = '<?xml version="1.0" encoding="UTF-8"?>\n<{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
_LIVE = Q(status=Publication.Status.LIVE)
Place = tuple[str, dt.datetime | None]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every sitemap, with the hour at which something in it was last published or told."""
    block = (F("article_id") - 1) / SITEMAP
    listed = dict(_listed().order_by().values_list(block).annotate(Max("published_at")))
    told = dict(_told().order_by().values_list(block).annotate(Max("at")))
    places: list[Place] = [(_address(0), _changed())]
    for number, published in sorted(listed.items()):
        places.append((_address(number + 1), max(published, told.get(number, published))))
    return _xml("sitemapindex", "sitemap", places)


@require_safe
def page(request: HttpRequest, number: int) -> HttpResponse:
    """One sitemap. 404 where nothing would stand in it."""
    if number > _LAST:
        raise Http404
    places = _articles(number) if number else _pages()
    if not places:
        raise Http404
    return _xml("urlset", "url", places)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Which addresses robots may ask for. The words are in the template, to be changed there."""
    found = {"sitemap": settings.SITE_URL + reverse("public:sitemap")}
    return render(request, "robots.txt", found, content_type="text/plain; charset=utf-8")


def _pages() -> list[Place]:
    newest = Max("publications__published_at", filter=Q(publications__status=Publication.Status.LIVE))
    topics = Topic.objects.annotate(newest=newest).filter(newest__isnull=False).order_by("slug")
    found = [(reverse("public:topic", args=[slug]), at) for slug, at in topics.values_list("slug", "newest")]
    plain = ("topics", "how_we_review", "check_page", "corrections")
    own = [(reverse("public:home"), _changed()), *((reverse(f"public:{name}"), None) for name in plain)]
    return [*own, *found][:SITEMAP]


def _articles(number: int) -> list[Place]:
    among = Q(article_id__gt=(number - 1) * SITEMAP, article_id__lte=number * SITEMAP)
    told = dict(_told().filter(among).order_by().values_list("article_id").annotate(Max("at")))
    rows = _listed().filter(among).order_by("article_id").values_list("article_id", "slug", "published_at")
    # Asked for ten thousand times, `reverse` would take longer than all the rest.
    before, _, after = reverse("public:article", args=["-"]).rpartition("-")
    return [
        (f"{before}{slug}{after}", max(published, told.get(pk, published))) for pk, slug, published in rows
    ]


def _changed() -> dt.datetime | None:
    """When anything that is live was published last."""
    newest: dt.datetime | None = Publication.objects.filter(_LIVE).aggregate(at=Max("published_at"))["at"]
    return newest


def _listed() -> QuerySet[Publication]:
    return Publication.objects.filter(_LIVE, not_overdue())


def _told() -> QuerySet[Notice]:
    """What readers were told on pages that are live."""
    return Notice.objects.filter(publication__status=Publication.Status.LIVE)


def _address(number: int) -> str:
    return reverse("public:sitemap_page", args=[number])


def _xml(root: str, tag: str, places: Iterable[Place]) -> HttpResponse:
    parts = [_START.format(root)]
    for path, changed in places:
        at = f"<lastmod>{moment(changed)}</lastmod>" if changed else ""
        parts.append(f"<{tag}><loc>{escape(settings.SITE_URL + path)}</loc>{at}</{tag}>\n")
    parts.append(f"</{root}>\n")
    answer = HttpResponse("".join(parts), content_type="application/xml; charset=utf-8")
    # What was taken down is gone at the next look.
    answer["Cache-Control"] = "no-cache"
    return answer
