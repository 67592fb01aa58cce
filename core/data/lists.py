"""Datasets whose pictures lie in folders and whose labels and splits stand in lists beside them."""

import json
from collections.abc import Iterable
from pathlib import Path

from core.catalog.datasets import DatasetCard
from core.data.folders import listing, verified_source
from core.data.layout import Placed
from core.data.source import Skip, Source
from core.errors import DataError

FLOWERS_FILES = ("jpg", "imagelabels.mat", "setid.mat")
PETS_FILES = ("images", "annotations/trainval.txt", "annotations/test.txt")
FOOD_FILES = ("images", "meta/train.json", "meta/test.json")


def read_flowers102(card: DatasetCard, folder: Path, cache: Path) -> Source:
    """The official three splits, of which the test is the largest."""
    from scipy.io import loadmat

    labels = loadmat(folder / "imagelabels.mat")["labels"].ravel()
    splits = loadmat(folder / "setid.mat")
    listed = [
        Placed(f"jpg/image_{number:05d}.jpg", card.labels[int(labels[number - 1]) - 1], split)
        for split, key in (("train", "trnid"), ("val", "valid"), ("test", "tstid"))
        for number in splits[key].ravel().tolist()
    ]
    return _listed(card, folder, cache, listed)


def read_oxford_pets(card: DatasetCard, folder: Path, cache: Path) -> Source:
    """A picture is called by its breed and a number; the lists say which are for the test."""
    listed = []
    for split, file in (("train", "trainval"), ("test", "test")):
        for line in (folder / f"annotations/{file}.txt").read_text().splitlines():
            if line and not line.startswith("#"):
                stem = line.split()[0]
                listed.append(Placed(f"images/{stem}.jpg", stem.rpartition("_")[0].replace("_", " "), split))
    return _listed(card, folder, cache, listed)


def read_food101(card: DatasetCard, folder: Path, cache: Path) -> Source:
    listed = []
    for split in ("train", "test"):
        for label, stems in json.loads((folder / f"meta/{split}.json").read_text()).items():
            listed += [Placed(f"images/{stem}.jpg", label.replace("_", " "), split) for stem in stems]
    return _listed(card, folder, cache, listed)


def _listed(card: DatasetCard, folder: Path, cache: Path, listed: Iterable[Placed]) -> Source:
    """Only what is listed and really there: a list cannot name a file outside the folder."""
    there = set(listing(folder).files)
    found, missing = [], []
    for each in listed:
        if each.file in there:
            found.append(each)
        else:
            missing.append(Skip(each.file, "it is in the list but not in the folder"))
    if not found:
        raise DataError(f"None of the pictures that the lists of {card.title} name are there; fetch it again.")
    return verified_source(card.name, folder, cache, sorted(found, key=lambda each: each.file), missing, card)
