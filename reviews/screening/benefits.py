"""Benefits: what a sentence says something does for health or performance.

The narrow reading asks for a verb and what it acts on ("reduce … anxiety"), in that order. In an article
about an unproven remedy the wide reading also takes any other way of saying it: nouns ("a reduction in
pain"), adjectives ("improved sleep"), hopes ("holds promise for depression").
"""

from __future__ import annotations

import re

from reviews.screening.clauses import clause_before
from reviews.screening.phrases import pattern

_REACH = 70  # characters between a verb and the thing it acts on
_NEAR = 60  # characters between the two words of the wide reading
_CONCESSION = re.compile(r"(?:while|although|though|even though|despite|whilst|as)\b[^,]{0,200}, ")
_LABEL = re.compile(r"[^.:;!?,]{1,50}: ")
_STOP = re.compile(r"[;:.?!] ")


def benefit(words: str) -> str:
    """The benefit that normalised text states ("reduce stress and anxiety"), or ''; a denied one is none."""
    words = _without_label(without_concession(words))
    if pattern("claims", "services").search(words):
        return ""
    for verbs, things in (("lessen", "complaints"), ("lift", "assets")):
        found = joined(words, verbs, things)
        if found:
            return found
    for match in pattern("claims", "benefits").finditer(words):
        if not is_denied(words, match.start()):
            return match.group()
    return ""


def implied_benefit(words: str) -> str:
    """The same in the wide reading."""
    found = benefit(words)
    if found:
        return found
    words = _without_label(without_concession(words))
    for match in pattern("benefits", "sure").finditer(words):
        if not is_denied(words, match.start()):
            return match.group()
    outcomes = list(pattern("benefits", "outcomes").finditer(words))
    if not outcomes:
        return ""
    for gain in pattern("benefits", "gains").finditer(words):
        near = [o for o in outcomes if o.start() - gain.end() <= _NEAR and gain.start() - o.end() <= _NEAR]
        if not near or is_denied(words, gain.start()):
            continue
        for outcome in near:
            first, last = sorted((gain, outcome), key=lambda match: match.start())
            if last.end() <= first.end() and last.group() != first.group():
                return first.group()  # "keeps anxiety at bay"
            if first.end() <= last.start() and not _STOP.search(words, first.end(), last.start()):
                return words[first.start() : last.end()]
    return ""


def listed_benefit(words: str, lead_in: str) -> str:
    """The benefit that an item of a list names: in its run-in heading, or under a promise of benefits."""
    label = _LABEL.match(words)
    named = label.group() if label else words
    outcome = pattern("benefits", "outcomes").search(named)
    if not outcome or pattern("benefits", "background").match(words[len(named) :]):
        return ""
    if pattern("benefits", "lists").search(lead_in) or (label and pattern("benefits", "gains").search(named)):
        return named.rstrip(": ")
    return ""


def good_thing(words: str) -> bool:
    """Whether normalised text speaks of anything that a person might want for their health."""
    return bool(
        implied_benefit(words)
        or pattern("benefits", "outcomes").search(words)
        or pattern("benefits", "gains").search(words)
    )


def joined(words: str, first: str, second: str, *, deniable: bool = True) -> str:
    """The shortest stretch from a phrase of `first` to one of `second` within reach and clause, or ''."""
    for verb in pattern("claims", first).finditer(words):
        thing = pattern("claims", second).search(words, verb.end(), verb.end() + _REACH)
        if thing and not (deniable and is_denied(words, verb.start())):
            return words[verb.start() : thing.end()]
    return ""


def is_denied(words: str, at: int) -> bool:
    """Whether the phrase at `at` is governed by a negation."""
    return pattern("claims", "denied").search(clause_before(words, at)) is not None


def without_concession(words: str) -> str:
    """The main clause of "While more research is needed, early findings suggest …".

    Only a concession about what is not known is set aside; any other may hold the claim itself.
    """
    concession = _CONCESSION.match(words)
    if concession and pattern("claims", "limits").search(concession.group()):
        return words[concession.end() :]
    return words


def _without_label(words: str) -> str:
    """What follows the run-in heading of a list item ("better sleep: many people …")."""
    label = _LABEL.match(words)
    return words[label.end() :] if label else words
