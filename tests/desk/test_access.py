"""The door: who comes in, and what everybody else is told."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from reviews.models import PolicyVersion, Review
from tests import factories as f
from tests.desk.conftest import address, said

At = Callable[[User], Client]
PAGES = ("queue", "live", "review", "changes", "sign", "article")


def url(name: str, review: Review) -> str:
    return {
        "queue": reverse("desk:queue"),
        "live": reverse("desk:live"),
        "article": reverse("desk:article", args=[review.article_id]),
    }.get(name) or address(name, review)


@pytest.mark.parametrize("name", PAGES)
def test_pages(name: str, cast: SimpleNamespace, at: At, review: Review, client: Client) -> None:
    where = url(name, review)
    anonymous = client.get(where)
    assert anonymous.status_code == 302
    assert anonymous["Location"] == f"{reverse('login')}?next={where}"
    for who in ("writer", "colleague", "reviewer", "second", "lead", "editor"):
        response = at(getattr(cast, who)).get(where)
        assert response.status_code == 200, who
        assert response["Cache-Control"] == "no-store, private"
    refused = at(cast.outsider).get(where)
    assert refused.status_code == 403
    assert "Your account has no access to the desk." in said(refused)
    assert at(cast.reviewer).head(where).status_code == 200


@pytest.mark.parametrize("name", ["queue", "live", "review", "changes", "article"])
def test_pages_are_only_read(name: str, cast: SimpleNamespace, at: At, review: Review) -> None:
    response = at(cast.lead).post(url(name, review))
    assert response.status_code == 405
    assert "can only be read" in said(response)


@pytest.mark.parametrize("name", ["review", "changes", "sign"])
@pytest.mark.parametrize("number", [0, 99999, 10**25])
def test_no_such_review(name: str, number: int, cast: SimpleNamespace, at: At) -> None:
    response = at(cast.lead).get(reverse(f"desk:{name}", args=[number]))
    assert response.status_code == 404
    assert "There is no" in said(response)


def test_the_header_says_who_you_are(cast: SimpleNamespace, at: At) -> None:
    html = said(at(cast.reviewer).get(reverse("desk:queue")))
    assert "Rita Reviewer" in html
    assert "Medical reviewer" in html
    assert f'<form method="post" action="{reverse("logout")}">' in html
    assert f'href="{reverse("admin:index")}"' in html
    assert f'href="{reverse("public:home")}"' in html


def test_signing_in_and_out(cast: SimpleNamespace, client: Client) -> None:
    html = said(client.get(reverse("login")))
    assert f"Sign in – {settings.SITE_NAME} desk" in html
    wrong = client.post(reverse("login"), {"username": "rita", "password": "wrong"})
    assert wrong.status_code == 200
    assert 'role="alert"' in said(wrong)
    right = client.post(
        reverse("login"), {"username": "rita", "password": f.PASSWORD, "next": reverse("desk:live")}
    )
    assert right["Location"] == reverse("desk:live")
    client.post(reverse("logout"))
    assert client.get(reverse("desk:queue")).status_code == 302


def test_login_says_bad_things_harmlessly(client: Client, db: None) -> None:
    evil = '"><script>alert(1)</script>'
    response = client.post(reverse("login"), {"username": evil, "password": "x", "next": evil})
    assert "<script>" not in said(response)


def test_without_a_policy_the_desk_says_what_to_do(client: Client, db: None) -> None:
    person = f.user("lena", "Medical lead")
    assert not PolicyVersion.objects.exists()
    client.force_login(person)
    response = client.get(reverse("desk:queue"))
    assert response.status_code == 409
    assert "manage.py load_policy" in said(response)


def test_an_account_switched_off_is_out(cast: SimpleNamespace, at: At) -> None:
    client = at(cast.reviewer)
    cast.reviewer.is_active = False
    cast.reviewer.save()
    assert client.get(reverse("desk:queue")).status_code == 302
