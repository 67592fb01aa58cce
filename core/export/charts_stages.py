"""The one drawing: stages stacked, input at the bottom, epochs to the right; ice is frozen, warm is learning."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from core.export.charts import TITLE, WIDTH, box, drawn, fitting, room_for, rule, ticks, title, words
from core.export.report_words import share_of_rate

Stage = Mapping[str, Any]
"""`name`, and `scales`: the factor on the rate in each epoch, 0 where frozen."""

WARMTH = ((255, 240, 207), (255, 213, 138), (249, 169, 74), (232, 118, 30))
"""From a low rate to a high one, on a logarithmic scale; ink on all of them keeps 5.5:1."""
SLOWEST = 0.005
TOP = TITLE + 22
ROW = 22
FOOT = 62
RIGHT = 14
FLAKE = "M0,-6V6M-5.2,-3L5.2,3M-5.2,3L5.2,-3"


def heat_map(stages: Sequence[Stage], best: int | None, name: str, told: str) -> str:
    """`best` is the best epoch, counted from 0."""
    epochs = max(len(stage["scales"]) for stage in stages)
    left = room_for((stage["name"] for stage in stages), 120)
    wide = (WIDTH - left - RIGHT) / epochs
    foot = TOP + ROW * len(stages)
    parts = [title(name)]
    for place, stage in enumerate(reversed(stages)):
        top = TOP + ROW * place
        parts.append(words(left - 6, top + 15, stage["name"], "quiet", "end", fitting(left)))
        parts += [part for bar in _stretches(stage["scales"]) for part in _bar(*bar, left, top, wide)]
    parts += [*_epochs(epochs, left, foot, wide), *_best(best, left, foot, wide), *_key(foot + 52)]
    return drawn(foot + FOOT, told, parts)


def _stretches(scales: Sequence[float]) -> Iterator[tuple[int, int, float]]:
    """Epochs side by side in which a stage has one scale: the first of them, how many, and the scale."""
    begin = 0
    for scale, same in groupby(scales):
        length = len(list(same))
        yield begin, length, scale
        begin += length


def _bar(begin: int, length: int, scale: float, left: float, top: float, wide: float) -> Iterator[str]:
    x, width = left + begin * wide, length * wide
    middle = x + width / 2
    if not scale:
        yield box(x, top, width, ROW, "cell ice")
        for flake in range(count := max(1, int(length // max(1, 40 // wide)))):
            yield _flake(x + width * (flake + 0.5) / count, top + ROW / 2)
        return
    yield box(x, top, width, ROW, "cell", f' fill="{warmth(scale)}"')
    if scale != 1 and width > 34:
        yield words(middle, top + 15, share_of_rate(scale), "on-warm", "middle")


def _flake(x: float, y: float) -> str:
    return f'<path d="{FLAKE}" transform="translate({x:.1f} {y:.1f})" class="flake"/>'


def warmth(scale: float) -> str:
    """The colour of a rate, as a share of the highest."""
    at = (math.log(min(1.0, max(SLOWEST, scale))) / -math.log(SLOWEST) + 1) * (len(WARMTH) - 1)
    low = min(int(at), len(WARMTH) - 2)
    mixed = (round(a + (b - a) * (at - low)) for a, b in zip(WARMTH[low], WARMTH[low + 1], strict=True))
    return "#" + "".join(f"{each:02x}" for each in mixed)


def _epochs(epochs: int, left: float, foot: float, wide: float) -> Iterator[str]:
    for value in [1] if epochs == 1 else ticks(1, epochs, about=8):
        if value == int(value):
            yield words(left + (value - 0.5) * wide, foot + 15, f"{value:.0f}", "quiet", "middle")
    yield words((left + WIDTH - RIGHT) / 2, foot + 31, "epoch", "quiet", "middle")


def _best(best: int | None, left: float, foot: float, wide: float) -> Iterator[str]:
    if best is not None:
        x = left + (best + 0.5) * wide
        yield rule(x, TOP, x, foot, "best")
        yield words(x, TOP - 5, "best", "bold", "middle")


def _key(y: float) -> Iterator[str]:
    """What the colours mean."""
    yield box(0, y - 11, 20, 14, "cell ice")
    yield _flake(10, y - 4)
    yield words(26, y, "frozen", "quiet")
    for place in range(40):
        yield box(84 + 2 * place, y - 11, 2.2, 14, "", f' fill="{warmth(SLOWEST ** (1 - place / 39))}"')
    yield words(170, y, "learns, at 0.5% to 100% of the rate", "quiet")
