"""Which pictures are learned from, which choose, and which judge.

Splits that a dataset brings are respected; what is missing is cut so that every class is shared out alike. The order
of chance is a hash of (split seed, file name): no generator whose stream could change, and nothing that depends on a
run's own seed, so runs over seeds share their pictures.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from core.data.source import Source, SplitName
from core.errors import DataError

TENTH = 0.1
SPLITS: tuple[SplitName, ...] = ("train", "val", "test")
HELD_OUT: tuple[SplitName, ...] = ("val", "test")


def split(source: Source, split_seed: int = 0) -> dict[SplitName, np.ndarray]:
    """The numbers of each split's pictures, in order; there is no "test" where a dataset brings only train and val."""
    given = np.asarray(source.given)
    brought: dict[SplitName, np.ndarray] = {name: np.flatnonzero(given == name) for name in HELD_OUT}
    brought = {name: indices for name, indices in brought.items() if len(indices)}
    rest = np.flatnonzero(~np.isin(given, HELD_OUT))
    if not len(rest):
        raise DataError(f"{source.name} has no training pictures; add a train folder beside what it holds.")
    shares: dict[SplitName, float] = {} if "val" in brought else {"val": TENTH}
    if not brought:
        shares["test"] = TENTH
    cut = stratified(source.labels[rest], [source.files[index] for index in rest.tolist()], shares, split_seed)
    parts = {name: rest[places] for name, places in cut.items()} | brought
    if not len(parts["val"]):
        raise DataError(f"Every class of {source.name} has one picture, so none is left to validate with; add more.")
    return {name: parts[name] for name in SPLITS if len(parts.get(name, ()))}


def stratified(
    labels: np.ndarray, files: Sequence[str], shares: Mapping[SplitName, float], split_seed: int
) -> dict[SplitName, np.ndarray]:
    """The places of "train" and of each share, every class divided alike to within one picture.

    The pictures are laid out class by class, and every tenth (for a share of 0.1) goes to the split. Two splits start
    half a period apart, so two neighbours never both leave, and a class of two keeps one to learn from; a class of
    one keeps it.
    """
    order = _by_class(labels, files, split_seed)
    counts = np.bincount(labels, minlength=1)
    shared = order[counts[labels[order]] > 1]
    goes = np.full(len(labels), "train", dtype=object)
    for number, (name, share) in enumerate(shares.items()):
        period = round(1 / share)
        goes[shared[1 + number * period // len(shares) :: period]] = name
    kept: list[SplitName] = ["train", *shares]
    return {name: np.flatnonzero(goes == name) for name in kept}


def cap(indices: np.ndarray, labels: np.ndarray, per_class: int | None, split_seed: int = 0) -> np.ndarray:
    """At most so many pictures of each class, in order; fewer are always among those that more would give."""
    if per_class is None:
        return indices
    ranked = indices[np.argsort([_chance(split_seed, f"#{index}") for index in indices], kind="stable")]
    ranked = ranked[np.argsort(labels[ranked], kind="stable")]
    sorted_labels = labels[ranked]
    place_in_class = np.arange(len(ranked)) - np.searchsorted(sorted_labels, sorted_labels)
    return np.sort(ranked[place_in_class < per_class])


def _by_class(labels: np.ndarray, files: Sequence[str], split_seed: int) -> np.ndarray:
    """Class after class in an order of chance, the pictures of a class in an order of chance too."""
    within = np.array([_chance(split_seed, file) for file in files], np.uint64)
    classes = np.array(
        [_chance(split_seed, f"class {label}") for label in range(int(labels.max(initial=0)) + 1)], np.uint64
    )
    return np.lexsort((within, labels, classes[labels]))


def _chance(split_seed: int, what: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(f"{split_seed}:{what}".encode(errors="replace"), digest_size=8).digest(), "big"
    )
