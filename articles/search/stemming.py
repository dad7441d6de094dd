"""English words cut down to their stems, so that “walking” finds “walks”.

The steps are those of the English stemmer of Snowball (“Porter2”): https://snowballstem.org/algorithms/english/.
We stem ourselves, and not in the database, so that both engines find the same and a page can mark what was
found. The words of the article and of the reader go through the same function, so a stem need not be a word.
"""

from __future__ import annotations

import re
from functools import lru_cache

_EXCEPTIONS = {
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl",
    "gently": "gentl", "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl",
    **{word: word for word in "sky news howe atlas cosmos bias andes".split()},
}  # fmt: skip
_FINISHED_AFTER_PLURAL = frozenset("inning outing canning herring earring proceed exceed succeed".split())

_V = "[aeiouy]"
_C = "[^aeiouy]"
_REGION = re.compile(f"{_C}*{_V}+{_C}")  # what follows it is R1; once more, R2
_LONG_PREFIX = re.compile("gener|commun|arsen")
_SHORT_END = re.compile(f"(?:{_C}{_V}[^aeiouywxY]|^{_V}{_C})$")
_DOUBLED = re.compile(r"(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$")
_PAST = re.compile("(?:eedly|eed)$|(?:ingly|edly|ing|ed)$")

# (ending, what comes in its place), the longest first where one is the end of another.
_STEP_2 = (
    ("ization", "ize"), ("ational", "ate"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
    ("tional", "tion"), ("biliti", "ble"), ("lessli", "less"), ("entli", "ent"), ("ation", "ate"),
    ("alism", "al"), ("aliti", "al"), ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"), ("enci", "ence"),
    ("anci", "ance"), ("abli", "able"), ("izer", "ize"), ("ator", "ate"), ("alli", "al"), ("bli", "ble"),
    ("ogi", "og"), ("li", ""),
)  # fmt: skip
_STEP_3 = (
    ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", ""),
    ("ical", "ic"), ("ness", ""), ("ful", ""),
)  # fmt: skip
_STEP_4 = tuple(
    "ement ance ence able ible ment ant ent ism ate iti ous ive ize ion al er ic".split()
)  # fmt: skip


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a lower-case word; what is not English in its letters comes back as it is."""
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return word
    if word in _EXCEPTIONS:
        return _EXCEPTIONS[word]
    word = re.sub(f"^y|(?<={_V})y", "Y", word)
    r1, r2 = _regions(word)
    word = _plural(word)
    if word in _FINISHED_AFTER_PLURAL:
        return word
    word = _past(word, r1)
    if len(word) > 2 and word[-1] in "yY" and word[-2] not in "aeiouy":
        word = word[:-1] + "i"
    word = _derived(word, r1)
    word = _adjective(word, r1, r2)
    word = _suffix(word, r2)
    return _last_letter(word, r1, r2).replace("Y", "y")


def _regions(word: str) -> tuple[int, int]:
    """Where R1 and R2 begin: endings are only taken off inside them."""
    first = _LONG_PREFIX.match(word) or _REGION.match(word)
    r1 = first.end() if first else len(word)
    second = _REGION.match(word, r1)
    return r1, second.end() if second else len(word)


def _plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and re.search(_V, word[:-2]):
        return word[:-1]
    return word


def _past(word: str, r1: int) -> str:
    found = _PAST.search(word)
    if not found:
        return word
    if found[0].startswith("eed"):
        return word[: found.start()] + "ee" if found.start() >= r1 else word
    rest = word[: found.start()]
    if not re.search(_V, rest):
        return word
    if rest.endswith(("at", "bl", "iz")):
        return rest + "e"
    if _DOUBLED.search(rest):
        return rest[:-1]
    return rest + "e" if _SHORT_END.search(rest) and r1 >= len(rest) else rest


def _derived(word: str, r1: int) -> str:
    for ending, instead in _STEP_2:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            holds = {"ogi": rest.endswith("l"), "li": rest.endswith(tuple("cdeghkmnrt"))}.get(ending, True)
            return rest + instead if len(rest) >= r1 and holds else word
    return word


def _adjective(word: str, r1: int, r2: int) -> str:
    for ending, instead in _STEP_3:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            return rest + instead if len(rest) >= (r2 if ending == "ative" else r1) else word
    return word


def _suffix(word: str, r2: int) -> str:
    for ending in _STEP_4:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            holds = ending != "ion" or rest.endswith(("s", "t"))
            return rest if len(rest) >= r2 and holds else word
    return word


def _last_letter(word: str, r1: int, r2: int) -> str:
    rest = word[:-1]
    if word.endswith("e") and (len(rest) >= r2 or (len(rest) >= r1 and not _SHORT_END.search(rest))):
        return rest
    if word.endswith("ll") and len(rest) >= r2:
        return rest
    return word
