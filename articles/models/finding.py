"""What leads from one article to others: what to see also, and series.

It is navigation, and not part of what is signed. Neither says what is live: whoever reads them for the public
joins the other article's live page.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from articles.models.content import Article
from articles.models.publication import Publication


def ever_live() -> Q:
    """Articles that readers have seen at some time."""
    return Q(pk__in=Publication.objects.values("article"))


class SeeAlso(models.Model):
    """An article that another one leads to, picked by a person or found by `articles.see_also`.

    The database keeps no foreign key on `other`: it would have whoever publishes one article wait for
    whoever works on the other, and the two for each other.
    """

    article = models.ForeignKey(  # the constraints below are its index
        Article, on_delete=models.CASCADE, related_name="see_also", db_index=False
    )
    other = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="+", db_constraint=False, limit_choices_to=ever_live
    )
    place = models.PositiveSmallIntegerField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Who picked it. Empty: found by what the two have in common.",
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["article", "place"]
        constraints = [
            models.UniqueConstraint(fields=["article", "place"], name="see_also_place_once"),
            models.UniqueConstraint(fields=["article", "other"], name="see_also_other_once"),
            models.CheckConstraint(condition=~Q(article=F("other")), name="see_also_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.place}. {self.other}"


class Series(models.Model):
    """Articles that are read one after another. Readers find it while at least one of them is live."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField("address", max_length=80, unique=True)
    description = models.TextField(blank=True, max_length=600)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.name


class SeriesPart(models.Model):
    """An article in the only series that it belongs to. Readers count the live parts from 1."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="parts")
    article = models.OneToOneField(
        Article,
        on_delete=models.CASCADE,
        related_name="series_part",
        error_messages={"unique": "This article is part of a series already."},
    )
    place = models.PositiveSmallIntegerField("order")

    class Meta:
        ordering = ["series", "place", "pk"]
        verbose_name = "part"

    def __str__(self) -> str:
        return f"{self.article}"
