"""The writer's side of the Django admin.

`ArticleAdmin` and `SourceAdmin` are not registered here: what stands between a draft and its readers, and how
a source stands, is the judgement of `reviews`, which registers both with it.
"""

from articles.admin.article import ArticleAdmin
from articles.admin.series import SeriesAdmin
from articles.admin.sources import SourceAdmin
from articles.admin.topics import TopicAdmin
from articles.admin.webhooks import DeliveryAdmin, WebhookAdmin

__all__ = ["ArticleAdmin", "DeliveryAdmin", "SeriesAdmin", "SourceAdmin", "TopicAdmin", "WebhookAdmin"]
