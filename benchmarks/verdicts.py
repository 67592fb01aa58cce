"""Are equal things called different no more often than stated? The rules of core.insight.verdicts, tried on repeats.

    python -m benchmarks.verdicts                          # ten thousand repeats of each, some minutes
    python -m benchmarks.verdicts --repeats 300 --to verdicts.svg

Every repeat is made of equal things, so whoever calls them different is wrong. Beside the two rules stand the two
shortcuts that they are there to replace. The table goes to the screen with the simulation's own 95% intervals, the
drawing into docs/images.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drawing_verdicts import Line, chart
from benchmarks.equal_things import (
    IN_OUR_INTERVAL,
    LARGE,
    MIDDLE,
    ONE_RUN_EACH,
    RULE_FOR_CLAIMS,
    RULE_FOR_RECIPES,
    SMALL,
    Rule,
)
from core.insight.verdicts import wilson
from core.insight.verdicts.intervals import ALPHA

WORLDS = (SMALL, MIDDLE, LARGE)
RULES = (IN_OUR_INTERVAL, ONE_RUN_EACH, RULE_FOR_CLAIMS, RULE_FOR_RECIPES)
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "verdicts.svg"


@dataclass(frozen=True)
class Found:
    """How often a rule called equal things different, in each world."""

    rule: Rule
    times: tuple[int, ...]
    repeats: int

    @property
    def shares(self) -> tuple[float, ...]:
        return tuple(times / self.repeats for times in self.times)

    @property
    def row(self) -> str:
        cells = (self._cell(times) for times in self.times)
        return f"{self.rule.title:34}" + "".join(f"{cell:>24}" for cell in cells)

    def _cell(self, times: int) -> str:
        low, high = wilson(times, self.repeats)
        return f"{times / self.repeats:.2%} ({low:.1%} to {high:.1%})"


def tried(repeats: int) -> Iterator[Found]:
    for rule in RULES:
        yield Found(rule, tuple(rule.called_different(world, repeats) for world in WORLDS), repeats)


def drawn(found: Sequence[Found]) -> str:
    sizes = [world.n for world in WORLDS]
    lines = [Line(each.rule.title, tuple(zip(sizes, each.shares, strict=True))) for each in found]
    return chart(lines, stated=ALPHA, repeats=found[0].repeats)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=10_000)
    parser.add_argument("--to", type=Path, default=PICTURE)
    choices = parser.parse_args()
    print(f"Equal things called different, of {choices.repeats:,} repeats; at most {ALPHA:.0%} is what is stated.")
    print(f"{'pictures':34}" + "".join(f"{world.n:>24,}" for world in WORLDS))
    print(f"{'accuracy, spread between seeds':34}" + "".join(f"{w.accuracy:>17.0%}, {w.spread:.1%}" for w in WORLDS))
    found = []
    for each in tried(choices.repeats):
        print(each.row, flush=True)
        found.append(each)
    choices.to.write_text(drawn(found), encoding="utf-8")


if __name__ == "__main__":
    main()
