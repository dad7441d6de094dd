"""The only HTML that an article may hold, and the one function that makes any HTML so.

Called by the service layer on every save and again by everything that renders, so text that got
into the database by another door is harmless on every screen.
"""

from __future__ import annotations

import nh3

TAGS = frozenset(
    "p h2 h3 h4 ul ol li blockquote strong em u s sub sup a br hr code "
    "table caption thead tbody tfoot tr th td".split()
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
URL_SCHEMES = frozenset({"http", "https", "mailto"})


def clean(html: str) -> str:
    """Return `html` with every tag, attribute and URL scheme outside the allow-list removed.

    Idempotent. Scripts and styles go with their content; other unknown tags leave their text.
    """
    return nh3.clean(
        html.replace("\x00", ""),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(URL_SCHEMES),
        link_rel="noopener noreferrer nofollow",
    ).strip()
