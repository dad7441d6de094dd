"""The content, and what the public sees."""

from articles.models.content import Article, Citation, Contribution, Source, Topic
from articles.models.outbox import Outbox
from articles.models.publication import Edition, Notice, Publication

__all__ = [
    "Article",
    "Citation",
    "Contribution",
    "Edition",
    "Notice",
    "Outbox",
    "Publication",
    "Source",
    "Topic",
]
