"""Draws how often equal things are called different, against the number of pictures: a line a rule, one for 5%."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.drawing import style
from core.export.charts import dot, drawn, path, rule, words

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, FOOT = 52, 310, 60, 52
LINE = 32
"""From one label of two lines to the next."""

STYLE = style(
    ".stated { stroke: #14212E; stroke-width: 1.5; stroke-dasharray: 6 4; }",
    ".pointer { stroke: #4A5B6C; stroke-opacity: 0.6; }",
    dark=[".stated { stroke: #E6EDF3; }"],
)


@dataclass(frozen=True)
class Line:
    """A rule, and for each number of pictures the share of repeats that it called different."""

    title: str
    points: tuple[tuple[int, float], ...]

    @property
    def said(self) -> str:
        return " / ".join(f"{100 * share:.1f}" for _, share in self.points) + "%"


@dataclass(frozen=True)
class Frame:
    """Where a share at a number of pictures stands: pictures by their logarithm, shares as they are."""

    sizes: tuple[int, ...]
    highest: float

    def place(self, size: float, share: float) -> tuple[float, float]:
        first, last = math.log(self.sizes[0]), math.log(self.sizes[-1])
        across = (math.log(size) - first) / (last - first)
        return LEFT + 20 + across * (WIDTH - LEFT - RIGHT - 40), self.up(share)

    def up(self, share: float) -> float:
        return TOP + (1 - share / self.highest) * (HEIGHT - TOP - FOOT)


def chart(lines: Sequence[Line], stated: float, repeats: int) -> str:
    """All rules over all sizes; each is named where it ends."""
    most = max(share for line in lines for _, share in line.points)
    frame = Frame(tuple(size for size, _ in lines[0].points), math.ceil(max(most, stated) * 10 + 0.2) / 10)
    parts = [STYLE, f'<rect width="{WIDTH}" height="{HEIGHT}" class="ground"/>', *_heading(repeats)]
    parts += [*_axes(frame), rule(LEFT, frame.up(stated), WIDTH - RIGHT, frame.up(stated), "stated")]
    for colour, line in enumerate(lines):
        places = [frame.place(*point) for point in line.points]
        parts += [path(places, f"line s{colour}"), *(dot(*place, f"dot s{colour}") for place in places)]
    told = "; ".join(f"{line.title}: {line.said}" for line in lines)
    return (
        drawn(HEIGHT, f"Equal things called different. {told}", [*parts, *_names(frame, lines, stated)], WIDTH) + "\n"
    )


def _heading(repeats: int) -> Iterator[str]:
    yield words(LEFT, 20, "How often equal things are called different", "title")
    yield words(LEFT, 37, f"share called different, of {repeats:,} simulated exact repeats", "quiet", limit=80)


def _axes(frame: Frame) -> Iterator[str]:
    for share in range(0, round(100 * frame.highest) + 1, 10):
        y = frame.up(share / 100)
        yield rule(LEFT, y, WIDTH - RIGHT, y, "grid" if share else "axis")
        yield words(LEFT - 8, y + 4, f"{share}%", "quiet", "end")
    foot = frame.up(0)
    for size in frame.sizes:
        x, _ = frame.place(size, 0)
        yield rule(x, foot, x, foot + 5, "axis")
        yield words(x, foot + 20, f"{size:,}", "quiet", "middle")
    yield words((LEFT + WIDTH - RIGHT) / 2, foot + 40, "test pictures (n)", "quiet", "middle")


def _names(frame: Frame, lines: Sequence[Line], stated: float) -> Iterator[str]:
    """Beside the end of each line; pushed apart where ends lie close, with a pointer to the end that is meant."""
    ends = [(frame.up(line.points[-1][1]), f"s{colour}", line.title, line.said) for colour, line in enumerate(lines)]
    ends.append((frame.up(stated), "stated", f"what is stated: {stated:.0%}", ""))
    for (end, kind, title, said), y in _apart(sorted(ends)):
        yield rule(WIDTH - RIGHT + 4, end, WIDTH - RIGHT + 22, y, "pointer")
        yield rule(WIDTH - RIGHT + 22, y, WIDTH - RIGHT + 38, y, f"line {kind}")
        yield words(WIDTH - RIGHT + 44, y + 4 if not said else y - 2, title, "bold")
        if said:
            yield words(WIDTH - RIGHT + 44, y + 13, said, "quiet")


def _apart(ends: Sequence[tuple[float, str, str, str]]) -> Iterator[tuple[tuple[float, str, str, str], float]]:
    """Each end from the lowest up, with a height at which its label has room."""
    free = HEIGHT - FOOT + LINE
    for end in reversed(ends):
        free = min(end[0], free - LINE)
        yield end, free
