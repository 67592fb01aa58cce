"""Parts of large datasets, for studies of few pictures: so many of a class to learn from, to choose by, to judge by."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.finding import open_source
from core.data.idx import idx_folder, read_idx_part
from core.home import Home, data_folders

Labelled = Iterator[tuple[str, np.ndarray]]
"""Where a picture belongs (`split/class/file`), and its pixels."""


def few_of_mnist(home: Home) -> Labelled:
    """Those with five pictures a class have no six thousand to choose by: 100 a class of MNIST's training part to draw
    from, 20 to choose by, and 200 of its own test part to judge by."""
    found = next((raw for each in data_folders() if (raw := idx_folder(each / "MNIST"))), None)
    if found is None:
        raise SystemExit("MNIST is not below THAW_DATA; name its folder there, or leave mnist out of --tasks.")
    for part, counts in (("train", {"train": 100, "val": 20}), ("t10k", {"test": 200})):
        pictures, labels = read_idx_part(found, part)
        yield from dealt(labels, counts, pictures.__getitem__)


def few_of_sums(home: Home) -> Labelled:
    """30 pictures a sum to draw from, 5 to choose by, the test's 16 to judge by, with those that were not drawn."""
    source = open_source("digit_sums", home)
    for part, count in {"train": 30, "val": 5, "test": 16}.items():
        labels = np.where(np.array(source.given) == part, source.labels, -1)
        yield from dealt(labels, {part: count}, lambda number: np.asarray(source.read(number)))


def dealt(labels: np.ndarray, counts: dict[str, int], picture: Callable[[int], np.ndarray]) -> Labelled:
    """So many pictures of each class for each part, in the order in which they lie."""
    for label in range(int(labels.max()) + 1):
        numbers = iter(np.flatnonzero(labels == label))
        for part, count in counts.items():
            for number in islice(numbers, count):
                yield f"{part}/{label:02d}/{number:05d}.png", picture(int(number))


FEW: dict[str, Callable[[Home], Labelled]] = {"mnist_few": few_of_mnist, "sums_few": few_of_sums}


def few_of(dataset: str, folder: Path, home: Home) -> None:
    for name, pixels in FEW[dataset](home):
        place = folder / dataset / name
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place)
