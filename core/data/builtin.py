"""The datasets that come with Thaw: scikit-learn's digits, and sums composed of four digits side by side.

A sum's four digits are drawn so that every sum from 0 to 36 is equally frequent, always from the same seed, and the
digits of one split never appear in another: a network cannot know a test picture's digits by heart.
"""

import gzip
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.catalog.datasets import DATASETS
from core.data.idx import read_idx_part
from core.data.source import Source, SplitName
from core.data.splits import stratified
from core.data.stacks import stacked_source
from core.errors import DataError

PLACES = 4
SUMS = 9 * PLACES + 1
DIGIT_SUMS: dict[SplitName, int] = {"train": 130, "val": 16, "test": 16}
MNIST_SUMS: dict[SplitName, int] = {"train": 500, "val": 60, "test": 136}
SEED = 20_001

Pool = tuple[np.ndarray, np.ndarray]
"""Pictures of digits, and what they show."""


def read_digits() -> Source:
    """The 1,797 digits of 8 x 8 pixels."""
    pictures, labels = small_digits()
    card = DATASETS["digits"]
    return stacked_source(card.name, pictures, labels, card.labels, given=[""] * len(labels), licence=card.licence)


def read_digit_sums() -> Source:
    """Sums of four small digits; a tenth of the digits is set aside for validation, a tenth for the test."""
    pictures, labels = small_digits()
    parts = stratified(labels, [f"digits/{n:05d}" for n in range(len(labels))], {"val": 0.1, "test": 0.1}, 0)
    pools: dict[SplitName, Pool] = {split: (pictures[chosen], labels[chosen]) for split, chosen in parts.items()}
    return _composed("digit_sums", pools, DIGIT_SUMS)


def read_mnist_sums(folder: Path) -> Source:
    """Sums of four MNIST digits; the test's digits are those of MNIST's own test part."""
    pictures, labels = read_idx_part(folder, "train")
    parts = stratified(labels, [f"train/{n:05d}" for n in range(len(labels))], {"val": 0.1}, 0)
    pools: dict[SplitName, Pool] = {split: (pictures[chosen], labels[chosen]) for split, chosen in parts.items()}
    return _composed("mnist_sums", {**pools, "test": read_idx_part(folder, "t10k")}, MNIST_SUMS)


def small_digits() -> Pool:
    """scikit-learn's digits, their sixteen shades spread over 0..255; `round(value * 16 / 255)` gives them back."""
    spec = find_spec("sklearn")  # found, not imported: that would cost a second
    if spec is None or spec.origin is None:
        raise DataError("scikit-learn, which brings the digits, is not installed; install Thaw's requirements.")
    packed = Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
    rows = gzip.decompress(packed.read_bytes()).decode().split()
    table = np.array([row.split(",") for row in rows], np.float64)
    pictures = np.rint(table[:, :-1] * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8)
    return pictures, table[:, -1].astype(np.int64)


def _composed(name: str, pools: Mapping[SplitName, Pool], per_sum: Mapping[SplitName, int]) -> Source:
    chance = np.random.PCG64(SEED)
    pictures, labels, given = [], [], []
    for split, count in per_sum.items():
        made, sums = compose(pools[split], count, chance)
        pictures.append(made)
        labels.append(sums)
        given += [split] * len(sums)
    card = DATASETS[name]
    return stacked_source(
        name, np.concatenate(pictures), np.concatenate(labels), card.labels, given=given, licence=card.licence
    )


def compose(pool: Pool, per_sum: int, chance: np.random.PCG64) -> Pool:
    """The same number of pictures for every sum, in mixed order; their labels are the sums.

    Only the raw bits of the generator are used, because they alone are promised to stay the same in every NumPy.
    """
    count = SUMS * per_sum
    sums = np.repeat(np.arange(SUMS), per_sum)[np.argsort(chance.random_raw(count), kind="stable")]
    wanted = np.empty((count, PLACES), np.int64)
    for total, quartets in enumerate(_quartets()):
        wanted[sums == total] = quartets[chance.random_raw(per_sum) % len(quartets)]
    chosen = _pick(pool[1], wanted, chance)
    return np.concatenate([pool[0][chosen[:, place]] for place in range(PLACES)], axis=2), sums


def _quartets() -> Sequence[np.ndarray]:
    """For every sum, all ways to reach it with four digits in order."""
    every = np.stack(np.meshgrid(*[np.arange(10)] * PLACES, indexing="ij"), axis=-1).reshape(-1, PLACES)
    return [every[every.sum(axis=1) == total] for total in range(SUMS)]


def _pick(shown: np.ndarray, wanted: np.ndarray, chance: np.random.PCG64) -> np.ndarray:
    """For every wanted digit, the number of a picture that shows it."""
    chosen = np.empty_like(wanted)
    for digit in range(10):
        places, pictures = wanted == digit, np.flatnonzero(shown == digit)
        chosen[places] = pictures[chance.random_raw(int(places.sum())) % len(pictures)]
    return chosen
