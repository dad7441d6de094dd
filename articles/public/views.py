"""The article: its live page, a notice in the place of one that was taken down, and nothing else."""

from __future__ import annotations

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles import readership, statements
from articles.downloads import FORMATS, references_file
from articles.models import Publication
from articles.public import frame, gone, leading
from articles.public.current import current_at
from articles.sources.works import work_from

_LIVE = Publication.Status.LIVE

# One indexed row, with the links to what is live among the articles it leads to.
_FROM = f"""
  FROM articles_page page
  JOIN articles_publication publication ON publication.id = page.publication_id
  {leading.JOINS}
 WHERE page.slug = %s AND publication.status = 'live'
"""
_TAG = f"SELECT {leading.COLUMNS}, page.etag, publication.review_due < %s {_FROM}"
_PAGE = f"""
SELECT {leading.COLUMNS},
       page.article_id, page.etag, publication.review_due < %s, publication.review_due, publication.locale,
       publication.title, page.head, page.above, publication.html, page.below {_FROM}"""


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """What readers have of the article that was ever at this address: its stored page, or what became of it.

    The stored page was built from cleaned text when it was published, and the database refuses to change
    its article since; `manage.py verify` compares it with the log. One query, or two small ones for a reader
    whose copy is old, and one more for a part of a series; the others for what is no longer live.
    """
    today = timezone.localdate().isoformat()
    if "HTTP_IF_NONE_MATCH" in request.META and (tag := statements.row(_TAG, [today, slug])):
        *leads, etag, overdue = tag
        if same := frame.unchanged(request, _etag(etag, overdue, leading.around(*leads))):
            return same
    found = statements.row(_PAGE, [today, slug])
    if found is None:
        return _not_live(request, slug)
    *leads, number, etag, overdue, due, lang, title, head, above, html, below = found
    readership.count(number, request.META)
    around = leading.around(*leads)
    if overdue:
        head += '<meta name="robots" content="noindex">'
        above = render_to_string("components/overdue.html", {"review_due": due}) + above
    main = "".join((above, around.above, html, below, around.below))
    page = frame.framed(lang=lang, title=title, head=head, main=main, section=frame.STORED)
    return frame.answer(request, page, etag=_etag(etag, overdue, around))


def _etag(page: str, overdue: bool, around: leading.Around) -> str:
    found = f"{page}{around.digest}{'-overdue' if overdue else ''}"
    return frame.etag_of(found, section=frame.STORED)


def _not_live(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the article moved to, the notice in its place, or 404."""
    page = current_at(slug).first()
    if page is None or page.status == Publication.Status.SUPERSEDED:
        raise Http404
    if page.slug != slug:
        return gone.moved("public:article", page.slug)
    if page.status == _LIVE:  # its row is missing: `render_pages` and every `migrate` make it anew
        raise Http404
    if page.status == Publication.Status.WITHDRAWN:
        return gone.withdrawn(request, page)
    return gone.retracted(request, page, last=page.notices.order_by("-at", "-pk").first())


@require_safe
def references(request: HttpRequest, slug: str, ending: str) -> HttpResponse:
    """The references of a live article, as they were signed: RIS, BibTeX or CSL-JSON.

    Of what is no longer live, the same as at the article's own address.
    """
    if ending not in FORMATS:
        raise Http404
    page = Publication.objects.filter(status=_LIVE, slug=slug).select_related("edition").first()
    if page is None:
        return _not_live(request, slug)
    cited = page.edition.content["references"]
    return references_file((work_from(one["record"]) for one in cited), name=slug, ending=ending)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 with the word “ok” when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
