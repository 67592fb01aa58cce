"""Curves over epochs: validation solid, training dashed, one colour per recipe, each seed pale behind their mean."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.export.charts import LINE, TITLE, WIDTH, dot, drawn, legend, path, rule, ticks, title, words

Points = Sequence[tuple[float, float]]

HEIGHT = 216
LEFT, RIGHT, FOOT = 46, 14, 40


@dataclass(frozen=True)
class Curve:
    """One line: the number of its colour, and whether it is the mean of others, training, or one seed of several."""

    points: Points
    colour: int
    dashed: bool = False
    pale: bool = False


@dataclass(frozen=True)
class Mark:
    """The best epoch of a run; words stand beside it where it is the only one."""

    x: float
    y: float
    colour: int
    says: str = ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Where figures stand on paper."""

    x: tuple[float, float]
    y: tuple[float, float]
    top: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return LEFT + across * (WIDTH - LEFT - RIGHT), self.top + (1 - up) * HEIGHT


def curves(
    name: str,
    lines: Sequence[Curve],
    marks: Sequence[Mark],
    series: Mapping[int, str],
    form: Callable[[float], str],
    told: str,
) -> str:
    """A chart of lines; `series` are names by the number of their colour, drawn only where there are several."""
    names = series if len(series) > 1 else {}
    frame = _frame(lines, TITLE + LINE * len(names) + 8)
    height = frame.top + HEIGHT + FOOT
    parts = [title(name), *legend(names, TITLE + 12), *_axes(frame, form)]
    parts += [path([frame.place(*point) for point in each.points], _kind(each)) for each in lines if each.points]
    parts += [
        dot(*frame.place(*each.points[0]), f"dot s{each.colour % 4}", 3) for each in lines if len(each.points) == 1
    ]
    parts += [part for mark in marks for part in _marked(frame, mark)]
    return drawn(height, told, parts)


def _frame(lines: Sequence[Curve], top: float) -> Frame:
    xs = [x for each in lines for x, _ in each.points]
    ys = [y for each in lines for _, y in each.points]
    low, high = min(ys), max(ys)
    air = 0.08 * (high - low) or 0.1 * abs(high) or 0.1
    last = max(max(xs), min(xs) + 1)
    return Frame(x=(min(xs), last), y=(low - air, high + air), top=top)


def _axes(frame: Frame, form: Callable[[float], str]) -> Iterator[str]:
    for value in ticks(*frame.y):
        _, y = frame.place(frame.x[0], value)
        yield rule(LEFT, y, WIDTH - RIGHT, y, "grid")
        yield words(LEFT - 6, y + 4, form(value), "quiet", "end")
    foot = frame.top + HEIGHT
    yield rule(LEFT, foot, WIDTH - RIGHT, foot, "axis")
    for value in ticks(*frame.x, about=8):
        if value == int(value):
            x, _ = frame.place(value, frame.y[0])
            yield rule(x, foot, x, foot + 4, "axis")
            yield words(x, foot + 18, f"{value:.0f}", "quiet", "middle")
    yield words((LEFT + WIDTH - RIGHT) / 2, foot + 36, "epoch", "quiet", "middle")


def _kind(curve: Curve) -> str:
    manner = " dashed" if curve.dashed else ""
    return f"line s{curve.colour % 4}{manner}{' pale' if curve.pale else ''}"


def _marked(frame: Frame, mark: Mark) -> Iterator[str]:
    x, y = frame.place(mark.x, mark.y)
    yield dot(x, y, f"dot s{mark.colour % 4}")
    if mark.says:
        near_the_end = x > WIDTH * 0.7
        high = y > frame.top + 24
        yield words(x + (-4 if near_the_end else 4), y + (-9 if high else 18), mark.says, "bold", _side(near_the_end))


def _side(near_the_end: bool) -> str:
    return "end" if near_the_end else "start"
