"""Batches for training: which pictures, in which order, varied how, and ready before they are needed.

Chance is addressed: the order is drawn from (seed, epoch), and what happens to a picture from (seed, epoch, picture,
view). So neither threads nor a resume in the middle of an epoch can change what the network sees.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from core.catalog.augmentations import Augmentation, resized, vary
from core.data.pixels import Canvases

Made = TypeVar("Made")

AHEAD = 3
"""Batches prepared while one is learned from."""

TURN = 256
"""Pictures prepared before the network gets its turn."""

ORDER, PICTURE, STEP, MIX = range(4)
"""What a draw is for: part of its address."""


def draw(purpose: int, seed: int, epoch: int, place: int, view: int = 0) -> np.random.Generator:
    """The generator at an address: always the same, whoever asks and when."""
    where = (purpose << 60) | (view << 44) | place
    # As a list, a seed of 2**31 or more would become a float and lose its epoch.
    return np.random.Generator(np.random.Philox(key=np.array([(seed << 32) | epoch, where], np.uint64)))


def order_of(labels: np.ndarray, seed: int, epoch: int, balanced: bool) -> np.ndarray:
    """Places in the training split in the order of one epoch; balanced draws every class equally often."""
    chance = draw(ORDER, seed, epoch, 0)
    if not balanced:
        return chance.permutation(len(labels))
    share = 1.0 / np.bincount(labels)[labels]
    return chance.choice(len(labels), size=len(labels), p=share / share.sum())


def cut(order: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """The order cut into batches. A single picture left over joins the last batch: BatchNorm cannot learn from one."""
    ends = list(range(batch_size, len(order), batch_size))
    if ends and len(order) - ends[-1] == 1 and batch_size > 1:
        ends.pop()
    return np.split(order, ends)


@dataclass(frozen=True)
class Varied:
    """Training pictures through the augmentations, at the size that the network wants."""

    canvases: Canvases
    augmentations: list[Augmentation]
    seed: int

    def pictures(
        self, indices: np.ndarray, epoch: int, view: int = 0, size: tuple[int, int] | None = None
    ) -> np.ndarray:
        """These pictures as one epoch shows them: a batch of uint8, made smaller in the end where a size is given."""
        seen = self._seen(indices, epoch, view)
        if size in (None, self.canvases.preparation.size) or not len(indices):
            return seen
        return np.stack([resized(picture, size) for picture in seen])

    def _seen(self, indices: np.ndarray, epoch: int, view: int) -> np.ndarray:
        size = self.canvases.preparation.size
        if not self.augmentations:
            return self.canvases.preparation.seen(self.canvases[indices])
        made = np.empty((len(indices), *size, 3), np.uint8)
        for place, canvas in enumerate(self.canvases.shown(indices)):
            chance = draw(PICTURE, self.seed, epoch, int(indices[place]), view)
            made[place] = vary(canvas, size, self.augmentations, chance)
        return made


def prefetched(make: Callable[[np.ndarray], Made], batches: list[np.ndarray], threads: int) -> Iterator[Made]:
    """What `make` makes of each batch, in order, a few batches ahead of the one in use."""
    if threads < 1:
        yield from map(make, batches)
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting = deque(pool.submit(make, batch) for batch in batches[:AHEAD])
        try:
            for batch in batches[AHEAD:]:
                yield waiting.popleft().result()
                waiting.append(pool.submit(make, batch))
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()


def in_turns(make: Callable[[np.ndarray], Made], batches: list[np.ndarray], threads: int) -> Iterator[Made]:
    """What `make` makes of each batch, in order: of some by all threads, then none until these have been used.

    For whoever uses them on the same cores: threads that share a layer wait for the one that has lost its core.
    """
    some = max(1, TURN // max(1, *map(len, batches))) if batches else 1
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for start in range(0, len(batches), some):
            yield from list(pool.map(make, batches[start : start + some]))
