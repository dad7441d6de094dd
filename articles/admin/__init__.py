"""The writer's side of the Django admin.

`ArticleAdmin` is not registered here: what stands between a draft and its readers is the judgement
of `reviews`, which registers the article with it.
"""

from articles.admin.article import ArticleAdmin
from articles.admin.library import SourceAdmin, TopicAdmin

__all__ = ["ArticleAdmin", "SourceAdmin", "TopicAdmin"]
