"""How a disclaimer may be worded: it reassures nobody, promises nothing and names what it must name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

TOP_LIMIT = 210
"""Characters of a disclaimer before the text: three lines of a reader's page."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip

_REASSURES = (
    r"(?:perfectly |completely |totally |entirely |generally )?safe(?:ly)?", r"harmless", r"risk[- ]free",
    r"(?:no|zero|without(?: any)?) (?:real |serious |known )?(?:risks?|dangers?|harm|side effects?)",
    r"nothing to (?:worry|fear)(?: about)?", r"no (?:need|reason) to worry", r"(?:do not|don't) worry",
    r"well tolerated",
)  # fmt: skip
_PROMISES = (
    r"(?:will|can|does) (?:cure|heal)", r"cures", r"guarantee(?:s|d)?", r"always works?", r"never fails?",
    r"certain to (?:work|help)", r"sure to (?:work|help)", r"100 ?%", r"proven to (?:work|cure|heal)",
    r"miracle",
)  # fmt: skip
_RULES = (
    (_REASSURES, "a disclaimer must not reassure"),
    (_PROMISES, "a disclaimer must not promise anything"),
)
# “not safe”, “never proven to work”, “nobody knows whether it is safe”; but not “not only safe”.
_TAKEN_BACK = re.compile(
    r"\b(?:not(?! (?:only|just|merely)\b)|never|cannot|nor|whether|if|no (?:\w+ ){1,3}(?:is|are))\b"
    r"(?: [\w'-]+){0,4} $|n't(?: [\w'-]+){0,4} $",
    re.IGNORECASE,
)


def faults(text: str, *, placement: str, must_name: Sequence[str]) -> Iterator[str]:
    """What is wrong with the words of a disclaimer, each as the end of a sentence that names it."""
    flat = " ".join(text.replace("’", "'").split())
    for patterns, why in _RULES:
        for match in re.finditer(rf"(?<![\w-])(?:{'|'.join(patterns)})(?![\w-])", flat, re.IGNORECASE):
            if not _TAKEN_BACK.search(flat[: match.start()]):
                yield f"it says “{match[0]}”, and {why}"
    for name in must_name:
        if not re.search(rf"(?<!\w){re.escape(name.replace('’', chr(39)))}(?!\w)", flat, re.IGNORECASE):
            yield f"it must name “{name}” and does not"
    if placement == "top" and len(flat) > TOP_LIMIT:
        yield f"it stands before the text and has {len(flat)} characters; {TOP_LIMIT} are the most there"


def dated(text: str, day: dt.date | None) -> str:
    """The words of a disclaimer with the day on which they were last checked, where there is one."""
    return f"{text} Checked on {day.day} {_MONTHS[day.month - 1]} {day.year}." if day else text
