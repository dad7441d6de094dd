"""Names of persons and groups as references print them: “van der Berg JA”, “World Health Organization”.

A person is the surname as printed, then initials without dots or spaces, then “Jr”, “2nd” and the like:
Citing Medicine (NLM), chapter 1, “Author”. Everything else is a group's name and stays as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple


class Person(NamedTuple):
    """A printed name in its parts; `suffix` may be empty."""

    family: str
    initials: str
    suffix: str


_SUFFIXES = {
    "jr": "Jr", "jnr": "Jr", "sr": "Sr", "snr": "Sr", "ii": "2nd", "iii": "3rd", "iv": "4th", "v": "5th",
    "2nd": "2nd", "3rd": "3rd", "4th": "4th", "5th": "5th",
}  # fmt: skip
_FIFTH = ("V", "v")
"""An initial, unless the record itself says that it is the fifth of that name."""
_PARTICLES = frozenset(
    "af al av bin da dal dalla das de degli del dell della den der di do dos du e el ibn la las le les lo los"
    " ten ter tho van vande vander vom von y zu zum zur 't olde".split()
)
_GROUP_WORDS = frozenset(
    "academy administration agency alliance association authority board bureau center "
    "centers centre centres centro coalition collaboration collaborative collaborators college "
    "commission committee company consortium corporation council department division federation force "
    "forum foundation group groups hospital inc initiative institut institute institutes "
    "institution instituto investigators llc ltd ministry network office organisation organization "
    "panel partnership program programme project registry research school secretariat service services "
    "society staff study taskforce team trial trialists trust union unit universidad university "
    "universität université".split()
)
_HYPHENS = "‐‑–-"
_PRINTED = re.compile(
    r"(?P<family>\S.*?) (?P<initials>[^\W\d_]{1,5})(?: (?P<suffix>Jr|Sr|[2-5](?:nd|rd|th)))?"
)


def person(family: str, given: str = "", *, suffix: str = "", particle: str = "") -> str:
    """The printed form of a name whose parts are known; without given names the family name alone."""
    family, given = _clean(family), _clean(given)
    if not family:
        return given
    words = family.replace(",", " ").split()
    if not suffix and len(words) > 1 and _suffix(words[-1]) and words[-1].strip(".") not in _FIFTH:
        suffix, family = words[-1], " ".join(words[:-1])
    family = " ".join(part for part in (_clean(particle), family) if part)
    first = given.split()
    if len(first) > 1 and not suffix and _suffix(first[-1]) and first[-1].strip(".") not in _FIFTH:
        suffix = first.pop()
    moved: list[str] = []
    while len(first) > 1 and first[-1] in _PARTICLES:
        moved.insert(0, first.pop())
    family = " ".join([*moved, family])
    printed = " ".join(
        part for part in (family, _initials(first, shouted=family.isupper()), _suffix(suffix)) if part
    )
    return unicodedata.normalize("NFC", printed)


def read_name(text: str, *, natural: bool = False) -> str:
    """The printed form of a name written in any usual way.

    “van der Berg, J. A.”, “Berg, Jr, Jan” and “J. A. van der Berg” are turned round; “Berg JA” and the names
    of groups stay. Braces (BibTeX) and a comma at the end (the way of RIS programs) mark a group, and there a
    doubled comma stands for one. With `natural` a name without commas has the given names first.
    """
    text = _clean(text)
    if text.startswith("{") and text.endswith("}"):
        return _clean(text[1:-1])
    if text.endswith(",") or ",," in text:
        return _clean(text.removesuffix(",").replace(",,", ","))
    parts = [_clean(part) for part in text.split(",")]
    if len(parts) > 1:
        return _turned(parts) or text
    if is_person(text) or _is_group(text):
        return text
    if natural or re.match(r"(?:[^\W\d_]\.[ -]?)+ ?\S", text):
        return _from_natural(text)
    return text


def split_name(name: str) -> Person | None:
    """The parts of a printed name; None for a group, or a name without initials."""
    match = _PRINTED.fullmatch(name)
    if not match or "," in name or _is_group(match["family"]):
        return None
    capital = all(letter.isupper() for letter in match["initials"])
    return Person(match["family"], match["initials"], match["suffix"] or "") if capital else None


def is_person(name: str) -> bool:
    """Whether `name` is a person in printed form."""
    return split_name(name) is not None


def split_names(text: str) -> list[str]:
    """The printed names in one text that divides them by semicolons, or else by commas.

    “Stone AB; Reed C” and “Stone AB, Reed C” are two names each, “Stone, Anna; Reed, C.” too. Between
    semicolons, a group keeps its commas.
    """
    names: list[str] = []
    for piece in text.split(";"):
        parts = [part for each in piece.split(",") if (part := _clean(each))]
        if ";" in text and len(parts) == 2 and not is_person(parts[0]) and _turned(parts):
            names.append(_turned(parts))
        elif ";" in text and not all(is_person(part) for part in parts):
            names.append(", ".join(parts))
        else:
            names.extend(parts)
    return [name for name in names if name]


def joined_names(names: Sequence[str]) -> str:
    """Names as one text that `split_names` takes apart again: semicolons where a name has a comma in it."""
    if any("," in name for name in names):
        return "; ".join(names) if len(names) > 1 else f"{names[0]};"
    return ", ".join(names)


def _turned(parts: list[str]) -> str:
    """The name that was written family name first, or nothing if these commas are a group's."""
    if len(parts) == 3 and _suffix(parts[1]):
        parts = [parts[0], parts[2], parts[1]]
    family, given, *rest = parts
    suffix = rest[0] if rest else ""
    if len(rest) > 1 or (suffix and not _suffix(suffix)) or not family or not given:
        return ""
    if _is_group(family) or _is_group(given) or len(given.split()) > 6 or re.search(r"\d", family + given):
        return ""
    return person(family, given, suffix=suffix)


def _from_natural(text: str) -> str:
    """“J. A. van der Berg Jr”: the family name begins at the first particle, or is the last word."""
    words = re.sub(r"(?<=[^\W\d_]\.)(?=[^\W\d_]{2})", " ", text).split()
    suffix = words.pop() if len(words) > 2 and _suffix(words[-1]) else ""
    if len(words) < 2:
        return text
    begin = next((n for n, word in enumerate(words[1:-1], start=1) if word in _PARTICLES), len(words) - 1)
    return person(" ".join(words[begin:]), " ".join(words[:begin]), suffix=suffix)


def _initials(given: list[str], *, shouted: bool) -> str:
    """Initials of given names. In a name all in capitals (`shouted`) “ANN” is a name, else three initials."""
    if given and not any(letter.lower() != letter.upper() for letter in "".join(given)):
        return " ".join(given)  # A script without capitals has no initials.
    letters: list[str] = []
    for word in given:
        if word in _PARTICLES:
            continue
        if word.isalpha() and word.isupper() and len(word) <= (2 if shouted else 4):
            letters.append(word)
            continue
        for part in re.split(rf"[.{_HYPHENS}]+", word):
            letter = next((letter for letter in part if letter.isalpha()), "")
            letters.append(letter.upper()[:1] if part[:1] not in "([\"“'" else "")
    return "".join(letters)


def _suffix(text: str) -> str:
    return _SUFFIXES.get(text.strip(". ,").lower(), "")


def _is_group(text: str) -> bool:
    """Whether the words are a group's; a single word may be anybody's family name."""
    words = re.findall(r"[^\W\d_]+|&", text)
    if len(words) < 2:
        return False
    joining = {"for", "of", "and", "on", "the", "&"} & set(words)
    return bool(joining) or words[0] == "The" or any(word.lower() in _GROUP_WORDS for word in words)


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
