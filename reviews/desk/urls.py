from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path


def _stub(request: HttpRequest, pk: int = 0) -> HttpResponse:
    return HttpResponse("desk")


app_name = "desk"
urlpatterns = [path("", _stub, name="queue"), path("reviews/<int:pk>/", _stub, name="review")]
