"""Searching what is live: `add` and `remove` keep the index, `search` asks it.

An answer rests on three things at once: the index, which `articles.publishing` keeps in its own transactions;
the entry; and the publication, which must be live. So a row that was left behind shows nothing.
"""

from articles.search.asking import PER_PAGE, Result, Results, search
from articles.search.keeping import add, rebuild, remove

__all__ = ["PER_PAGE", "Result", "Results", "add", "rebuild", "remove", "search"]
