"""What a benchmark says: how many times quicker one thing is than another, how far that varied, and on what machine."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from core.errors import ExplorerError


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One ratio: the median over the rounds in which both took their turn, the lowest, and the highest."""

    name: str
    """What was done, on what."""
    ratio: float
    low: float
    high: float
    against: str
    """What it is compared with."""
    means: str = ""
    """How the ratio is to be read, where it is not of two times: so many times "as quick as" that."""
    share_of_peak: float | None = None
    """Of the operations that this machine can do in that time, measured beside it, how many were done."""
    machine: str = ""

    @classmethod
    def of(cls, name: str, against: str, above: Sequence[float], below: Sequence[float], **more: Any) -> "Figure":
        """How many times `below` goes into `above`, round by round."""
        ratios = [one / other for one, other in zip(above, below, strict=True)]
        spread = {"ratio": median(ratios), "low": min(ratios), "high": max(ratios)}
        return cls(name=name, against=against, machine=machine(), **spread, **more)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "told": str(self)}

    def __str__(self) -> str:
        ratio = f"{self.ratio:.2f} ({self.low:.2f} to {self.high:.2f})"
        share = "" if self.share_of_peak is None else f", {self.share_of_peak:.0%} of the peak"
        return f"{self.name}: {ratio} times {f'{self.means} ' if self.means else ''}{self.against}{share}"


def machine() -> str:
    """The processor, how many of its cores may be used, what they can do, and torch's version."""
    from core.training import machine

    return machine.machine()


def at_least(least: int) -> Callable[[str], int]:
    """How the command line takes a number that must not be smaller."""

    def number(text: str) -> int:
        if (found := int(text)) < least:
            raise argparse.ArgumentTypeError(f"{found} is too few, at least {least}")
        return found

    return number


def say(progress: str) -> None:
    """What happens meanwhile: not a part of the answer."""
    print(progress, file=sys.stderr, flush=True)


def answer(asked: argparse.ArgumentParser, measure: Callable[[argparse.Namespace], Iterable[Figure]]) -> None:
    """Measure what the command line asks for; as a table, or with `--json` as one document."""
    asked.add_argument("--json", action="store_true", help="one JSON document on standard output")
    given = asked.parse_args()
    try:
        figures = list(measure(given))
    except ExplorerError as error:
        say(str(error))
        sys.exit(2)
    if given.json:
        print(json.dumps({"benchmarks": [each.to_json() for each in figures]}))
    else:
        print("\n".join([*map(str, figures), machine()]))
