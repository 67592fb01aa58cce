"""What the charts of benchmarks share: colours for light and dark, panels of lines over sizes, and stacked bars."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.export.charts import LINE as ROW
from core.export.charts import box, dot, drawn, path, rule, ticks, words

PAPER, NIGHT = "#FFFFFF", "#0F1720"
ON_PAPER = ("#C2480A", "#8A5FB5", "#0B7A6B", "#0B5CAD", "#A97400", "#B03A6B", "#5D7185", "#2E9BC6")
AT_NIGHT = ("#F0883E", "#B794E0", "#3FBFA8", "#6CB4F0", "#E0B040", "#F07FA8", "#9FB0C0", "#7FD0F0")


def style(*more: str, dark: Sequence[str] = ()) -> str:
    """The colours of everything, in light and in dark; a drawing may add rules of its own to both."""
    return "\n".join(
        [
            "<style>",
            "text { font: 13px system-ui, sans-serif; } .title { font-size: 15px; }",
            ".title, .bold, .inside { font-weight: 600; } .line { stroke-width: 2.5; } .bar { stroke-width: 1; }",
            *_colours(PAPER, "#14212E", "#4A5B6C", "#D5DEE6", ON_PAPER),
            *more,
            "@media (prefers-color-scheme: dark) {",
            *_colours(NIGHT, "#E6EDF3", "#9FB0C0", "#314252", AT_NIGHT),
            *dark,
            "}",
            "</style>",
        ]
    )


def _colours(ground: str, ink: str, quiet: str, grid: str, series: Sequence[str]) -> Iterator[str]:
    yield f"text {{ fill: {ink}; }} .quiet {{ fill: {quiet}; }} .ground {{ fill: {ground}; }}"
    yield f".grid {{ stroke: {grid}; }} .axis {{ stroke: {quiet}; }} .inside {{ fill: {ground}; }}"
    yield from (f".s{number} {{ stroke: {each}; fill: {each}; }}" for number, each in enumerate(series))
    yield f".line {{ fill: none; }} .bar {{ stroke: {ground}; }}"


COLOURS = len(ON_PAPER)
WIDTH = 760
LEFT, RIGHT, FOOT = 56, 18, 52
PANEL = 250
"""How high a panel is, axes excluded."""
HEAD = 64
BAR = 34
NAMES = 104
LETTER = 7.5


@dataclass(frozen=True)
class Line:
    """A name, and a height at each size."""

    name: str
    points: Sequence[tuple[float, float]]


def lines_chart(title: str, panels: Mapping[str, Sequence[Line]], across: str) -> str:
    """Panels beside each other over the same sizes, on a logarithmic scale; heights begin at 0."""
    height, width = HEAD + PANEL + FOOT, WIDTH / len(panels)
    names = [line.name for line in next(iter(panels.values()))]
    parts = [*_ground(height), words(16, 24, title, "title", limit=90), *_legend(names, 44)]
    for number, (name, lines) in enumerate(panels.items()):
        parts += _panel(name, lines, across, number * width, (number + 1) * width)
    told = "; ".join(f"{name}: {line.name} {_told(line)}" for name, lines in panels.items() for line in lines)
    return drawn(height, f"{title}. {told}", parts, WIDTH) + "\n"


def _told(line: Line) -> str:
    return ", ".join(f"{y:.3g} at {x:,.0f}" for x, y in line.points)


def _ground(height: float) -> list[str]:
    return [style(), f'<rect width="{WIDTH}" height="{height:g}" class="ground"/>']


def _legend(names: Sequence[str], y: float) -> Iterator[str]:
    x = 16.0
    for colour, name in enumerate(names):
        room = 18 + LETTER * len(name)
        x, y = (16.0, y + ROW) if x + room > WIDTH else (x, y)
        yield box(x, y - 10, 12, 12, f"s{colour % COLOURS}")
        yield words(x + 18, y, name, "quiet")
        x += room + 12


def _panel(name: str, lines: Sequence[Line], across: str, left: float, right: float) -> Iterator[str]:
    top, foot, left, right = HEAD + 18, HEAD + PANEL, left + LEFT, right - RIGHT
    sizes = sorted({x for line in lines for x, _ in line.points})
    highest = 1.12 * max(y for line in lines for _, y in line.points)

    def place(x: float, y: float) -> tuple[float, float]:
        share = math.log(x / sizes[0]) / math.log(sizes[-1] / sizes[0])
        return left + 10 + share * (right - left - 20), foot - y / highest * (foot - top)

    yield words(left - LEFT + 16, HEAD + 6, name, "bold")
    for value in ticks(0, highest):
        y = place(sizes[0], value)[1]
        yield rule(left, y, right, y, "grid" if value else "axis")
        yield words(left - 6, y + 4, f"{value:g}", "quiet", "end")
    for size in sizes:
        yield words(place(size, 0)[0], foot + 18, f"{size / 1000:.3g}k" if size >= 1000 else size, "quiet", "middle")
    yield words((left + right) / 2, foot + 38, across, "quiet", "middle")
    for colour, line in enumerate(lines):
        places = [place(*point) for point in line.points]
        yield path(places, f"line s{colour % COLOURS}")
        yield from (dot(*each, f"dot s{colour % COLOURS}") for each in places)


def bars_chart(title: str, about: str, bars: Mapping[str, Mapping[str, float]]) -> str:
    """A bar for each name, as long as its seconds, stacked by what they went to; in the words of `bars`' own order."""
    kinds = list(dict.fromkeys(kind for parts in bars.values() for kind in parts))
    longest = max(sum(parts.values()) for parts in bars.values())
    top, left = HEAD + 2 * ROW, max(NAMES, 28 + LETTER * max(map(len, bars)))
    height = top + len(bars) * (BAR + 14) + 12
    drawing = [*_ground(height), words(16, 24, title, "title", limit=90), words(16, 44, about, "quiet", limit=110)]
    drawing += _legend(kinds, 66)
    for number, (name, parts) in enumerate(bars.items()):
        drawing += _bar(name, parts, kinds, (left, top + number * (BAR + 14)), (WIDTH - left - 76) / longest)
    told = "; ".join(f"{name}: {_shares(parts)}" for name, parts in bars.items())
    return drawn(height, f"{title}. {told}", drawing, WIDTH) + "\n"


def _shares(parts: Mapping[str, float]) -> str:
    whole = sum(parts.values())
    return ", ".join(f"{kind} {seconds / whole:.0%}" for kind, seconds in parts.items())


def _bar(
    name: str, parts: Mapping[str, float], kinds: Sequence[str], corner: tuple[float, float], scale: float
) -> Iterator[str]:
    (x, y), whole = corner, sum(parts.values())
    yield words(16, y + BAR / 2 + 5, name, "bold")
    for kind, seconds in parts.items():
        width, share = seconds * scale, f"{seconds / whole:.0%}"
        yield box(x, y, width, BAR, f"bar s{kinds.index(kind) % COLOURS}")
        if width > LETTER * len(share) + 6:
            yield words(x + width / 2, y + BAR / 2 + 5, share, "inside", "middle")
        x += width
    yield words(x + 8, y + BAR / 2 + 5, f"{whole:.1f} s", "quiet")
