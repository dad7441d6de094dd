"""Taking a live page down from the desk."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from articles.models import Notice, Publication
from reviews.models import SignOff
from tests import factories as f
from tests.desk.conftest import said
from tests.desk.posts import page as review_page

At = Callable[[User], Client]


@pytest.fixture
def live(cast: SimpleNamespace) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor)


def url(name: str, live: Publication) -> str:
    return reverse(f"desk:{name}", args=[live.article_id])


@pytest.mark.parametrize("who", ["editor", "lead"])
@pytest.mark.parametrize(("name", "status"), [("withdraw", "withdrawn"), ("retract", "retracted")])
def test_by_those_who_may(
    name: str, status: str, who: str, cast: SimpleNamespace, at: At, live: Publication
) -> None:
    client = at(getattr(cast, who))
    review = SignOff.objects.get().review
    for where in (url("article", live), review_page(review)):
        assert f'action="{url(name, live)}"' in client.get(where).content.decode()
    fields = {"reason": "A dose was wrong.", "kind": "retraction"}
    response = client.post(url(name, live), fields, follow=True)
    assert "A dose was wrong." in said(response)
    live.refresh_from_db()
    assert live.status == status
    assert Notice.objects.get().text == "A dose was wrong."
    assert client.post(url(name, live), fields).status_code == 409
    assert Notice.objects.count() == 1


@pytest.mark.parametrize("who", ["writer", "colleague", "reviewer", "outsider"])
@pytest.mark.parametrize("name", ["withdraw", "retract"])
def test_not_by_others(name: str, who: str, cast: SimpleNamespace, at: At, live: Publication) -> None:
    client = at(getattr(cast, who))
    response = client.post(url(name, live), {"reason": "A dose was wrong.", "kind": "retraction"})
    assert response.status_code == 403
    assert f'action="{url(name, live)}"' not in client.get(url("article", live)).content.decode()
    live.refresh_from_db()
    assert live.status == "live"


@pytest.mark.parametrize("reason", ["", " \n ", "x\x00", "x" * 6000])
@pytest.mark.parametrize("name", ["withdraw", "retract"])
def test_bad_reasons(name: str, reason: str, cast: SimpleNamespace, at: At, live: Publication) -> None:
    response = at(cast.editor).post(url(name, live), {"reason": reason, "kind": "removal"})
    assert response.status_code == 422
    live.refresh_from_db()
    assert live.status == "live"


@pytest.mark.parametrize("kind", ["", "correction", "whatever", "\x00"])
def test_bad_kinds_keep_the_reason(kind: str, cast: SimpleNamespace, at: At, live: Publication) -> None:
    response = at(cast.editor).post(url("retract", live), {"reason": "A dose was wrong.", "kind": kind})
    assert response.status_code == 422
    assert "A dose was wrong.</textarea>" in said(response)


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
@pytest.mark.parametrize("name", ["withdraw", "retract"])
def test_only_by_posting(name: str, method: str, cast: SimpleNamespace, at: At, live: Publication) -> None:
    assert getattr(at(cast.editor), method)(url(name, live)).status_code == 405


@pytest.mark.parametrize("number", [0, 99999, 10**25])
def test_no_such_article(number: int, cast: SimpleNamespace, at: At) -> None:
    client = at(cast.editor)
    assert client.get(reverse("desk:article", args=[number])).status_code == 404
    assert client.post(reverse("desk:withdraw", args=[number]), {"reason": "No."}).status_code == 404


def test_an_article_never_published(cast: SimpleNamespace, at: At) -> None:
    article = f.draft(cast.writer)
    client = at(cast.editor)
    assert "was ever published" in said(client.get(reverse("desk:article", args=[article.pk])))
    response = client.post(reverse("desk:withdraw", args=[article.pk]), {"reason": "No."})
    assert response.status_code == 409
    assert "nothing of this article is live" in said(response)


def test_a_withdrawn_page_can_still_be_retracted(cast: SimpleNamespace, at: At, live: Publication) -> None:
    client = at(cast.editor)
    client.post(url("withdraw", live), {"reason": "Under inquiry."})
    html = said(client.get(url("article", live)))
    assert "Withdraw the page:</strong> The page is withdrawn." in html
    assert (
        client.post(url("retract", live), {"reason": "Confirmed.", "kind": "retraction"}).status_code == 302
    )
