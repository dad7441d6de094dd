"""Charts as SVG, drawn from numbers alone. Colour goes with a label; every chart has its words in `<desc>`.

Sizes are in units of a drawing 360 wide, which the page scales. No style attributes: the site's content
policy forbids them; colours come from classes in desk.css.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH = 360
_LABEL = 16
"""Height of a line of text."""
_FOOT = 22


@dataclass(frozen=True, slots=True)
class Bar:
    """One value with its label; `said` is what a pointer over it is told."""

    label: str
    value: int
    said: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of small columns under its own heading; `tone` is the suffix of a colour class."""

    heading: str
    tone: str
    bars: Sequence[Bar]


def columns(bars: Sequence[Bar], *, key: str, title: str, desc: str) -> SafeString:
    """Upright columns with their values above and their labels below."""
    height, most = 150, _most(bars)
    step = WIDTH / max(len(bars), 1)
    base = _LABEL + height
    drawn = format_html_join(
        "\n",
        '<g><title>{}</title><rect class="chart-bar" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
        '<text class="chart-value" x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text class="chart-label" x="{}" y="{}" text-anchor="middle">{}</text></g>',
        (
            (
                bar.said or f"{bar.label}: {bar.value}",
                _n(place * step + step * 0.12), _n(base - tall), _n(step * 0.76), _n(tall),
                _n(place * step + step / 2), _n(base - tall - 4), f"{bar.value:,}",
                _n(place * step + step / 2), _n(base + _LABEL), bar.label,
            )
            for place, bar in enumerate(bars)
            for tall in [_tall(bar.value, most, height)]
        ),
    )  # fmt: skip
    return _drawing(drawn, _line(base), height=base + _FOOT, key=key, title=title, desc=desc)


def lying(bars: Sequence[Bar], *, key: str, title: str, desc: str) -> SafeString:
    """Bars that lie under their labels, each with its value at the end."""
    row, most, room = 40, _most(bars), WIDTH - 50
    drawn = format_html_join(
        "\n",
        '<g><title>{}</title><text class="chart-label" x="0" y="{}">{}</text>'
        '<rect class="chart-bar" x="0" y="{}" width="{}" height="14" rx="2"/>'
        '<text class="chart-value" x="{}" y="{}">{}</text></g>',
        (
            (
                bar.said or f"{bar.label}: {bar.value}", place * row + 13, _short(bar.label),
                place * row + 18, _n(wide), _n(wide + 6), place * row + 30, f"{bar.value:,}",
            )
            for place, bar in enumerate(bars)
            for wide in [_tall(bar.value, most, room)]
        ),
    )  # fmt: skip
    return _drawing(drawn, height=len(bars) * row, key=key, title=title, desc=desc)


def strips(rows: Sequence[Strip], *, key: str, title: str, desc: str) -> SafeString:
    """Rows of small columns on one time axis and one scale, each under its heading."""
    tall_row, gap = 44, 14
    row_height = _LABEL + 6 + tall_row + gap
    most = max((_most(strip.bars) for strip in rows), default=1)
    drawn = []
    for place, strip in enumerate(rows):
        top = place * row_height
        base = top + _LABEL + 6 + tall_row
        step = WIDTH / max(len(strip.bars), 1)
        drawn.append(
            format_html(
                '<text class="chart-heading" x="0" y="{}">{}</text>{}{}',
                top + 13,
                strip.heading,
                _line(base),
                format_html_join(
                    "\n",
                    '<rect class="chart-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
                    (
                        (
                            strip.tone,
                            _n(n * step + 1),
                            _n(base - tall),
                            _n(step - 2),
                            _n(tall),
                            bar.said or f"{bar.label}: {bar.value}",
                        )
                        for n, bar in enumerate(strip.bars)
                        for tall in [_tall(bar.value, most, tall_row)]
                    ),
                ),
            )
        )
    end = len(rows) * row_height - gap
    ends: Sequence[Bar] = rows[0].bars if rows else ()
    if ends:
        drawn.append(
            format_html(
                '<text class="chart-label" x="0" y="{}">{}</text>'
                '<text class="chart-label" x="{}" y="{}" text-anchor="end">{}</text>',
                end + _LABEL, ends[0].label, WIDTH, end + _LABEL, ends[-1].label,
            )
        )  # fmt: skip
    body = format_html_join("\n", "{}", ((part,) for part in drawn))
    return _drawing(body, height=end + _FOOT, key=key, title=title, desc=desc)


def _drawing(*parts: SafeString, height: float, key: str, title: str, desc: str) -> SafeString:
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {} {}" role="img" '
        'aria-labelledby="{}-title {}-desc">\n<title id="{}-title">{}</title>\n'
        '<desc id="{}-desc">{}</desc>\n{}\n</svg>',
        WIDTH, _n(height), key, key, key, title, key, desc,
        format_html_join("\n", "{}", ((part,) for part in parts)),
    )  # fmt: skip


def _line(y: float) -> SafeString:
    return format_html(
        '<line class="chart-line" x1="0" y1="{}" x2="{}" y2="{}"/>', _n(y + 0.5), WIDTH, _n(y + 0.5)
    )


def _most(bars: Sequence[Bar]) -> int:
    return max((bar.value for bar in bars), default=0) or 1


def _tall(value: int, most: int, room: float) -> float:
    """The length of a bar; whatever is more than nothing can be seen."""
    return max(2.0, value / most * room) if value > 0 else 0.0


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _short(label: str) -> str:
    return label if len(label) <= 46 else label[:45].rstrip() + "…"
