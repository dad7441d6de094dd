"""Reading a page as a browser would."""

from __future__ import annotations

import re
from collections import Counter

from lxml import html as lxml_html


def soup(html: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(html)


def ids(html: str) -> set[str]:
    """Every id of the page. Asserts that none is there twice and that every `href="#x"` leads to one."""
    page = soup(html)
    found = Counter(str(value) for value in page.xpath("//@id"))
    assert not [value for value, times in found.items() if times > 1]
    targets = {str(href)[1:] for href in page.xpath("//@href") if str(href).startswith("#")}
    assert targets <= set(found), targets - set(found)
    labels = {part for value in page.xpath("//@aria-labelledby") for part in str(value).split()}
    assert labels <= set(found), labels - set(found)
    return set(found)


def without_data(html: str) -> str:
    """The page without its block for search engines, which is data: it never runs, and holds no markup."""
    return re.sub(r'<script type="application/ld\+json">[^<]*</script>', "", html)


def text(html: str, xpath: str = "//main") -> str:
    """What a reader reads in the first element that `xpath` finds, spaces collapsed."""
    return " ".join("".join(soup(html).xpath(xpath)[0].itertext()).split())
