"""The content, and what the public sees."""

from articles.models.attestation import Attestation
from articles.models.content import Article, Byline, Citation, Contribution, Topic
from articles.models.finding import SeeAlso, Series, SeriesPart
from articles.models.outbox import Heartbeat, Outbox
from articles.models.pages import Listing, Page
from articles.models.publication import (
    Edition,
    Notice,
    Publication,
    PublishedDisclaimer,
    PublishedReference,
    PublishedSigner,
    notice_anchor,
)
from articles.models.readers import ReaderReport, Reads, ReportSalt
from articles.models.search import SearchEntry, SearchWord
from articles.models.sources import RegistryAnswer, Source, SourceVersion, record
from articles.models.webhooks import Delivery, Webhook

__all__ = [
    "Article",
    "Attestation",
    "Byline",
    "Citation",
    "Contribution",
    "Delivery",
    "Edition",
    "Heartbeat",
    "Listing",
    "Notice",
    "Outbox",
    "Page",
    "Publication",
    "PublishedDisclaimer",
    "PublishedReference",
    "PublishedSigner",
    "ReaderReport",
    "Reads",
    "RegistryAnswer",
    "ReportSalt",
    "SearchEntry",
    "SearchWord",
    "SeeAlso",
    "Series",
    "SeriesPart",
    "Source",
    "SourceVersion",
    "Topic",
    "Webhook",
    "notice_anchor",
    "record",
]
