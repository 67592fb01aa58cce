"""Pictures that may be called by the wrong name: all that look most like them are called by one other name.

Two pictures are compared by their small grey thumbnails, which tells digits and drawings apart and photographs hardly.
So the dataset is first asked how well its pictures are told by their neighbours at all, and where that is not nearly
always right, nothing is said.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from core.data.findings import Finding, shortened
from core.data.likeness import Look, centred_thumbnails
from core.data.source import Source
from core.errors import shown

NEIGHBOURS = 9
"""With 1% of the labels of the small digits changed, 12 of 17 are found and one other is doubted; fewer doubt more."""
RELIABLE = 0.9
"""The share of pictures that their neighbours must name rightly, before a doubt about one of them is worth telling."""
REFERENCES = 10_000
"""Pictures among which neighbours are looked for; more would cost minutes."""
MOST = 100_000
AT_ONCE = 512


def suspicious(source: Source, looks: Sequence[Look]) -> Iterator[Finding]:
    """Where the neighbours are to be trusted: pictures that they all call something else."""
    if not NEIGHBOURS * 2 < len(source) <= MOST:
        return
    named = source.labels[neighbours(centred_thumbnails(looks))]
    if _share_named_rightly(named, source.labels) < RELIABLE:
        return
    unanimous = (named == named[:, :1]).all(axis=1)
    found = [
        Finding("suspicious", "info", _sentence(source, index, int(named[index, 0])), (source.files[index],))
        for index in np.flatnonzero(unanimous & (named[:, 0] != source.labels)).tolist()
    ]
    yield from shortened(found, "suspicious", "pictures may be called by a wrong name")


def neighbours(thumbnails: np.ndarray) -> np.ndarray:
    """For each picture, the numbers of those most like it."""
    count = len(thumbnails)
    among = np.unique(np.linspace(0, count - 1, min(count, REFERENCES)).astype(np.int64))
    nearest = np.empty((count, NEIGHBOURS), np.int64)
    for start in range(0, count, AT_ONCE):
        here = np.arange(start, min(start + AT_ONCE, count))
        likeness = thumbnails[here] @ thumbnails[among].T
        likeness[here[:, None] == among[None, :]] = -np.inf  # not itself
        nearest[here] = among[np.argpartition(-likeness, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]]
    return nearest


def _share_named_rightly(named: np.ndarray, labels: np.ndarray) -> float:
    """By the majority of the neighbours."""
    return float(((named == labels[:, None]).sum(axis=1) > NEIGHBOURS // 2).mean())


def _sentence(source: Source, index: int, other: int) -> str:
    own, like = shown(source.classes[source.labels[index]]), shown(source.classes[other])
    return f"{source.files[index]} is called {own}, but the pictures most like it are all called {like}."
