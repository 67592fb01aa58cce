"""The pen for charts: SVG as text, coloured by classes alone, so that one drawing serves light, dark and paper."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from core.export.report_words import inert, shortened

WIDTH = 440
TITLE = 22
"""How much of a drawing's height its title takes."""
LINE = 17
"""From one line of words to the next."""
LETTER = 7.2
"""About how wide a letter is, at 12 pixels."""


def drawn(height: float, told: str, parts: Iterable[str], width: float = WIDTH) -> str:
    """A whole drawing; `told` says what it shows."""
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{quoted(told)}" {size}>'
    return "".join([head, *parts, "</svg>"])


def quoted(text: object) -> str:
    return escape(inert(text))


def words(x: float, y: float, text: object, kind: str = "", anchor: str = "start", limit: int = 60) -> str:
    said = escape(shortened(text, limit))
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{said}</text>'


def title(text: object) -> str:
    return words(0, 14, text, "title")


def rule(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def box(x: float, y: float, width: float, height: float, kind: str, more: str = "") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="{kind}"{more}/>'


def dot(x: float, y: float, kind: str, radius: float = 4) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{kind}"/>'


def path(points: Sequence[tuple[float, float]], kind: str) -> str:
    return f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" class="{kind}"/>'


def legend(series: Mapping[int, str], top: float) -> Iterator[str]:
    """A line of words per series, each behind a stroke of its colour."""
    for place, (colour, name) in enumerate(series.items()):
        y = top + place * LINE
        yield rule(0, y - 4, 22, y - 4, f"line s{colour % 4}")
        yield words(28, y, name, "quiet")


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round figures from `low` to `high`."""
    if not high > low:
        return [low]
    raw = (high - low) / about
    magnitude = 10 ** math.floor(math.log10(raw))
    step = next(each * magnitude for each in (1, 2, 5, 10) if each * magnitude >= 0.7 * raw)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [each * step for each in range(first, last + 1)]


def room_for(names: Iterable[object], most: float) -> float:
    """How wide a column of names is."""
    return min(most, max((len(inert(name)) for name in names), default=0) * LETTER + 14)


def fitting(width: float) -> int:
    """How many letters have room."""
    return max(3, round((width - 14) / LETTER))
