"""How large training pictures are: a share of a recipe's size in whole steps, and the sizes of a run in words."""

from collections.abc import Mapping, Sequence
from typing import Any

STEP = 32
"""Networks halve a side five times: of other sizes they lose the border."""
SMALLEST = 96
"""The shorter side: of less, a pretrained network sees fewer than three places across at last."""
MOST_TOLD = 7

Size = tuple[int, int]


def shrunk(size: Size, share: float) -> Size:
    """A share of both sides, in whole steps; both shrink alike, so one that is small already keeps the other."""
    share = max(share, SMALLEST / min(size))
    if share >= 1:
        return size
    height, width = (min(side, STEP * round(side * share / STEP)) for side in size)
    return height, width


def sizes_in_words(sizes: Sequence[Mapping[str, Any]]) -> str:
    """Nothing where pictures always have one size; of many changes the first ones and the last are told."""
    if len(sizes) < 2:
        return ""
    (first, *told), more = sizes, len(sizes) - MOST_TOLD
    later = [f"{_sides(each)} from epoch {each['epoch'] + 1}" for each in told]
    if more > 0:
        later[-1 - more : -1] = ["..."]
    return f"Training pictures are {_sides(first)}, then {', '.join(later)}."


def _sides(size: Mapping[str, Any]) -> str:
    return f"{size['height']} x {size['width']}"
