"""The part of HTML (the WHATWG's living standard) that our pages are written in: what may stand in what, and
which attributes each element may have. What is not here is not HTML to us."""

from __future__ import annotations

PHRASING = frozenset(
    "a abbr b bdi bdo br button cite code data em i img input kbd label mark output progress q s samp select small "
    "span strong sub sup svg textarea time u var wbr".split()
)
FLOW = PHRASING | frozenset(
    "address article aside blockquote details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main nav "
    "ol p pre search section table ul".split()
)
TEXT = "#text"
VOID = frozenset("br col hr img input link meta wbr".split())
SECTIONS = frozenset("article aside nav section".split())
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
INTERACTIVE = frozenset("a button details input label select textarea".split())
LABELLED = frozenset("input select textarea".split())
SPEAKING = frozenset("hidden submit button reset image".split())
"""The types of an input that need no label: what they say stands on them, or nobody sees them."""

_FLOWING = {name: FLOW | {TEXT} for name in (
    "body address article aside blockquote caption dd details div dt fieldset figcaption figure footer form header li "
    "main nav search section td th"
).split()}  # fmt: skip
_PHRASED = {name: PHRASING | {TEXT} for name in (
    "abbr b bdi bdo button cite code data em h1 h2 h3 h4 h5 h6 i kbd label legend mark output p pre progress q s samp "
    "small span strong sub summary sup time u var"
).split()}  # fmt: skip
INSIDE: dict[str, frozenset[str]] = {
    **_FLOWING,
    **_PHRASED,
    **dict.fromkeys(VOID, frozenset()),
    "#document": frozenset({"html"}),
    "html": frozenset({"head", "body"}),
    "head": frozenset({"meta", "title", "link", "script"}),
    "title": frozenset({TEXT}),
    "script": frozenset({TEXT}),
    "textarea": frozenset({TEXT}),
    "option": frozenset({TEXT}),
    "body": FLOW | {TEXT, "script"},
    "ul": frozenset({"li"}),
    "ol": frozenset({"li"}),
    "dl": frozenset({"dt", "dd", "div"}),
    "table": frozenset({"caption", "colgroup", "thead", "tbody", "tfoot", "tr"}),
    "colgroup": frozenset({"col"}),
    **dict.fromkeys(("thead", "tbody", "tfoot"), frozenset({"tr"})),
    "tr": frozenset({"td", "th"}),
    "select": frozenset({"option", "optgroup"}),
    "optgroup": frozenset({"option"}),
    "details": FLOW | {TEXT, "summary"},
    "fieldset": FLOW | {TEXT, "legend"},
    "figure": FLOW | {TEXT, "figcaption"},
    "summary": PHRASING | HEADINGS | {TEXT},
    "legend": PHRASING | HEADINGS | {TEXT},
}
"""What may stand directly in each element. `a` takes what its parent may hold; `svg` is not looked into."""

NEVER_BELOW: dict[str, frozenset[str]] = {
    "a": INTERACTIVE,
    "button": INTERACTIVE,
    "label": frozenset({"label"}),
    "form": frozenset({"form"}),
    "header": frozenset({"header", "footer", "main"}),
    "footer": frozenset({"header", "footer", "main"}),
    **dict.fromkeys(SECTIONS, frozenset({"main"})),
    "caption": frozenset({"table"}),
    "dt": SECTIONS | HEADINGS | {"header", "footer"},
    "th": SECTIONS | HEADINGS | {"header", "footer"},
    "address": SECTIONS | HEADINGS | {"header", "footer", "address"},
}
"""What may stand nowhere below each element."""

EVERYWHERE = frozenset("class dir hidden id lang role tabindex title translate".split())
ATTRIBUTES: dict[str, frozenset[str]] = {
    name: frozenset(attributes.split())
    for name, attributes in {
        "a": "href rel download hreflang type target",
        "blockquote": "cite",
        "button": "type name value disabled form formaction formmethod",
        "col": "span",
        "data": "value",
        "details": "open name",
        "form": "action method enctype novalidate autocomplete",
        "fieldset": "disabled name",
        "img": "src alt width height loading decoding srcset sizes",
        "input": "type name value checked required placeholder min max minlength maxlength step pattern size "
        "autocomplete autofocus disabled readonly inputmode list accept autocapitalize spellcheck",
        "label": "for",
        "li": "value",
        "link": "rel href type title sizes media hreflang",
        "meta": "charset name content property",
        "ol": "start reversed type",
        "option": "value selected disabled label",
        "optgroup": "label disabled",
        "output": "for name",
        "progress": "value max",
        "q": "cite",
        "script": "src type defer async",
        "select": "name required multiple size disabled autocomplete",
        "td": "colspan rowspan headers",
        "textarea": "name rows cols required placeholder minlength maxlength disabled readonly autocomplete spellcheck",
        "th": "colspan rowspan headers scope abbr",
        "time": "datetime",
    }.items()
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "html": ("lang",),
    "img": ("alt", "src"),
    "link": ("rel", "href"),
    "optgroup": ("label",),
    "script": ("type",),
    "time": ("datetime",),
}
NAMELESS = frozenset("b caption code div em i p s small span strong sub sup u".split())
"""Elements that cannot be given a name (aria-label) unless they are given a role (WAI-ARIA in HTML)."""
REFERRING = (
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-owns",
    "aria-details",
    "for",
    "headers",
)
"""Attributes that hold ids of the same page."""
