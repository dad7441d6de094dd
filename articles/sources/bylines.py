"""Lists of authors as references print them, and each name as “Surname AB”."""

from __future__ import annotations

import re

_PARTICLES = (
    r"(?:(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|el|al|bin|ben|ten|ter|zu"
    r"|Van|Von|De|La|Le|Di|Del)\s){0,3}"
)
_SMALL = {"of", "for", "and", "the", "on", "in", "&"}
_SURNAME = rf"{_PARTICLES}[^\W\d_][\w'’‐-]{{0,40}}(?:\s[^\W\d_a-z][\w'’‐-]{{1,40}}){{0,2}}"
_INITIALS = r"(?:[^\W\d_a-z]\.?[\s‐-]?){1,5}"
_SUFFIX = r"(?:,?\s(?:Jr|Sr|2nd|3rd|II|III)\.?)?"
_PRINTED = re.compile(rf"(?P<surname>{_SURNAME}),?\s(?P<initials>{_INITIALS}){_SUFFIX}")
_FIRST = re.compile(rf"(?P<initials>(?:[^\W\d_a-z]\.[\s‐-]?){{1,5}})\s?(?P<surname>{_SURNAME})")
_GROUP = re.compile(
    r"\b(?:Organi[sz]ation|Institutes?|Association|Society|College|Committee|Group|Cent(?:re|er)s?|Agency|Administration"
    r"|Department|Ministry|Council|Consortium|Investigators|Collaborators|Collaboration|Foundation|Network|Academy"
    r"|Service|Services|Task Force|Federation|Board|Alliance|University|NICE|NHS|CDC|WHO|FDA|EMA)\b"
)
_BETWEEN = re.compile(r"\s*;\s*|,?\s+(?:and|&)\s+|,\s*(?:and|&)\s*|,\s*")


def read_names(text: str, *, groups: bool = True) -> tuple[str, ...]:
    """The authors that the whole of `text` lists, each as “Surname AB”, or a group's name; else none.

    Nothing is returned unless every part is a name, so that a title is never taken for authors.
    “et al.” is left out. With `groups` the whole text may be a group's name.
    """
    text = re.sub(r"[\s,]*\b(?:et al|and others)\b\.?\s*$", "", text.strip()).rstrip(" ,;:")
    text = re.sub(r",?\s*\(?\beds?\.?\)?$", "", text)
    if not text or len(text) > 3000:
        return ()
    parts = [part for part in _BETWEEN.split(text) if part]
    names: list[str] = []
    while parts:
        part = parts.pop(0)
        initials = parts[0] if parts and re.fullmatch(_INITIALS + r"(?:(?:Jr|Sr)\.?)?", parts[0]) else ""
        if name := _name(part):
            names.append(name)
        elif initials and (name := _name(f"{part} {initials}")):
            names.append(name)
            parts.pop(0)
        elif names and re.fullmatch(r"(?:Jr|Sr|II|III)\.?|\.{3}|…", part):
            continue
        else:
            return _group(text) if groups else ()
    return tuple(names)


def _name(part: str) -> str:
    found = _PRINTED.fullmatch(part.strip()) or _FIRST.fullmatch(part.strip())
    if not found:
        return ""
    initials = re.sub(r"[.\s‐-]", "", found["initials"])
    return f"{found['surname']} {initials}"


def _group(text: str) -> tuple[str, ...]:
    name = text.rstrip(" .")
    plain = len(name) <= 120 and not re.search(r"[?!:;]|\d", name)
    words = name.split()
    capitals = sum(word[0].isupper() or word in _SMALL for word in words)
    return (name,) if plain and capitals == len(words) and _GROUP.search(name) else ()
