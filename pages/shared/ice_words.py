"""The drawing of ice and warmth as a sentence, for who cannot see it."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

Stage = Mapping[str, Any]

MOST_TOLD = 7
"""Beyond, a sentence is no easier than the drawing: the first ones and the last are told."""


def in_words(stages: Sequence[Stage]) -> str:
    """ "layer4 to head learn from epoch 1; layer3 learns from epoch 5; stem to layer2 stay frozen." """
    told = groupby(reversed(stages), key=lambda stage: _awake(stage["scales"]))
    groups = [(span, list(reversed(list(same)))) for span, same in told]
    learning = [_learning(span, same) for span, same in groups if span]
    if len(learning) > MOST_TOLD:
        learning = [*learning[:3], f"{len(learning) - 4} more wake in between", learning[-1]]
    frozen = [same for span, same in groups if not span]
    stays = "stays" if sum(map(len, frozen)) == 1 else "stay"
    said = [*learning, *([f"{' and '.join(map(_names, frozen))} {stays} frozen"] if frozen else [])]
    return "; ".join(said) + "." if said else "There is nothing to learn."


def share(scale: float) -> str:
    """ "100%", "2.2%", "0.0031%": two digits that count."""
    return f"{100 * scale:.2g}%" if scale < 0.995 else f"{100 * scale:.0f}%"


def _awake(scales: Sequence[float]) -> tuple[int, int | None] | None:
    """From which epoch a stage learns, and until which if it falls asleep again; None if it never does."""
    awake = [epoch for epoch, scale in enumerate(scales, 1) if scale]
    if not awake:
        return None
    return awake[0], awake[-1] if awake[-1] < len(scales) else None


def _learning(span: tuple[int, int | None], stages: Sequence[Stage]) -> str:
    first, last = span
    until = f" until epoch {last}" if last else ""
    return f"{_names(stages)} {'learns' if len(stages) == 1 else 'learn'} from epoch {first}{until}{_rates(stages)}"


def _rates(stages: Sequence[Stage]) -> str:
    rates = [scale for stage in stages for scale in stage["scales"] if scale]
    slowest, fastest = min(rates), max(rates)
    if slowest == fastest:
        return "" if fastest == 1 else f" at {share(fastest)} of the rate"
    return f" at {share(slowest)} to {share(fastest)} of the rate"


def _names(stages: Sequence[Stage]) -> str:
    first, last = str(stages[0]["name"]), str(stages[-1]["name"])
    return first if len(stages) == 1 else f"{first} to {last}"
