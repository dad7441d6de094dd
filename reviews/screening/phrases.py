"""Phrases in plain data files, compiled to regular expressions that run in linear time.

A lexicon is a TOML file in `lexicons/`: each key names a group of phrases, a comment above it says what
the group is for. A phrase is written in small letters, as it would read, with five marks:

    (show|suggest)   one of these             [also|now]   one of these or nothing
    improv*          any ending of the word   ..           up to three words in between
    {people}         any phrase of the group `people` in the same file

A choice written against a word without a space belongs to that word: "tak(e|es)", "stamets['s] stack".
Nothing in that grammar can repeat without a bound, so no phrase, however odd, can make a search slow.
Phrases are matched against `normalise`d text: small letters, straight quotes, plain hyphens.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-",
     "µ": "u", "μ": "u", "…": "."}
)  # fmt: skip
_TOKEN = re.compile(r"(\s*)(\.\.|[(\[{|)\]}]|[^\s()\[\]{}|]+)")
_GAP = r"(?:[^\s.;:!?]{1,25} ){0,3}"
_GAP_AT_END = r"(?: [^\s.;:!?]{1,25}){0,3}"


def normalise(text: str) -> str:
    """`text` in small letters, quotes and dashes made plain, each run of white space one space."""
    return " ".join(text.lower().translate(_PLAIN).split())


@cache
def lexicon(name: str) -> Mapping[str, tuple[str, ...]]:
    """The groups of `lexicons/<name>.toml`, each a tuple of phrases."""
    source = (files("reviews.screening") / "lexicons" / f"{name}.toml").read_text(encoding="utf-8")
    return {group: tuple(phrases) for group, phrases in tomllib.loads(source).items()}


@cache
def entries(name: str, group: str) -> frozenset[str]:
    """The phrases of one group as a set of plain strings, for looking one up."""
    return frozenset(lexicon(name)[group])


@cache
def pattern(name: str, *groups: str) -> re.Pattern[str]:
    """One expression that matches any phrase of these groups, as whole words, in normalised text."""
    known = lexicon(name)
    phrases = [expression(phrase, known) for group in groups for phrase in known[group]]
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)")


def expression(phrase: str, groups: Mapping[str, tuple[str, ...]]) -> str:
    """The source of the regular expression for one phrase. Raises ValueError on a phrase out of grammar."""
    tokens = [
        _Token(m.group(2), glued=not m.group(1) and m.start() > 0) for m in _TOKEN.finditer(phrase.strip())
    ]
    source, rest = _sequence(tokens, groups)
    if rest:
        raise ValueError(f"unbalanced {rest[0].text!r} in phrase {phrase!r}")
    return source


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    glued: bool
    """Whether it follows the token before it without a space: "tak(e|es)", "(fadiman|stamets)['s]"."""


@dataclass(slots=True)
class _Part:
    source: str
    optional: bool = False
    is_gap: bool = False


def _sequence(tokens: list[_Token], groups: Mapping[str, tuple[str, ...]]) -> tuple[str, list[_Token]]:
    """The words up to a closing mark or a `|`, and the tokens left over."""
    parts: list[_Part] = []
    while tokens and tokens[0].text not in (")", "]", "}", "|"):
        token, *tokens = tokens
        if token.text == "..":
            parts.append(_Part("", is_gap=True))
            continue
        if token.text in ("(", "["):
            source, tokens = _choices(tokens, ")" if token.text == "(" else "]", groups)
        elif token.text == "{":
            if len(tokens) < 2 or tokens[1].text != "}":
                raise ValueError("a phrase lacks its '}'")
            source = f"(?:{'|'.join(expression(phrase, groups) for phrase in groups[tokens[0].text])})"
            tokens = tokens[2:]
        else:
            source = re.escape(token.text).replace(r"\*", r"\w{0,12}")
        optional = token.text == "["
        if token.glued and parts and not parts[-1].is_gap:
            parts[-1].source += f"(?:{source})?" if optional else source
        else:
            parts.append(_Part(source, optional))
    return _joined(parts), tokens


def _choices(
    tokens: list[_Token], close: str, groups: Mapping[str, tuple[str, ...]]
) -> tuple[str, list[_Token]]:
    found: list[str] = []
    while True:
        choice, tokens = _sequence(tokens, groups)
        found.append(choice)
        if not tokens:
            raise ValueError(f"a phrase lacks its {close!r}")
        mark, *tokens = tokens
        if mark.text == close:
            return f"(?:{'|'.join(found)})", tokens
        if mark.text != "|":
            raise ValueError(f"{mark.text!r} where {close!r} was due")


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
