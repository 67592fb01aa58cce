"""Scores on one axis: a dot each, with the interval that holds the truth 95 times in 100."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.export.charts import LINE, TITLE, WIDTH, dot, drawn, fitting, room_for, rule, ticks, title, words

ROW = 26
FOOT = 40
RIGHT = 52


@dataclass(frozen=True)
class Scored:
    """One run's share of right answers, and how sure that is."""

    label: str
    colour: int
    value: float
    interval: tuple[float, float]


def intervals(rows: Sequence[Scored], name: str, unit: str, told: str) -> str:
    left = room_for((row.label for row in rows), 190)
    low, high = _ends(rows)
    foot = TITLE + 10 + ROW * len(rows)

    def place(share: float) -> float:
        return left + (share - low) / (high - low) * (WIDTH - left - RIGHT)

    parts = [title(name)]
    for value in ticks(low, high, about=4):
        parts.append(rule(place(value), TITLE + 8, place(value), foot, "grid"))
        parts.append(words(place(value), foot + LINE, f"{100 * value:.3g}%", "quiet", "middle"))
    for number, row in enumerate(rows):
        y = TITLE + 10 + ROW * (number + 0.5)
        parts.append(words(left - 8, y + 4, row.label, "", "end", fitting(left)))
        parts.append(rule(place(row.interval[0]), y, place(row.interval[1]), y, f"line s{row.colour % 4}"))
        parts.append(dot(place(row.value), y, f"dot s{row.colour % 4}", 5))
        parts.append(words(WIDTH - RIGHT + 8, y + 4, f"{100 * row.value:.1f}%", "bold"))
    parts.append(words((left + WIDTH - RIGHT) / 2, foot + 36, unit, "quiet", "middle"))
    return drawn(foot + FOOT, told, parts)


def _ends(rows: Sequence[Scored]) -> tuple[float, float]:
    low = min(row.interval[0] for row in rows)
    high = max(row.interval[1] for row in rows)
    air = max(0.01, 0.05 * (high - low))
    return max(0.0, low - air), min(1.0, high + air)
