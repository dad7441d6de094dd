"""Whether a page is valid HTML, asked offline: every tag read in turn, nothing mended silently.

Stricter than the standard where that costs us nothing: each element is closed by its own tag, attributes are
quoted, headings leave out no level. The rules are in `html_rules`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from html.entities import html5
from html.parser import HTMLParser

from tests.public import html_rules as rules

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?")
_WHOLE = re.compile(r"-?\d+")
_AMPERSAND = re.compile(r"&(?=[A-Za-z0-9#])(?!#\d+;|#[xX][0-9A-Fa-f]+;)([A-Za-z0-9]+;|)")
_DATA_BLOCK = re.compile(r"<script\b.*?</script>", re.DOTALL)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def problems(html: str) -> list[str]:
    """A sentence for each breach, with its line; none for a valid page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.finish()
    if not html.lstrip().lower().startswith("<!doctype html>"):
        reader.say("The page does not begin with <!doctype html>.")
    for found in _AMPERSAND.finditer(_DATA_BLOCK.sub("", html)):
        if found[1] not in html5:
            reader.say(f"A bare & in “{html[found.start() : found.start() + 20]}”.")
    for found in _CONTROLS.finditer(html):
        reader.say(f"There is a control character, U+{ord(found[0]):04X}.")
    if "<meta charset=" not in html[:1024]:
        reader.say("The first 1,024 characters do not say the encoding.")
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.open: list[str] = ["#document"]
        self.children = [0]
        self.seen: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.wanted: list[tuple[str, str]] = []
        self.headings: list[int] = []
        self.labels: set[str] = set()
        self.fields: list[tuple[str, dict[str, str]]] = []
        self.title = ""

    def say(self, sentence: str) -> None:
        self.found.append(f"line {self.getpos()[0]}: {sentence}")

    # --- What HTMLParser calls ------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "svg" in self.open:
            self._push(tag)
            return
        self.seen[tag] += 1
        self._place(tag)
        self._attributes(tag, attrs)
        self.children[-1] += 1
        if tag not in rules.VOID:
            self._push(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in rules.VOID:
            if "svg" not in self.open:
                self.say(f"<{tag}/> is not closed by its slash.")
            self._pop()

    def handle_endtag(self, tag: str) -> None:
        if tag == self.open[-1]:
            self._pop()
        elif tag in self.open:
            self.say(f"</{tag}> closes <{self.open[-1]}> too.")
            while self._pop() != tag:
                pass
        else:
            self.say(f"</{tag}> closes nothing.")

    def handle_data(self, data: str) -> None:
        here = self.open[-1]
        if here == "title":
            self.title += data
        if here == "script":
            self._script(data)
        elif "svg" not in self.open and data.strip():
            if rules.TEXT not in self._inside():
                self.say(f"Bare text in <{here}>: {data.strip()[:40]!r}.")
            if "<" in data:
                self.say(f"A bare < in the text: {data.strip()[:40]!r}.")

    def handle_pi(self, data: str) -> None:
        self.say("There are no processing instructions in HTML.")

    def unknown_decl(self, data: str) -> None:
        self.say(f"There is no <![{data[:20]} in HTML.")

    def _push(self, tag: str) -> None:
        self.open.append(tag)
        self.children.append(0)

    def _pop(self) -> str:
        self.children.pop()
        return self.open.pop()

    # --- Where an element stands ------------------------------------------------------------------

    def _inside(self) -> frozenset[str]:
        """What may stand directly where we are; a link takes what its parent may hold."""
        here = next(name for name in reversed(self.open) if name != "a")
        return rules.INSIDE.get(here, frozenset())

    def _place(self, tag: str) -> None:
        if tag not in rules.INSIDE and tag not in ("a", "svg"):
            self.say(f"<{tag}> is no element that we use.")
        elif tag not in self._inside():
            self.say(f"<{tag}> cannot stand in <{self.open[-1]}>.")
        for above in self.open:
            if tag in rules.NEVER_BELOW.get(above, ()):
                self.say(f"<{tag}> cannot stand below <{above}>.")
        if tag in rules.HEADINGS:
            level = int(tag[1])
            if level > (self.headings[-1] if self.headings else 0) + 1:
                self.say(f"<{tag}> leaves out a level.")
            self.headings.append(level)
        if tag in ("summary", "legend", "caption") and self.children[-1]:
            self.say(f"<{tag}> does not come first.")

    # --- Its attributes -----------------------------------------------------------------------------

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) < len(attrs):
            self.say(f"<{tag}> has an attribute twice.")
        if re.search(
            r"""=\s*[^\s"'>=]""", re.sub(r""""[^"]*"|'[^']*'""", '""', self.get_starttag_text() or "")
        ):
            self.say(f"<{tag}> has an attribute without quotes.")
        for name in given:
            known = name in rules.EVERYWHERE | rules.ATTRIBUTES.get(tag, frozenset())
            if not known and not name.startswith(("data-", "aria-")) and tag != "svg":
                self.say(f"<{tag}> has no attribute “{name}”.")
        for name in rules.REQUIRED.get(tag, ()):
            if name not in given:
                self.say(f"<{tag}> has no {name}.")
        self._values(tag, given)
        self._names(tag, given)

    def _values(self, tag: str, given: dict[str, str]) -> None:
        for name, value in given.items():
            if name == "id":
                self.ids[value] += 1
                if not value or re.search(r"\s", value):
                    self.say(f"“{value}” is no id.")
            elif name in ("lang", "hreflang") and not _LANGUAGE.fullmatch(value):
                self.say(f"“{value}” is no language.")
            elif name in ("href", "src", "action") and (not value or re.search(r"[\s<>\"\\^`{|}]", value)):
                self.say(f"“{value}” is no address.")
            elif name == "datetime" and not _DATETIME.fullmatch(value):
                self.say(f"“{value}” is no date.")
            elif name in ("tabindex", "colspan", "rowspan", "start") or (name == "value" and tag == "li"):
                if not _WHOLE.fullmatch(value):
                    self.say(f"{name} is no whole number: “{value}”.")
            elif name in rules.REFERRING:
                self.wanted += [(name, one) for one in value.split()]
                if not value.split():
                    self.say(f"{name} names nothing.")
        if tag == "a" and given.get("href", "").startswith("#"):
            self.wanted.append(("href", given["href"][1:]))
        if tag == "meta" and "charset" not in given and not {"name", "property"} & set(given):
            self.say("<meta> says nothing.")
        if tag == "script" and ("src" in given or given.get("type") != "application/ld+json"):
            self.say("There is a script in the page that is no data block.")

    def _names(self, tag: str, given: dict[str, str]) -> None:
        named = {"aria-label", "aria-labelledby"} & set(given)
        if named and tag in rules.NAMELESS and "role" not in given:
            self.say(f"<{tag}> cannot have a name without a role.")
        if tag == "label" and "for" in given:
            self.labels.add(given["for"])
        labelled = named or "title" in given or "label" in self.open
        if tag in rules.LABELLED and given.get("type") not in rules.SPEAKING and not labelled:
            self.fields.append((tag, given))

    def _script(self, data: str) -> None:
        try:
            json.loads(data)
        except ValueError as error:
            self.say(f"The data block is no JSON: {error}.")

    # --- When all is read ---------------------------------------------------------------------------

    def finish(self) -> None:
        for tag in self.open[1:]:
            self.say(f"<{tag}> is never closed.")
        for tag in ("html", "head", "title", "body", "main", "h1"):
            if self.seen[tag] != 1:
                self.say(f"There are {self.seen[tag]} <{tag}>, not one.")
        if not self.title.strip():
            self.say("The title is empty.")
        if self.headings[:1] != [1]:
            self.say("The first heading is no <h1>.")
        for one, times in self.ids.items():
            if times > 1:
                self.say(f"The id “{one}” is there {times} times.")
        for name, one in self.wanted:
            if one not in self.ids:
                self.say(f"{name} names “{one}”, which is not there.")
        for tag, given in self.fields:
            if given.get("id") not in self.labels:
                self.say(f"<{tag} name={given.get('name')}> has no label.")
