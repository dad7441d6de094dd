"""What searching reads: made from live publications, and made anew by `manage.py index_search`."""

from __future__ import annotations

from django.db import models

from articles.models.publication import Publication


class SearchEntry(models.Model):
    """A live publication that can be searched for.

    Its words stand in `articles_searchindex`, which each database has in its own way: see
    `articles.search.postgresql` and `articles.search.sqlite`.
    """

    publication = models.OneToOneField(
        Publication, on_delete=models.PROTECT, primary_key=True, related_name="search_entry"
    )
    reviewed_on = models.DateField(db_index=True)
    text = models.TextField(help_text="The signed body as plain text, out of which results are quoted.")
    review_line = models.TextField(
        help_text="Who reviewed it and when: finished HTML, made when it was added."
    )

    class Meta:
        verbose_name_plural = "search entries"

    def __str__(self) -> str:
        return f"{self.publication}"


class SearchWord(models.Model):
    """A word seen in a publication: what a mistyped word may have been meant for.

    It outlives a take-down here, so nothing is suggested before it was found in a live text once more.
    """

    word = models.CharField(max_length=40, primary_key=True)

    def __str__(self) -> str:
        return self.word
