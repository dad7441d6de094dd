"""Which screening this is: a digest that changes whenever it might find something else in a text."""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import articles.documents

_HERE = Path(__file__).parent
_READING = Path(articles.documents.__file__)
_LIBRARIES = ("lxml", "nh3")
"""They make a document of the HTML of an article."""


@lru_cache(maxsize=1)
def identity() -> str:
    """SHA-256 over the rules, word lists and code of screening, and over what makes a document of an article.

    Under the same digest the same article has the same hits and speaks of the same subjects.
    """
    sha = hashlib.sha256()
    for name in _LIBRARIES:
        sha.update(f"{name} {version(name)}\n".encode())
    sha.update(f"{sys.version_info[:2]} {unicodedata.unidata_version}\n".encode())
    files = [path for path in _HERE.rglob("*") if path.suffix in (".py", ".toml")]
    for path in (_READING, _READING.with_name("html.py"), *sorted(files)):
        content = path.read_bytes()
        sha.update(f"{path.name} {len(content)}\n".encode() + content)
    return sha.hexdigest()
