"""A box to search for an article in."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect


class ArticleSelect(AutocompleteSelect):
    """The stock search box, in which what was sent and is no primary key shows as nothing chosen."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        return {**super().build_attrs(base_attrs, extra_attrs), "data-placeholder": "Search for a title"}

    def optgroups(self, name: str, value: Any, attr: Any = None) -> list[Any]:
        keys = [key for key in value if str(key).isascii() and str(key).isdigit() and len(str(key)) < 19]
        return super().optgroups(name, keys, attr)
