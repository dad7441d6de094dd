"""The admin's share of the judgement: the article with its state, the reviewers, and the records."""

from reviews.admin.article import ReviewedArticleAdmin
from reviews.admin.people import PersonAdmin, ReviewerAdmin
from reviews.admin.records import ReadOnlyAdmin
from reviews.admin.source import JudgedSourceAdmin

__all__ = ["JudgedSourceAdmin", "PersonAdmin", "ReadOnlyAdmin", "ReviewedArticleAdmin", "ReviewerAdmin"]
