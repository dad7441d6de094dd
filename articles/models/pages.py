"""What readers' requests are answered from. Derived from publications, and only there while they are live.

Only `articles.pages` writes here. Everything can be thrown away and made anew (`manage.py render_pages`).
"""

from __future__ import annotations

from django.db import models

from articles.models.content import Article, Topic
from articles.models.publication import Publication


class Page(models.Model):
    """The live page of an article, ready to be sent but for the frame that all pages share.

    Whoever reads it joins the publication and asks whether it is live: a row that was left behind shows
    nothing.
    """

    article = models.OneToOneField(Article, on_delete=models.PROTECT, primary_key=True, related_name="page")
    publication = models.OneToOneField(Publication, on_delete=models.PROTECT, related_name="page")
    slug = models.SlugField(max_length=80, unique=True)
    head = models.TextField(help_text="HTML that belongs into the page's head.")
    above = models.TextField(blank=True, help_text="HTML of what readers were told since it was published.")
    below = models.TextField(blank=True, help_text="HTML of what leads on from the article.")
    card = models.TextField(help_text="HTML of the article in a list.")
    link = models.TextField(help_text="HTML of a link to the article, where another leads to it.")
    etag = models.CharField(max_length=32, help_text="Changes with every byte that is specific to the page.")

    def __str__(self) -> str:
        return self.slug


class Listing(models.Model):
    """A live page in the list of one of its topics. Its two indexes are all that is ever asked for."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="listings", db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="listings", db_index=False)
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["topic", "-publication"], name="listing_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["page", "topic"], name="listing_once"),
        ]

    def __str__(self) -> str:
        return f"{self.page} in {self.topic}"
