"""Text as it would be read aloud, so that no spelling, however odd, hides a word from the rules.

`fold` takes away what cannot be seen (zero-width characters, soft hyphens, combining strokes), writes the
plain way what only looks different (full-width and mathematical letters, ligatures, other digits, odd
spaces, entities left in the text, letters spaced out, letters of other alphabets that look Latin), and
remembers where every character came from. Compatibility forms are those of Unicode NFKC (UAX #15);
look-alike letters are the idea of UTS #39, kept to the alphabets that are used to imitate Latin words.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Literal


@dataclass(frozen=True, slots=True)
class Trick:
    """A spelling that deceives the eye, at `start` to `end` of the original text."""

    kind: Literal["mixed_script", "bidi_control"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Folded:
    """Plain text, the tricks found in the original, and the way back to it.

    `text` is made of stretches: the one that begins at `cuts[i]` was copied from `origins[i]` on.
    """

    text: str
    length: int
    """Of the original."""
    cuts: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)
    tricks: tuple[Trick, ...] = ()

    def origin(self, place: int) -> int:
        """Where the character at `place` of the plain text stands in the original; for its end, the end."""
        if place >= len(self.text):
            return self.length
        at = bisect_right(self.cuts, place) - 1
        found = self.origins[at] + place - self.cuts[at]
        return min(found, self.origins[at + 1]) if at + 1 < len(self.origins) else found

    def place(self, origin: int) -> int:
        """Where in the plain text the character at `origin` of the original, or the next one, stands."""
        at = bisect_right(self.origins, origin) - 1
        end = self.cuts[at + 1] if at + 1 < len(self.cuts) else len(self.text)
        return min(self.cuts[at] + origin - self.origins[at], end)


# --- What is odd ------------------------------------------------------------------------------------

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FILLERS = frozenset("\u115f\u1160\u17b4\u17b5\uffa0")  # letters by their category, but nothing to see
_BLANKS = frozenset("\u2800\u3164")  # no spaces by their category, but white
_DOTS = "·٫‧∙⋅・"
_PLAIN_ENOUGH = "‘’“”–—‐‑−…•·±×≥≤→™®©€£⁰¹²³⁴-⁹⁻"
"""Marks that the rules know as they are, and raised figures, which are citations."""

_ODD = re.compile(
    r"(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});)"
    rf"|(?P<dot>(?<=[0-9])[{_DOTS}](?=[0-9]))"
    r"|(?P<spaced>(?<![^\W_])[a-zA-Z](?P<gap>[ .\-_*])[a-zA-Z](?:(?P=gap)[a-zA-Z]){2,30}(?![^\W_]))"
    rf"|(?P<letter>[^\x00-\x7f{_PLAIN_ENOUGH}])"
)
_WORD = re.compile(r"[^\W_]+")
_REACH = 60
"""Characters on either side of an odd one that belong to its word, at most."""

# Greek letters that science writes at either end of a word.
_SCIENCE = "αβγδκω"
# Letters of other alphabets, and phonetic ones, that pass for a Latin letter.
_FOREIGN = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХҮԌаеіјорсухѕԁԛԝһӏвгԍкмнтѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγεικνορτυχηωϲϳօսհոցզՍՏԼᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃᏀᎥ",
        "ABESIJKMHOPCTYXYGaeijopcyxsdqwhibrgkmhtvABEZHIKMNOPTYXayeikvoptuxnwcjouhngqUSLABCDEHJKLMPRSTVWZGi",
        strict=True,
    )
)
_PHONETIC = dict(
    zip("ɑɡıɩʋᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢƨøØłŁđħŧɵ", "agiiuabcdefghijklmnoprstuvwyzsoOlLdhto", strict=True)
)


def fold(text: str) -> Folded:
    """The plain form of `text`, in time that grows with its length. Plain text is not copied."""
    match = _ODD.search(text)
    if match is None:
        return Folded(text, len(text))
    stretches = _Stretches(text)
    while match is not None:
        if match["letter"]:
            end = _fold_word(stretches, match.start())
        else:
            stretches.copy_to(match.start())
            end = match.end()
            plain = "." if match["dot"] else unescape(match.group())
            if match["spaced"]:
                plain = match.group()[::2]
            stretches.put("".join(_plain(letter) for letter in plain), match.start(), end)
        match = _ODD.search(text, end)
    return stretches.folded()


class _Stretches:
    """The plain text under way."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.done = 0
        self.tricks: list[Trick] = []
        self._parts: list[str] = []
        self._length = 0
        self._cuts: list[int] = []
        self._origins: list[int] = []

    def copy_to(self, end: int) -> None:
        """Take the original as it is, up to `end`."""
        if end > self.done:
            self.put(self.text[self.done : end], self.done, end)

    def put(self, plain: str, start: int, end: int) -> None:
        """`plain` for the original's `start` to `end`."""
        if plain:
            self._cuts.append(self._length)
            self._origins.append(start)
            self._parts.append(plain)
            self._length += len(plain)
        self.done = end

    def folded(self) -> Folded:
        self.copy_to(len(self.text))
        text = "".join(self._parts)
        cuts, origins = tuple(self._cuts) or (0,), tuple(self._origins) or (0,)
        return Folded(text, len(self.text), cuts, origins, tuple(self.tricks))


def _fold_word(stretches: _Stretches, odd: int) -> int:
    """Fold the word around the odd character at `odd`; returns where it ends."""
    text = stretches.text
    start, end = odd, odd + 1
    floor, ceiling = max(stretches.done, odd - _REACH), min(len(text), odd + _REACH)
    while start > floor and text[start - 1].isalnum():
        start -= 1
    while end < ceiling and (text[end].isalnum() or not text[end].isascii()):
        end += 1
    stretches.copy_to(start)
    plain = [_plain(character) for character in text[start:end]]
    imitates = _imitations("".join(plain))
    for place, letters in enumerate(plain, start=start):
        if text[place] in _BIDI:
            stretches.tricks.append(Trick("bidi_control", place, place + 1))
        if unicodedata.category(text[place]) == "No" and text[place - 1 : place].isdigit():
            letters = " " + letters  # "1½" is "1 1/2"
        if imitates:
            letters = "".join(_FOREIGN.get(letter, letter) for letter in letters)
        stretches.put(letters, place, place + 1)
    if imitates == "mixed":
        stretches.tricks.append(Trick("mixed_script", start, end))
    return end


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """What one character stands for: one or more plain ones, or nothing."""
    if character.isascii() or character in _PLAIN_ENOUGH or "⁰" <= character <= "⁻":
        return character
    category = unicodedata.category(character)
    if category[0] == "Z" or character in _BLANKS:
        return " "
    if category in ("Cf", "Mn", "Me") or character in _FILLERS:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if character in _PHONETIC:
        return _PHONETIC[character]
    plain = unicodedata.normalize("NFKD", character).replace("\u2044", "/")
    return "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Me")) or character


def _imitations(text: str) -> Literal["mixed", "at home", "alone", ""]:
    """How a word of `text` mixes Latin letters with look-alikes, or that it is all look-alikes.

    Greek letters are at home beside Latin ones in science ("TNFα", "µg"), so they count only in a word
    that has three small Latin letters and no figure; the omicron is at home in none. One at either end
    ("αtocopherol", "interferonγ") is read as the letter it looks like and held against nobody.
    """
    for word in _WORD.findall(text):
        foreign = [letter for letter in word if letter in _FOREIGN]
        latin = [letter for letter in word if letter.isascii() and letter.isalpha()]
        if not foreign:
            continue
        greek = all("\u0370" <= letter <= "\u03ff" and letter not in "οΟ" for letter in foreign)
        if latin and (not greek or (word.isalpha() and sum(letter.islower() for letter in latin) >= 3)):
            at_home = greek and len(foreign) == 1 and (word[0] in _SCIENCE or word[-1] in _SCIENCE)
            return "at home" if at_home else "mixed"
        figures = sum(letter.isdigit() for letter in word)
        if not latin and not greek and len(foreign) + figures == len(word) > 2:
            return "alone"
    return ""
