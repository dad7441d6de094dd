"""The admin's share of the judgement: the article with its state, the reviewers, and the records."""

from reviews.admin.article import ReviewedArticleAdmin
from reviews.admin.people import PersonAdmin, ReviewerAdmin
from reviews.admin.records import ReadOnlyAdmin

__all__ = ["PersonAdmin", "ReadOnlyAdmin", "ReviewedArticleAdmin", "ReviewerAdmin"]
