"""The colours of tokens.css can be read: WCAG 2.2 contrast, in both themes."""

from __future__ import annotations

import re

import pytest

from config.environment import ROOT

TOKENS = (ROOT / "static/signoff/tokens.css").read_text(encoding="utf-8")
PUBLIC, PRINT = (
    "".join((ROOT / f"static/signoff/{name}.css").read_text(encoding="utf-8") for name in names)
    for names in (("public", "article", "pages"), ("print",))
)
STATES = ("signed", "waiting", "attention", "stop")

# What public.css sets on what. 7:1 is WCAG's AAA for text, 3:1 its minimum for the edges of controls.
TEXT = [
    *[
        (text, ground)
        for text in ("ink", "quiet", "brand", "link", "visited")
        for ground in ("paper", "surface")
    ],
    *[(state, ground) for state in STATES for ground in (f"{state}-bg", "paper", "surface")],
    *[("ink", f"{state}-bg") for state in STATES],
    # A reference that was jumped to.
    *[(text, "attention-bg") for text in ("quiet", "link", "visited")],
    ("on-brand", "brand"),
]
EDGES = [(edge, ground) for edge in ("edge", "focus") for ground in ("paper", "surface")]
DESK = [("quiet", f"{state}-bg") for state in STATES]


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", css))


_light, _dark = TOKENS.split("@media screen and (prefers-color-scheme: dark)")
THEMES = {"light": colours(_light), "dark": colours(_light) | colours(_dark)}


def luminance(colour: str) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_ratio_is_the_one_of_wcag() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("pairs", "least"), [(TEXT, 7.0), (EDGES, 3.0), (DESK, 4.5)], ids=["text", "edges", "desk"]
)
def test_contrast(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    tokens = THEMES[theme]
    found = {f"{text} on {ground}": round(ratio(tokens[text], tokens[ground]), 2) for text, ground in pairs}
    assert not {pair: value for pair, value in found.items() if value < least}


def test_the_dark_theme_changes_every_colour() -> None:
    assert set(colours(_dark)) == set(colours(_light))


def test_the_site_uses_tokens_and_only_those_that_exist() -> None:
    """No colour of its own, so that the pairs above are all that there are (paper is always white)."""
    assert not re.findall(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(|:\s*(?:white|black|red|gray|grey)\b", PUBLIC)
    defined = set(re.findall(r"--([\w-]+):", TOKENS))
    assert set(re.findall(r"var\(--([\w-]+)", TOKENS + PUBLIC + PRINT)) <= defined
    assert set(re.findall(r"--([\w-]+):", PRINT)) <= defined
    assert "!important" not in PUBLIC + PRINT
