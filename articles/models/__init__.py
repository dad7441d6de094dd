"""The content, and what the public sees."""

from articles.models.content import Article, Citation, Contribution, Topic
from articles.models.outbox import Heartbeat, Outbox
from articles.models.publication import Edition, Notice, Publication, PublishedDisclaimer, PublishedReference
from articles.models.sources import RegistryAnswer, Source, SourceVersion, record

__all__ = [
    "Article",
    "Citation",
    "Contribution",
    "Edition",
    "Heartbeat",
    "Notice",
    "Outbox",
    "Publication",
    "PublishedDisclaimer",
    "PublishedReference",
    "RegistryAnswer",
    "Source",
    "SourceVersion",
    "Topic",
    "record",
]
