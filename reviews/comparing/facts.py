"""What a sentence says that may do harm when it changes: doses, numbers, ages, negations, drugs, cautions.

Each fact has a canonical form, so that "500 mg" and "0.5 g", "twice a day" and "every 12 hours", "do not"
and "don't" are one; two versions of a sentence differ medically when their facts do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from reviews.screening.folding import fold
from reviews.screening.phrases import normalise, read_phrase


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing said: its kind, its canonical form, and the words that say it."""

    kind: str
    value: str
    words: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes two facts the same."""
        return (self.kind, self.value)


# Units of one dimension, each in its base unit: milligrams, millilitres, hours.
_MASS = {
    "ng": Fraction(1, 10**6),
    **dict.fromkeys(("mcg", "ug", "microgram"), Fraction(1, 1000)),
    "nanogram": Fraction(1, 10**6),
    **dict.fromkeys(("mg", "milligram"), Fraction(1)),
    **dict.fromkeys(("g", "gram"), Fraction(1000)),
    **dict.fromkeys(("kg", "kilogram", "kilo"), Fraction(10**6)),
}
_VOLUME = {
    **dict.fromkeys(("ml", "millilitre", "milliliter"), Fraction(1)),
    "cl": Fraction(10),
    "dl": Fraction(100),
    **dict.fromkeys(("l", "litre", "liter"), Fraction(1000)),
    **dict.fromkeys(("teaspoon", "tsp"), Fraction(5)),
    **dict.fromkeys(("tablespoon", "tbsp"), Fraction(15)),
}
_HOURS = {
    "second": Fraction(1, 3600),
    **dict.fromkeys(("minute", "min"), Fraction(1, 60)),
    **dict.fromkeys(("hour", "hr"), Fraction(1)),
    **dict.fromkeys(("day", "night"), Fraction(24)),
    "week": Fraction(168),
    "fortnight": Fraction(336),
    "month": Fraction(730),
    "year": Fraction(8760),
}
_PIECES = tuple(
    "tablet capsule pill drop puff spray patch sachet lozenge suppository injection unit iu dose "
    "spoonful gummy ampoule vial mmol mol meq mmhg bpm kcal calorie".split()
)
_PLURALS = {"gummies": "gummy", "suppositories": "suppository", "patches": "patch", "doses": "dose"}
_SAID = "zero one two three four five six seven eight nine ten eleven twelve"
_TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS_FOR_NUMBERS = {
    **{word: value for value, word in enumerate(f"{_SAID} {_TEENS}".split())},
    **{word: 20 + 10 * n for n, word in enumerate(_TENS.split())},
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
}

_A_WORD = "|".join(_WORDS_FOR_NUMBERS)
_SPELLED = re.compile(rf"(?<![\w-])(?:{_A_WORD})(?:[ -](?:and )?(?:{_A_WORD}))*(?!\w)")
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+/\d+|\d+(?:\.\d+)?"
_TO = r" ?(?:-|to|or|and) ?"
_SPAN = rf"(?<![\w.])(?P<n>{_NUMBER})(?:{_TO}(?P<m>{_NUMBER}))?"
_UNITS = "|".join(sorted((*_MASS, *_VOLUME, *_PIECES, *_PLURALS), key=len, reverse=True))
_TIMES = "|".join(sorted(_HOURS, key=len, reverse=True))

_MARKER = re.compile(r"\[\d[\d,; -]*\]")
# "under 12" is an age where a year, the end of the clause or a verb follows; "under 12 mg" is none.
_YEARS = r" ?(?:-year|years?(?: old| of age)?|s?[,.;]|s?$| (?:and|or|should|must|can|may|need|who))"
_UNDER = r"(?:under|below|younger than|up to the age of|less than) (?:the age of )?"
_OVER = r"(?:over|above|older than|aged at least|from the age of|at least) (?:the age of )?"
_AGE = re.compile(
    rf"{_UNDER}(?P<under>\d+)(?P<months> months?(?: old| of age)?)?(?={_YEARS})"
    rf"|{_OVER}(?P<over>\d+)(?={_YEARS}|s )"
    rf"|aged? (?:between )?(?P<aged>\d+)(?:{_TO}(?P<to>\d+))?"
    r"(?P<more> (?:and|or) (?:over|older|above))?(?P<fewer> (?:and|or) (?:under|younger|below))?"
    rf"|(?P<e>\d+)(?:{_TO}(?P<f>\d+))?(?: |-)(?P<old>year|month|week)s?(?: |-)olds?"
    rf"|(?P<g>\d+)(?:{_TO}(?P<h>\d+))? (?P<unit>years?|months?) (?:old|of age)"
)
_ADVERB = "daily|weekly|monthly|hourly|nightly|yearly"
_PER = rf"(?:(?:a|per|each|every|/) ?(?P<period>{_TIMES})|(?P<adverb>{_ADVERB}))"
_FREQUENCY = re.compile(
    rf"(?:(?P<n>\d+)(?:{_TO}(?P<m>\d+))? times|(?P<once>once|twice|thrice))(?: in)? {_PER}"
    rf"|every (?P<every>\d+)?(?:{_TO}(?P<everyto>\d+))? ?"
    rf"(?P<other>other |second |third )?(?P<unit>{_TIMES})s?(?!\w)"
    r"|(?<!\w)(?P<alone>daily|weekly|monthly|hourly|nightly|once|twice)(?!\w)"
    r"|(?<!\w)(?P<latin>b\.?d|t\.?d\.?s|q\.?d\.?s|o\.?d|prn|p\.?r\.?n)(?!\w)"
    r"|(?<!for )(?:(?<!\w)a|per|each|/) ?(?P<per>day|week|month|night|hour)(?!\w)"
)
_DURATION = re.compile(rf"{_SPAN}(?: |-)?(?P<unit>{_TIMES})s?(?!\w)")
_SOME_TIME = re.compile(rf"(?<!\w)(?:several|a few|some|many) (?P<unit>{_TIMES})s?(?!\w)")
_BY = r"(?P<per> ?(?:/|per) ?(?:kg|kilo|kilogram|ml|l|litre|dl|m2))?"
_QUANTITY = re.compile(rf"{_SPAN}(?: |-)?(?P<unit>{_UNITS})s?{_BY}(?!\w)")
_DEGREES = re.compile(rf"{_SPAN} ?(?:°|º|degrees?) ?(?P<unit>c|f|celsius|fahrenheit)(?!\w)")
_PERCENT = re.compile(rf"{_SPAN} ?(?:%|per ?cent|percentage points?)")
_IN = re.compile(rf"(?<![\w.])(?P<n>{_NUMBER}) (?:in|out of) (?:every )?(?P<of>{_NUMBER})(?![\w/]|[.,]\d)")
_PLAIN = re.compile(rf"(?<![\w.,/])(?:{_NUMBER})(?![\w/]|[.,]\d)")
_PER_DAY = {"daily": 24, "weekly": 168, "monthly": 730, "hourly": 1, "nightly": 24, "yearly": 8760}
_TIMES_SAID = {"once": 1, "twice": 2, "thrice": 3}
_LATIN = {"od": 1, "bd": 2, "tds": 3, "qds": 4}


def facts_of(text: str) -> list[Fact]:
    """The facts of a sentence or passage. Citation markers say nothing."""
    words = _MARKER.sub(" ", normalise(fold(text).text))
    words = _in_figures(words)
    found: list[Fact] = []
    for pattern, read in (
        (_AGE, _age),
        (_FREQUENCY, _frequency),
        (_QUANTITY, _quantity),
        (_DEGREES, _degrees),
        (_DURATION, _duration),
        (_SOME_TIME, _some_time),
        (_PERCENT, _percent),
        (_PLAIN, _plain),
    ):
        left: list[str] = []
        place = 0
        for match in pattern.finditer(words):
            fact = read(match)
            if fact is None:
                continue
            found.append(fact)
            left.append(words[place : match.start()])
            left.append(" # ")  # what is read once is not read again
            place = match.end()
        words = "".join(left) + words[place:]
    return [*found, *_named(words)]


def _in_figures(words: str) -> str:
    """Spelled numbers as figures: "two hundred and fifty" as "250"; "half a" as "1/2"."""

    def figure(match: re.Match[str]) -> str:
        total = current = 0
        for word in re.findall(r"[a-z]+", match.group()):
            if word == "and":
                continue
            value = _WORDS_FOR_NUMBERS[word]
            if value in (100, 1000, 10**6):
                current = max(current, 1) * value
                if value > 100:
                    total, current = total + current, 0
            else:
                current += value
        return str(total + current)

    words = re.sub(r"(?<!\w)half of ", "50% of ", words)
    words = re.sub(r"(?<!\w)half (?:a|an) ", "1/2 ", words)
    words = re.sub(r"(?<!\w)(?:a|an) half (?=tablet|pill|dose)", "1/2 ", words)
    words = re.sub(r"(?<!\w)(?:a quarter of an?|quarter of an?) ", "1/4 ", words)
    words = re.sub(r"(?<!\w)a couple of ", "2 ", words)
    words = re.sub(r"(?<!\w)a dozen ", "12 ", words)
    # "no one", "one of the", "one another" count nothing
    words = re.sub(r"(?<!\w)(?:no one|one another|one of|at one time|one day)(?!\w)", "someone", words)
    return _IN.sub(_as_percent, _SPELLED.sub(figure, words))


def _as_percent(match: re.Match[str]) -> str:
    """ "1 in 10" as "10%"."""
    of = _value(match["of"])
    return f"{float(_value(match['n']) * 100 / of):g}%" if of else match.group()


def _value(figure: str) -> Fraction:
    numerator, slash, denominator = figure.replace(",", "").partition("/")
    if slash:
        return Fraction(int(numerator), int(denominator) or 1)
    return Fraction(numerator)


def _range(match: re.Match[str], first: str, last: str, factor: Fraction = Fraction(1)) -> str:
    values = [_value(match[name]) * factor for name in (first, last) if match[name]]
    return "-".join(str(value) for value in values)


def _age(match: re.Match[str]) -> Fact:
    said = match.group()
    if match["under"]:
        return Fact("age", f"<{Fraction(int(match['under']), 12 if match['months'] else 1)}", said)
    if match["over"]:
        return Fact("age", f">={match['over']}", said)
    if match["aged"]:
        sign = ">=" if match["more"] else "<" if match["fewer"] else ""
        return Fact("age", sign + "-".join(filter(None, (match["aged"], match["to"]))), said)
    if match["e"]:
        unit = "" if match["old"] == "year" else f" {match['old']}s"
        return Fact("age", "-".join(filter(None, (match["e"], match["f"]))) + unit, said)
    unit = "" if match["unit"].startswith("year") else " months"
    return Fact("age", "-".join(filter(None, (match["g"], match["h"]))) + unit, said)


def _frequency(match: re.Match[str]) -> Fact | None:
    """How often, as hours from one time to the next."""
    if match["latin"]:
        times = _LATIN.get(match["latin"].replace(".", ""))
        return Fact("frequency", str(Fraction(24, times)) if times else "as needed", match.group())
    if match["n"] or match["once"]:
        hours = Fraction(_PER_DAY[match["adverb"]]) if match["adverb"] else _HOURS[match["period"]]
        counts = (
            [int(match["n"]), *([int(match["m"])] if match["m"] else [])]
            if match["n"]
            else [_TIMES_SAID[match["once"]]]
        )
        return Fact("frequency", "-".join(str(hours / count) for count in counts if count), match.group())
    if match["unit"]:
        factor = {"other ": 2, "second ": 2, "third ": 3}.get(match["other"] or "", 1)
        counts = [int(match[name]) for name in ("every", "everyto") if match[name]] or [1]
        return Fact(
            "frequency",
            "-".join(str(_HOURS[match["unit"]] * factor * count) for count in counts),
            match.group(),
        )
    if match["alone"]:
        if match["alone"] in _TIMES_SAID:
            return Fact("frequency", f"{match['alone']} only", match.group())
        return Fact("frequency", str(Fraction(_PER_DAY[match["alone"]])), match.group())
    return Fact("frequency", str(_HOURS[match["per"]]), match.group())


def _quantity(match: re.Match[str]) -> Fact | None:
    unit = _PLURALS.get(match["unit"], match["unit"])
    per = (
        (match["per"] or "")
        .replace("per", "/")
        .replace(" ", "")
        .replace("kilogram", "kg")
        .replace("kilo", "kg")
    )
    for table, base in ((_MASS, "mg"), (_VOLUME, "ml")):
        if unit in table:
            return Fact("dose", f"{_range(match, 'n', 'm', table[unit])} {base}{per}", match.group())
    return Fact("dose", f"{_range(match, 'n', 'm')} {unit}{per}", match.group())


def _duration(match: re.Match[str]) -> Fact:
    return Fact("duration", _range(match, "n", "m", _HOURS[match["unit"]]), match.group())


def _some_time(match: re.Match[str]) -> Fact:
    return Fact("duration", f"several {_HOURS[match['unit']]}", match.group())


def _degrees(match: re.Match[str]) -> Fact:
    return Fact("dose", f"{_range(match, 'n', 'm')} °{match['unit'][0]}", match.group())


def _percent(match: re.Match[str]) -> Fact:
    return Fact("number", f"{_range(match, 'n', 'm')} %", match.group())


def _plain(match: re.Match[str]) -> Fact:
    return Fact("number", str(_value(match.group())), match.group())


# --- Words ------------------------------------------------------------------------------------------

_CLOSE = r"\w+"
_OUTWEIGHS = re.compile(r"(?P<what>benefit|risk|harm|advantage)[^.;]{0,60}? outweigh")
_SMALL = frozenset(
    "a an the to be been being of any it is are was were do does did have has had you your that this".split()
)


@cache
def _lexicon() -> dict[str, Any]:
    return tomllib.loads((files("reviews.comparing") / "facts.toml").read_text(encoding="utf-8"))


@cache
def _compiled(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{read_phrase(phrase, {})[0]})(?!\w)")


@cache
def _endings() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)[a-z]{{3,20}}(?:{'|'.join(_lexicon()['drug_endings'])})(?!\w)")


def _named(words: str) -> Iterator[Fact]:
    for kind, group in (
        ("drug", "drugs"),
        ("caution", "conditions"),
        ("caution", "cautions"),
        ("age", "people"),
    ):
        for phrase in _lexicon()[group]:
            for match in _compiled(phrase).finditer(words):
                yield Fact(kind, phrase, match.group())
    for match in _endings().finditer(words):
        if not any(_compiled(phrase).fullmatch(match.group()) for phrase in _lexicon()["drugs"]):
            yield Fact("drug", match.group(), match.group())
    for match in _OUTWEIGHS.finditer(words):
        yield Fact("opposite", f"{match['what']} outweigh", match.group())
    for phrase in _lexicon()["negations"]:
        for match in _compiled(phrase).finditer(words):
            yield Fact("negation", _negated(words[match.end() :]), match.group())


def _negated(after: str) -> str:
    """The word that a negation bears on, cut to its stem."""
    return next((word[:5] for word in re.findall(_CLOSE, after) if word not in _SMALL), "")


def opposites_in(text: str) -> dict[int, tuple[list[str], list[str]]]:
    """For each pair of opposites, the words of either side that stand in the text."""
    words = normalise(fold(text).text)
    found: dict[int, tuple[list[str], list[str]]] = {}
    for number, (one, other) in enumerate(_lexicon()["opposites"]):
        sides = tuple([m.group() for m in _compiled(side).finditer(words)] for side in (one, other))
        if any(sides):
            found[number] = (sides[0], sides[1])
    return found
