"""What kind of evidence a work is, as far as its registries say, and the level that this suggests.

Nothing is guessed: a design or a number of participants that is not stated plainly stays unknown. Levels
are those of the Oxford Centre for Evidence-Based Medicine (OCEBM 2011) for the question “does this
intervention help?”; a suggestion to a reviewer, who may know better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

DESIGNS = (
    "systematic-review", "meta-analysis", "randomised-trial", "non-randomised-trial", "cohort",
    "case-control", "cross-sectional", "case-series", "case-report", "qualitative", "animal", "in-vitro",
    "narrative-review", "editorial", "guideline", "protocol", "unknown",
)  # fmt: skip
SUBJECTS = ("human", "animal", "in vitro")
STATUSES = ("peer reviewed", "preprint")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a work as evidence; empty, None or “unknown” where nothing is.

    `publication_types` are in the registry's own words, `participants` are people (or animals) taken in,
    `published_as` and `preprint_of` are DOIs, `registered_as` numbers of ClinicalTrials.gov.
    """

    publication_types: tuple[str, ...] = ()
    design: str = "unknown"
    """One of DESIGNS."""
    participants: int | None = None
    subjects: str = ""
    """One of SUBJECTS, or empty."""
    status: str = ""
    """One of STATUSES, or empty."""
    published_as: str = ""
    preprint_of: str = ""
    """Of a published work: the DOI of the preprint that it was."""
    funding: tuple[str, ...] = ()
    conflicts: str = ""
    registered_as: tuple[str, ...] = ()


# --- The level --------------------------------------------------------------------------------------

_LEVELS: dict[str, tuple[int | None, str]] = {
    "systematic-review": (1, "A systematic review: level 1, if the trials in it were randomised."),
    "meta-analysis": (1, "A meta-analysis: level 1, if the trials in it were found systematically."),
    "randomised-trial": (2, "A randomised trial: level 2."),
    "non-randomised-trial": (3, "A trial not known to be randomised: level 3, if it had a comparison."),
    "cohort": (3, "A cohort study: level 3."),
    "case-control": (4, "A case-control study: level 4."),
    "cross-sectional": (4, "A cross-sectional study, which cannot tell what came first: level 4."),
    "case-series": (4, "A case series: level 4."),
    "case-report": (5, "A single case, less than a series of them: level 5."),
    "qualitative": (None, "A qualitative study answers another question than whether something works."),
    "animal": (5, "A study in animals: level 5."),
    "in-vitro": (5, "A study in the laboratory: level 5."),
    "narrative-review": (5, "A review that was not done systematically: level 5."),
    "editorial": (5, "An opinion: level 5."),
    "guideline": (None, "A guideline is as good as the studies that it rests on."),
    "protocol": (None, "A study that has no results yet."),
    "unknown": (None, "The design of the study is not known."),
}


def suggested_level(evidence: Evidence) -> tuple[int | None, str]:
    """The OCEBM 2011 level for the benefit of a treatment, 1 (strongest) to 5, and a sentence why.

    None where the levels do not apply or the design is not known. A preprint keeps the level of its
    design; the sentence says that nobody reviewed it.
    """
    level, why = _LEVELS.get(evidence.design, _LEVELS["unknown"])
    if evidence.subjects in ("animal", "in vitro") and level is not None and level < 5:
        where = "animals" if evidence.subjects == "animal" else "the laboratory"
        level, why = 5, f"Its subjects are not people but {where}: level 5, whatever the design."
    if evidence.status == "preprint":
        why += " Preprint, so read with care."
        if evidence.published_as:
            why += f" It has since been published as {evidence.published_as}."
    return level, why


def in_words(evidence: Evidence) -> list[tuple[str, str]]:
    """All that is known, as (name, value), what matters most first; what is not known is left out."""
    told = [
        ("Design", "" if evidence.design == "unknown" else evidence.design.replace("-", " ").capitalize()),
        ("Participants", f"{evidence.participants:,}" if evidence.participants else ""),
        ("Studied", evidence.subjects.capitalize()),
        ("Status", evidence.status.capitalize()),
        ("Published as", f"doi:{evidence.published_as}" if evidence.published_as else ""),
        ("Preprint", f"doi:{evidence.preprint_of}" if evidence.preprint_of else ""),
        ("Types", ", ".join(evidence.publication_types)),
        ("Registered as", ", ".join(evidence.registered_as)),
        ("Funding", "; ".join(evidence.funding)),
        ("Conflicts", evidence.conflicts),
    ]
    return [(name, value) for name, value in told if value]


_SHORT = {
    "Design": "{}",
    "Participants": "{} participants",
    "Studied": "{}",
    "Status": "{}",
    "Published as": "published as {}",
    "Funding": "funding declared",
    "Conflicts": "conflicts declared",
}


def at_a_glance(evidence: Evidence) -> list[str]:
    """What a reviewer wants to know first, a few words each; what is not known is left out."""
    return [_SHORT[name].format(value) for name, value in in_words(evidence) if name in _SHORT]


# --- Together, out and in ---------------------------------------------------------------------------


def merged(a: Evidence, b: Evidence) -> Evidence:
    """What two registries know of one work; where they differ, `a` is believed. Lists are joined."""
    known = {
        field.name: getattr(b, field.name)
        for field in fields(Evidence)
        if getattr(a, field.name) in ("", None, "unknown")
    }
    joined: dict[str, Any] = {
        name: tuple(dict.fromkeys(getattr(a, name) + getattr(b, name)))
        for name in ("publication_types", "funding", "registered_as")
    }
    return replace(a, **known, **joined)


def as_dict(evidence: Evidence) -> dict[str, Any]:
    """Safe to write as JSON; `from_dict` reads it."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(evidence).items()}


def from_dict(known: Mapping[str, object]) -> Evidence:
    """Evidence from what `as_dict` gave, today or long ago: keys and values it does not know are dropped."""
    read: dict[str, Any] = {}
    for field in fields(Evidence):
        value = known.get(field.name)
        if isinstance(field.default, tuple):
            if isinstance(value, list | tuple):
                read[field.name] = tuple(entry for entry in value if isinstance(entry, str))
        elif field.name == "participants":
            if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
                read[field.name] = value
        elif isinstance(value, str) and value in _ALLOWED.get(field.name, (value,)):
            read[field.name] = value
    return Evidence(**read)


_ALLOWED: dict[str, tuple[str, ...]] = {"design": DESIGNS, "subjects": SUBJECTS, "status": STATUSES}


# --- What a record says -----------------------------------------------------------------------------

_BY_TYPE = {
    "clinical trial protocol": "protocol",
    "systematic review": "systematic-review",
    "meta-analysis": "meta-analysis",
    "network meta-analysis": "meta-analysis",
    "practice guideline": "guideline",
    "guideline": "guideline",
    "randomized controlled trial": "randomised-trial",
    "randomized controlled trial, veterinary": "animal",
    "clinical trial, veterinary": "animal",
    "observational study, veterinary": "animal",
    "case reports": "case-report",
    "editorial": "editorial",
    "comment": "editorial",
    "news": "editorial",
    "controlled clinical trial": "non-randomised-trial",
    "scoping review": "narrative-review",
    "review": "narrative-review",
    "cohort studies": "cohort",
    "case-control studies": "case-control",
    "cross-sectional studies": "cross-sectional",
    "qualitative research": "qualitative",
}
"""PubMed's publication types and study designs among MeSH headings, the most telling first."""

_RANDOMISED = r"(?<!non-)(?<!non)(?<!not )(?<!quasi-)\brandomi[sz]ed"
_FEW_WORDS = r"(?:[\s,-]+[\w‐-]+){0,7}?[\s,-]+"
_BY_TITLE = [
    (r"\b(?:study|trial) protocol\b|[:–-] (?:an? )?protocol\b"
     r"|\bprotocol (?:for|of) (?:an? )?(?:\S+ ){0,6}(?:trial|study|review|meta-analysis)\b", "protocol"),
    (r"^(?:re|reply|comment(?:ary)?|editorial|response|letter)\b ?(?::|on\b|to\b)", "editorial"),
    (r"\bsystematic(?:ally)? (?:literature )?review\b", "systematic-review"),
    (r"\bmeta-?analys[ei]s\b", "meta-analysis"),
    (r"\bin (?:mice|rats|rabbits|dogs|pigs|zebrafish|macaques)\b(?! and (?:hum|m)[ae]n)"
     r"|\b(?:mouse|rat|animal|murine) model\b", "animal"),
    (r"\bin[ -]vitro\b(?! fertili)", "in-vitro"),
    (rf"{_RANDOMISED}{_FEW_WORDS}(?:trial|study)\b", "randomised-trial"),
    (rf"\b(?:non-?|quasi-?)randomi[sz]ed{_FEW_WORDS}(?:trial|study)\b", "non-randomised-trial"),
    (r"\bcase[- ]control\b", "case-control"),
    (r"\bcohort\b(?! profile)", "cohort"),
    (r"\bcross-sectional\b", "cross-sectional"),
    (r"\bcase series\b", "case-series"),
    (r"\bcase report\b", "case-report"),
    (r"\bqualitative (?:study|analysis|interview)", "qualitative"),
    (r"\b(?:narrative|scoping) review\b", "narrative-review"),
]  # fmt: skip
_TITLES = [(re.compile(pattern, re.IGNORECASE), design) for pattern, design in _BY_TITLE]


def design_of(title: str, types: Iterable[str] = ()) -> str:
    """One of DESIGNS, by what the registry calls the work, else by what the title says it is."""
    named = {name.lower() for name in types}
    by_type = next((design for name, design in _BY_TYPE.items() if name in named), "unknown")
    by_title = next((design for pattern, design in _TITLES if pattern.search(title)), "unknown")
    if by_type == "narrative-review":  # all reviews are filed as such, the systematic ones not always twice
        return by_title if by_title in ("systematic-review", "meta-analysis", "protocol") else by_type
    if by_type != "unknown":
        return by_type
    if by_title == "unknown" and any(name.startswith("clinical trial") for name in named):
        return "non-randomised-trial"
    return by_title


_PEOPLE = (
    r"(?:(?:adult|healthy|eligible|male|female|older|elderly) )?(?:participants|patients|adults|women|men"
    r"|children|adolescents|people|subjects|individuals|volunteers|veterans)"
)
_COUNT = r"(?<![\w.,/])(?:(?<=total of )|(?<!of )(?<!of the ))(\d{1,3}(?:,\d{3})+|\d{1,7})"
_TAKEN_IN = [
    re.compile(rf"{_COUNT} {_PEOPLE} (?:were|was) (?:{how})", re.IGNORECASE)
    for how in (
        r"randomi[sz]ed|randomly (?:assigned|allocated)",
        r"enrol+ed|recruited|included in the (?:study|trial)",
    )
]
_N = re.compile(r"\bn ?= ?(\d{1,3}(?:,\d{3})+|\d{1,7})\b(?!\.\d)", re.IGNORECASE)
_PEOPLE_N = re.compile(rf"\b{_PEOPLE} [\[(]{_N.pattern}[)\],;]", re.IGNORECASE)


def participants_in(abstract: str) -> int | None:
    """How many took part, where the abstract says so once and without contradiction; else None.

    “34 participants were randomised” says so, and “adults (n = 34)” where no other n is given.
    """
    for pattern in _TAKEN_IN:
        found = {_number(match[1]) for match in pattern.finditer(abstract)}
        if found:
            return found.pop() if len(found) == 1 else None
    named = _PEOPLE_N.search(abstract)
    return _number(named[1]) if named and len(_N.findall(abstract)) == 1 else None


def _number(text: str) -> int:
    return int(text.replace(",", ""))
