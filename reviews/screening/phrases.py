"""Phrases in plain data files, found in linear time however many there are.

A lexicon is a TOML file in `lexicons/`: each key names a group of phrases, a comment above it says what
the group is for; the groups of its table `parts` stand only inside other phrases. A phrase is written in
small letters, as it would read, with five marks:

    (show|suggest)   one of these             [also|now]   one of these or nothing
    improv*          any ending of the word   ..           up to three words in between
    {people}         any phrase of the group `people` in the same file

A choice written against a word without a space belongs to that word: "tak(e|es)", "stamets['s] stack".
Nothing in that grammar can repeat without a bound, so no phrase, however odd, can make a search slow.
Phrases are matched against `normalise`d text: small letters, straight quotes, plain hyphens.

Each phrase needs one of a few words to be there at all ("guarantee*", "proven"). Those words are looked
up first, so a sentence is only ever searched for the handful of phrases that it could hold.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import Any, SupportsIndex

_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-",
     "µ": "u", "μ": "u", "…": ".", "×": "x", "ʼ": "'", "′": "'", "´": "'", "`": "'", "＇": "'"}
)  # fmt: skip
# "c0mpletely", "3oo", "o.3": a figure in the place of a letter, or the other way round.
_FIGURE_FOR_LETTER = re.compile(
    r"(?<!\w)(?:[a-z]{1,12}[0134]{1,3}[a-z]{1,12}|[0-9]{1,4}o{1,3}|o\.[0-9]{1,3})(?!\w)"
)
_LETTERS_MEANT = str.maketrans("0134", "olea")
_TOKEN = re.compile(r"(\s*)(\.\.|[(\[{|)\]}]|[^\s()\[\]{}|]+)")
_RUN = re.compile(r"\w+")
_GAP = r"(?:[^\s.;:!?]{1,25} ){0,3}"
_GAP_AT_END = r"(?: [^\s.;:!?]{1,25}){0,3}"
_MOST_SPELLINGS = 64
_LONGEST_STEM = 12
# Words that stand in any sentence tell nothing about which phrase it may hold.
_COMMON = frozenset(
    "a an the of to in for on at by with and or not no is are was were be been it this that as from your "
    "their has have had can may will more all you we our people some".split()
)


def _as_meant(match: re.Match[str]) -> str:
    """ "c0mpletely" as "completely", "3oo" as "300"; a figure that belongs where it is stays."""
    found = match.group()
    if found[0].isdigit() or found[:2] == "o.":
        return found.replace("o", "0")
    word = found.translate(_LETTERS_MEANT)
    return word if _index().knows(word) else found


class Words(str):
    """Normalised text that remembers which phrases it may hold, since all rules ask for them."""

    bits: int

    def __getitem__(self, key: SupportsIndex | slice) -> Words:
        """A part holds no phrase that the whole does not."""
        part = Words(super().__getitem__(key))
        part.bits = self.bits
        return part


def normalise(text: str) -> Words:
    """`text` in small letters, quotes and dashes made plain, each run of white space one space."""
    plain = " ".join(text.lower().translate(_PLAIN).split())
    if _FIGURE_FOR_LETTER.search(plain):
        plain = _FIGURE_FOR_LETTER.sub(_as_meant, plain)
    words = Words(plain)
    words.bits = _index().bits_of(words)
    return words


@cache
def lexicon(name: str) -> Mapping[str, tuple[str, ...]]:
    """The groups of `lexicons/<name>.toml`, each a tuple of phrases; its parts are not among them."""
    return {group: tuple(phrases) for group, phrases in _source(name).items() if group != "parts"}


@cache
def parts(name: str) -> Mapping[str, tuple[str, ...]]:
    """The parts of phrases in `lexicons/<name>.toml`."""
    return {group: tuple(phrases) for group, phrases in _source(name).get("parts", {}).items()}


@cache
def _source(name: str) -> dict[str, Any]:
    path = files("reviews.screening") / "lexicons" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def entries(name: str, group: str) -> frozenset[str]:
    """The phrases of one group as a set of plain strings, for looking one up."""
    return frozenset(lexicon(name)[group])


# --- Searching --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Pattern:
    """Any phrase of some groups of a lexicon, as whole words, in normalised text."""

    name: str
    groups: tuple[str, ...]
    _mask: int = -1
    """A bit for each phrase, as `_Index` counts them; -1 until the first search."""

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The first match; of two that begin at the same place, the longer."""
        possible = self.may_hold(text)
        if not possible:
            return None
        best: re.Match[str] | None = None
        for phrase in _index().phrases(possible):
            found = phrase.search(text, start, end)
            if found and (best is None or _before(found, best)):
                best = found
        return best

    def match(self, text: str) -> re.Match[str] | None:
        """The longest match at the beginning."""
        possible = self.may_hold(text)
        if not possible:
            return None
        found = (phrase.match(text) for phrase in _index().phrases(possible))
        return max(filter(None, found), key=lambda match: match.end(), default=None)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """A phrase that is the whole of `text`."""
        found = (phrase.fullmatch(text) for phrase in _index().phrases(self.may_hold(text)))
        return next(filter(None, found), None)

    def finditer(self, text: str) -> list[re.Match[str]]:
        """Every match in order; none begins inside another."""
        possible = self.may_hold(text)
        if not possible:
            return []
        found = [match for phrase in _index().phrases(possible) for match in phrase.finditer(text)]
        if len(found) < 2:
            return found
        found.sort(key=lambda match: (match.start(), -match.end()))
        kept, end = [], 0
        for match in found:
            if match.start() >= end:
                kept.append(match)
                end = match.end()
        return kept

    def may_hold(self, text: str) -> int:
        """A bit for each of these phrases that `text` may hold."""
        if self._mask < 0:
            numbers = _index().numbers
            self._mask = sum(1 << number for group in self.groups for number in numbers[self.name, group])
        return self._mask & (text.bits if type(text) is Words else _index().bits_of(text))


def _before(one: re.Match[str], other: re.Match[str]) -> bool:
    return (one.start(), -one.end()) < (other.start(), -other.end())


@cache
def pattern(name: str, *groups: str) -> Pattern:
    """Any phrase of these groups of the lexicon `name`."""
    return Pattern(name, groups)


def groups_in(name: str, text: str) -> dict[str, str]:
    """The groups of the lexicon `name` of which `text` holds a phrase, each with one that it holds."""
    found: dict[str, str] = {}
    for number in _bits(pattern(name, *lexicon(name)).may_hold(text)):
        group = _index().groups[number]
        if group not in found and (match := _index().phrase(number).search(text)):
            found[group] = match.group()
    return found


def _bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        mask ^= lowest
        yield lowest.bit_length() - 1


class _Index:
    """Every phrase of every lexicon under a number, and the words by which each is found."""

    def __init__(self) -> None:
        folder = files("reviews.screening") / "lexicons"
        names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
        self.numbers: dict[tuple[str, str], list[int]] = {}
        self.groups: list[str] = []
        """The group of each phrase."""
        self._sources: list[str] = []
        self._compiled: dict[int, re.Pattern[str]] = {}
        # Two tables of words, since most phrases need two words: both must stand in a text.
        self._tables = (_Table(), _Table())
        for name in (entry.removesuffix(".toml") for entry in names):
            groups = lexicon(name)
            named = {**groups, **parts(name)}
            for group, phrases in groups.items():
                self.numbers[name, group] = [self._add(phrase, named) for phrase in phrases]
                self.groups += [group] * len(phrases)
        # Parts of sentences come again within a sentence, words again and again.
        self._bits_of_part = lru_cache(maxsize=256)(self._count_bits)
        self._bits_of_word = lru_cache(maxsize=65536)(self._bits_of_one)

    def phrases(self, mask: int) -> list[re.Pattern[str]]:
        """The phrases of these bits."""
        return [self.phrase(number) for number in _bits(mask)]

    def phrase(self, number: int) -> re.Pattern[str]:
        compiled = self._compiled.get(number)
        if compiled is None:
            compiled = self._compiled[number] = re.compile(rf"(?<!\w)(?:{self._sources[number]})(?!\w)")
        return compiled

    def _add(self, phrase: str, groups: Mapping[str, tuple[str, ...]]) -> int:
        number = len(self._sources)
        bit = 1 << number
        source, keys = read_phrase(phrase, groups)
        self._sources.append(source)
        for table, needed in zip(self._tables, (*keys, None, None), strict=False):
            table.add(needed, bit)
        return number

    def knows(self, word: str) -> bool:
        """Whether a phrase is found by this word."""
        return any(self._bits_of_word(word))

    def bits_of(self, text: str) -> int:
        """A bit for each phrase that `text` may hold."""
        return self._bits_of_part(text)

    def _count_bits(self, text: str) -> int:
        first, second = (table.always for table in self._tables)
        for word in set(_RUN.findall(text)):
            one, two = self._bits_of_word(word)
            if one:
                first |= one
            if two:
                second |= two
        return first & second

    def _bits_of_one(self, word: str) -> tuple[int, int]:
        return self._tables[0].bits(word), self._tables[1].bits(word)


@cache
def _index() -> _Index:
    """Made when the first text is searched: a process that never screens has no use for it."""
    return _Index()


class _Table:
    """Words and stems, each with the phrases that need it."""

    def __init__(self) -> None:
        self.always = 0
        """Phrases that need no word of this table."""
        self._words: dict[str, int] = {}
        self._stems: dict[str, int] = {}

    def add(self, keys: Keys, bit: int) -> None:
        if keys is None:
            self.always |= bit
        for key in keys or ():
            known = self._stems if key.endswith("*") else self._words
            known[key.rstrip("*")] = known.get(key.rstrip("*"), 0) | bit

    def bits(self, word: str) -> int:
        found = self._words.get(word, 0)
        for length in range(1, min(len(word), _LONGEST_STEM) + 1):
            found |= self._stems.get(word[:length], 0)
        return found


# --- Reading a phrase -------------------------------------------------------------------------------

Keys = frozenset[str] | None
"""Words of which one stands in every match, "improv*" for a stem; None where there is no such set."""


def read_phrase(phrase: str, groups: Mapping[str, tuple[str, ...]]) -> tuple[str, tuple[Keys, ...]]:
    """The source of a phrase's regular expression, and its keys, the rarest first; each of them must be met.

    Raises ValueError on a phrase out of grammar.
    """
    tokens = [
        _Token(m.group(2), glued=not m.group(1) and m.start() > 0) for m in _TOKEN.finditer(phrase.strip())
    ]
    part, rest = _sequence(tokens, groups)
    if rest:
        raise ValueError(f"unbalanced {rest[0].text!r} in phrase {phrase!r}")
    return part.source, (part.keys, *part.more_keys)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    glued: bool
    """Whether it follows the token before it without a space: "tak(e|es)", "(fadiman|stamets)['s]"."""


@dataclass(slots=True)
class _Part:
    source: str
    spellings: tuple[str, ...] | None = None
    """Each way in which a single word may be written, with its `*`; None for more than one word."""
    keys: Keys = None
    more_keys: tuple[Keys, ...] = ()
    """Those of further words that must stand there as well, in the order of their worth."""
    optional: bool = False
    is_gap: bool = False

    def glue(self, other: _Part) -> None:
        """Take `other` into this word."""
        self.source += f"(?:{other.source})?" if other.optional else other.source
        if self.spellings is None or other.spellings is None:
            self.spellings, self.keys, self.more_keys = None, None, ()
            return
        endings = (*other.spellings, "") if other.optional else other.spellings
        words = tuple(one + two for one, two in product(self.spellings, endings))
        self.spellings = words if len(words) <= _MOST_SPELLINGS else None
        self.keys, self.more_keys = _keys_of(self.spellings), ()


def _keys_of(spellings: tuple[str, ...] | None) -> Keys:
    if spellings is None:
        return None
    keys: set[str] = set()
    for spelling in spellings:
        runs = re.findall(r"\w+\*?", spelling)
        if not runs or spelling.startswith("*"):
            return None
        best = max(runs, key=len)
        # Keys are looked up as far as the longest stem goes.
        stem = best.partition("*")[0]
        keys.add(stem[:_LONGEST_STEM] + "*" if best.endswith("*") else best)
    return frozenset(keys)


def _sequence(tokens: list[_Token], groups: Mapping[str, tuple[str, ...]]) -> tuple[_Part, list[_Token]]:
    """The words up to a closing mark or a `|` as one part, and the tokens left over."""
    parts: list[_Part] = []
    while tokens and tokens[0].text not in (")", "]", "}", "|"):
        token, *tokens = tokens
        if token.text == "..":
            parts.append(_Part("", is_gap=True))
            continue
        if token.text in ("(", "["):
            part, tokens = _choices(tokens, ")" if token.text == "(" else "]", groups)
        elif token.text == "{":
            if len(tokens) < 2 or tokens[1].text != "}":
                raise ValueError("a phrase lacks its '}'")
            part = _group(tokens[0].text, groups)
            tokens = tokens[2:]
        else:
            source = re.escape(token.text).replace(r"\*", r"\w{0,12}")
            part = _Part(source, (token.text,), _keys_of((token.text,)))
        part.optional = token.text == "["
        if token.glued and parts and not parts[-1].is_gap:
            parts[-1].glue(part)
        else:
            parts.append(part)
    return _one_part(parts), tokens


def _one_part(parts: list[_Part]) -> _Part:
    required = [part for part in parts if not part.optional and not part.is_gap]
    known = [keys for part in required for keys in (part.keys, *part.more_keys) if keys]
    spellings = parts[0].spellings if len(parts) == 1 and required else None
    known.sort(key=_weight)
    return _Part(_joined(parts), spellings, known[0] if known else None, tuple(known[1:]))


def _weight(keys: frozenset[str]) -> tuple[bool, int, int]:
    """How often one of these words stands in a text: rare sets come first."""
    return (not _COMMON.isdisjoint(keys), len(keys), -min(len(key) for key in keys))


def _group(name: str, groups: Mapping[str, tuple[str, ...]]) -> _Part:
    read = [read_phrase(phrase, groups) for phrase in groups[name]]
    return _Part(f"(?:{'|'.join(source for source, _ in read)})", None, _any([keys[0] for _, keys in read]))


def _any(several: list[Keys]) -> Keys:
    found: frozenset[str] = frozenset()
    for keys in several:
        if keys is None:
            return None
        found |= keys
    return found


def _choices(
    tokens: list[_Token], close: str, groups: Mapping[str, tuple[str, ...]]
) -> tuple[_Part, list[_Token]]:
    found: list[_Part] = []
    while True:
        choice, tokens = _sequence(tokens, groups)
        found.append(choice)
        if not tokens:
            raise ValueError(f"a phrase lacks its {close!r}")
        mark, *tokens = tokens
        if mark.text == close:
            break
        if mark.text != "|":
            raise ValueError(f"{mark.text!r} where {close!r} was due")
    words = [part.spellings for part in found]
    spellings = None if None in words else tuple(word for several in words for word in several or ())
    source = f"(?:{'|'.join(part.source for part in found)})"
    return _Part(source, spellings, _any([part.keys for part in found])), tokens


def _joined(parts: list[_Part]) -> str:
    """The parts with spaces between them: an optional part brings the space that it needs.

    Up to the last required part that is the space behind it, after it the one in front, so that
    "[very] safe [for you]" matches with and without its optional words.
    """
    required = [index for index, part in enumerate(parts) if not part.optional and not part.is_gap]
    last = required[-1] if required else -1
    out: list[str] = []
    for index, part in enumerate(parts):
        if part.is_gap:
            out.append(_GAP if index < last else _GAP_AT_END)
        elif part.optional:
            out.append(f"(?:{part.source} )?" if index < last else f"(?: {part.source})?")
        else:
            out.append(part.source if index == last else f"{part.source} ")
    return "".join(out)
