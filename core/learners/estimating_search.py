"""How long a search on frozen features would take here: a moment of looking at pictures, and a small search.

The features that are computed meanwhile are kept, so that the run need not compute them again. The search is tried with
few pictures, then with four times as many, as long as that is quick. How it grows beyond them nobody knows beforehand:
at least with the pictures, at most with every two of them; the range holds both.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.home import Home
from core.learners.collecting import Collection
from core.learners.search import Search
from core.recipe import Recipe
from core.training.environment import device_of
from core.training.measuring import FEW, LESS, MORE, QUICK, Estimate, keeping, measured, timed, within

FIRST = 100
"""Pictures of the smallest search, if that many can be looked at."""
SLOW, MIDDLE, FAST = 1.0, 1.5, 2.0
"""As which power of the pictures the search grows, but for what it costs in any case."""


@dataclass(frozen=True)
class Tried:
    """A search with a part of the pictures, and what it took."""

    pictures: int
    seconds: float


def estimate(recipe: Recipe, home: Home, device: str) -> Estimate:
    """Look, and search, for a moment."""
    with measured(device_of(device)) as memory:
        began = time.monotonic()
        search = Search(recipe, device_of(device), home, None)
        setup, planned = time.monotonic() - began, search.planned
        whole = dict(search.lesson.splits)
        numbers = _in_turn(search)
        seen, looking = looked(search.features, numbers)
        tried = list(_searches(search, whole, seen))
        low, middle, high = (_with_all(tried, len(numbers), power) for power in (SLOW, MIDDLE, FAST))
        assert search.best is not None
        saving = keeping(search.saving(search.best), home)
        return Estimate(
            seconds=within(recipe, setup + looking + middle + saving * (1 + planned) / 2),
            seconds_low=within(recipe, LESS * (setup + looking + low + saving)),
            seconds_high=within(recipe, MORE * (setup + looking + high + saving * planned)),
            memory=memory() + _unseen(search, tried[-1].pictures / len(numbers), whole),
            device=str(search.device),
            steps=planned,
            seconds_per_step=middle / planned,
        )


def _in_turn(search: Search) -> np.ndarray:
    """The numbers of all pictures, so that each beginning is like the whole: two classes and every split come first."""
    splits, labels = search.lesson.splits, search.lesson.source.labels
    _, firsts = np.unique(labels[splits["train"]], return_index=True)
    ahead = [splits["train"][firsts[:2]], *(indices[:2] for name, indices in splits.items() if name != "train")]
    mixed = np.random.default_rng(0).permutation(np.concatenate([*splits.values()]))
    ordered = np.concatenate([*ahead, mixed])
    return ordered[np.sort(np.unique(ordered, return_index=True)[1])]


def looked(features: Collection, numbers: np.ndarray) -> tuple[np.ndarray, float]:
    """Pictures whose features are there after a moment, and the seconds that all others will take."""
    at, portion, each, began = 0, FEW, 0.0, time.monotonic()
    while at < len(numbers) and (time.monotonic() - began < QUICK or at < FIRST // 8):
        part = numbers[at : at + portion]
        missing = features.missing(part)
        seconds = timed(lambda part=part: list(features.gather(part)))
        each = seconds / missing if missing else each
        at, portion = at + len(part), 2 * portion
    return numbers[:at], each * features.missing(numbers)


def _searches(search: Search, whole: dict[str, np.ndarray], seen: np.ndarray) -> Iterator[Tried]:
    """Searches with more and more of the pictures, as long as that is quick; of more than one number if they can be."""
    _show_only(search, whole, seen[:FIRST])
    search.attempt(search.begin()[0])  # for whatever is slow the first time
    count, began = 0, time.monotonic()
    while count < len(seen) and (count <= FIRST or time.monotonic() - began < QUICK):
        count = min(len(seen), 4 * count or FIRST)
        _show_only(search, whole, seen[:count])
        yield Tried(count, timed(lambda: _search(search)))
    search.lesson.splits = whole


def _show_only(search: Search, whole: dict[str, np.ndarray], numbers: np.ndarray) -> None:
    search.lesson.splits = {name: each[np.isin(each, numbers)] for name, each in whole.items()}


def _search(search: Search) -> None:
    search.best = search.last = None
    for settings in search.begin():
        search.improved(search.attempt(settings))
    for each in (search.best, search.last):
        for split in search.lesson.splits:
            if each and split != "train":
                search.logits_of(each, split)


def _with_all(tried: list[Tried], pictures: int, power: float) -> float:
    """What a search with all pictures would take, if it grows as this power of them."""
    nothing, last = Tried(0, 0.0), tried[-1]
    before = tried[-2] if len(tried) > 1 else nothing
    grew = max(0.0, last.seconds - before.seconds) / (last.pictures**power - before.pictures**power)
    return last.seconds + grew * (pictures**power - last.pictures**power)


def _unseen(search: Search, share: float, whole: dict[str, np.ndarray]) -> int:
    """Bytes that a search with all pictures needs beyond the one that was tried."""
    most = search.learner.most_pictures
    pictures = min(len(whole["train"]), most or len(whole["train"]))
    rows = 3 * 4 * search.features.width * pictures * (1 - share)
    # Where there is a limit, it is because every two pictures are compared, twice in 8 bytes each.
    return round(rows + (2 * 8 * pictures**2 * (1 - share**2) if most else 0))
