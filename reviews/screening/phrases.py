"""Phrases in plain data files, compiled to regular expressions that run in linear time.

A lexicon is a TOML file in `lexicons/`: each key names a group of phrases, a comment above it says what
the group is for. A phrase is written in small letters, as it would read, with five marks:

    (show|suggest)   one of these             [also|now]   one of these or nothing
    improv*          any ending of the word   ..           up to three words in between
    {people}         any phrase of the group `people` in the same file

Nothing in that grammar can repeat without a bound, so no phrase, however odd, can make a search slow.
Phrases are matched against `normalise`d text: small letters, straight quotes, plain hyphens.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-",
     "µ": "u", "μ": "u", "…": "."}
)  # fmt: skip
_TOKEN = re.compile(r"\s*(?:(\.\.)|([(\[{|)\]}])|([^\s()\[\]{}|]+))")
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
    tokens = [m.group(1) or m.group(2) or m.group(3) for m in _TOKEN.finditer(phrase.strip())]
    source, rest = _sequence(tokens, groups)
    if rest:
        raise ValueError(f"unbalanced {rest[0]!r} in phrase {phrase!r}")
    return source


def _sequence(tokens: list[str], groups: Mapping[str, tuple[str, ...]]) -> tuple[str, list[str]]:
    """Words one after another, up to a closing mark or a `|`; and the tokens left over.

    A required word brings the space before it, an optional one the space after it, so that
    "[very] safe [for you]" matches with and without its optional words.
    """
    parts: list[tuple[str, bool]] = []
    while tokens and tokens[0] not in (")", "]", "}", "|"):
        token, *tokens = tokens
        if token == "..":
            parts.append((_GAP, True))
        elif token in ("(", "["):
            choices, tokens = _choices(tokens, ")" if token == "(" else "]", groups)
            parts.append((choices, token == "["))
        elif token == "{":
            name, close, *tokens = tokens
            if close != "}":
                raise ValueError(f"unbalanced '{{' before {name!r}")
            parts.append((f"(?:{'|'.join(expression(p, groups) for p in groups[name])})", False))
        else:
            parts.append((_word(token), False))
    return _join(parts), tokens


def _choices(
    tokens: list[str], close: str, groups: Mapping[str, tuple[str, ...]]
) -> tuple[str, list[str]]:
    found: list[str] = []
    while True:
        choice, tokens = _sequence(tokens, groups)
        found.append(choice)
        if not tokens:
            raise ValueError(f"a phrase lacks its {close!r}")
        mark, *tokens = tokens
        if mark == close:
            return f"(?:{'|'.join(found)})", tokens
        if mark != "|":
            raise ValueError(f"{mark!r} where {close!r} was due")


def _join(parts: list[tuple[str, bool]]) -> str:
    """Put the spaces in. Optional words before the last required word carry a space behind them,
    those after it one in front."""
    required = [i for i, (_, optional) in enumerate(parts) if not optional]
    last = required[-1] if required else -1
    out: list[str] = []
    for index, (source, optional) in enumerate(parts):
        if source == _GAP:
            out.append(_GAP if index < last else _GAP_AT_END)
        elif optional:
            out.append(f"(?:{source} )?" if index < last else f"(?: {source})?")
        else:
            out.append(source if index == last else f"{source} ")
    return "".join(out)


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w{0,12}")
