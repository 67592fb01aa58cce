"""From one epoch to the next: which pictures were learned, which were forgotten, and which never settled."""

from collections.abc import Sequence

import numpy as np


def turns(rights: Sequence[np.ndarray]) -> list[tuple[int, int]]:
    """Per epoch how many pictures became right and how many became wrong since the one before; the first turns none."""
    befores = [*rights[:1], *rights[:-1]]
    return [
        (int((now & ~before).sum()), int((before & ~now).sum())) for before, now in zip(befores, rights, strict=True)
    ]


def most_unsettled(rights: Sequence[np.ndarray], count: int) -> np.ndarray:
    """The pictures whose answer turned most often; those that never turned come last, evenly spread."""
    table = np.stack(rights)
    turned = (table[1:] != table[:-1]).sum(axis=0)
    restless = np.flatnonzero(turned)
    restless = restless[np.argsort(-turned[restless], kind="stable")][:count]
    settled = np.flatnonzero(turned == 0)
    fill = min(count - len(restless), len(settled))
    spread = settled[np.arange(fill) * len(settled) // max(fill, 1)]
    return np.concatenate([restless, spread])
