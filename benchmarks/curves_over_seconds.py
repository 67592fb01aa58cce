"""Accuracy against seconds, on an axis where each step is ten times the one before: several tasks in one drawing."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from core.export.charts import LINE, TITLE, drawn, path, rule, ticks, words
from core.export.report_style import CHART, DARK, LIGHT

Curves = Sequence[Sequence[tuple[float, float]]]
"""Seconds and accuracy, a curve per seed."""

WIDTH, HEIGHT, LEFT, FOOT, GAP = 300, 190, 40, 44, 14
FIFTH = ".chart .line.s4 { stroke: var(--full); }"
"""Reports have four colours; here one more may take part."""
STYLE = f"<style>svg {{ {LIGHT} }} @media (prefers-color-scheme: dark) {{ svg {{ {DARK} }} }} {CHART} {FIFTH}</style>"


def picture(tasks: Mapping[str, Mapping[str, Curves]]) -> str:
    """A panel for each task, in which everybody's curves begin at the same moment."""
    tasks = {title: curves for title, curves in tasks.items() if any(curves.values())}
    names = list(dict.fromkeys(chain.from_iterable(tasks.values())))
    top = TITLE + LINE * len(names) + 16
    parts = [STYLE, *_key(names)]
    for place, (title, curves) in enumerate(tasks.items()):
        parts += _panel(title, curves, names, (place * (WIDTH + GAP), top))
    told = f"Validation accuracy against seconds, of {' and '.join(names)}, for {', '.join(tasks)}."
    return drawn(top + HEIGHT + FOOT, told, parts, width=len(tasks) * (WIDTH + GAP))


def _key(names: list[str]) -> Iterator[str]:
    for place, name in enumerate(names):
        yield rule(0, 10 + place * LINE, 22, 10 + place * LINE, f"line s{place}")
        yield words(28, 14 + place * LINE, name, "quiet")


def _panel(title: str, curves: Mapping[str, Curves], names: list[str], at: tuple[float, float]) -> Iterator[str]:
    every = [point for seeds in curves.values() for points in seeds for point in points]
    first, last = (math.log10(pick(seconds for seconds, _ in every)) for pick in (min, max))
    low, high = (pick(accuracy for _, accuracy in every) for pick in (min, max))
    left, top = at[0] + LEFT, at[1]

    def place(seconds: float, accuracy: float) -> tuple[float, float]:
        across = (math.log10(seconds) - first) / max(last - first, 1e-9)
        up = (accuracy - low) / max(high - low, 1e-9)
        return left + across * (WIDTH - LEFT - GAP), top + (1 - up) * HEIGHT

    yield words(at[0], top - 14, title, "bold")
    for accuracy in ticks(low, high):
        yield rule(left, place(10, accuracy)[1], at[0] + WIDTH - GAP, place(10, accuracy)[1], "grid")
        yield words(left - 6, place(10, accuracy)[1] + 4, f"{accuracy:.0%}", "quiet", "end")
    for seconds in _decades(10**first, 10**last):
        yield rule(place(seconds, 0)[0], top + HEIGHT, place(seconds, 0)[0], top + HEIGHT + 4, "axis")
        yield words(place(seconds, 0)[0], top + HEIGHT + 18, f"{seconds:g}", "quiet", "middle")
    yield rule(left, top + HEIGHT, at[0] + WIDTH - GAP, top + HEIGHT, "axis")
    yield words(left + (WIDTH - LEFT - GAP) / 2, top + HEIGHT + 36, "seconds since the start", "quiet", "middle")
    for colour, name in enumerate(names):
        for points in curves.get(name, ()):
            yield path([place(*point) for point in points], f"line s{colour}")


def _decades(first: float, last: float) -> list[float]:
    """1, 3, 10, 30 ... as far as they lie between the two."""
    marks = (digit * 10.0**power for power in range(-1, 6) for digit in (1, 3))
    return [mark for mark in marks if first <= mark <= last]
