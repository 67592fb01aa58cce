"""Which files make up each known dataset, and who reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.catalog.datasets import DatasetCard
from core.data.arrays import array_source, holds_arrays
from core.data.binaries import (
    CIFAR10_TRAIN,
    STL10_FILES,
    SVHN_FILES,
    read_cifar10,
    read_cifar100,
    read_stl10,
    read_svhn,
)
from core.data.builtin import read_digit_sums, read_digits, read_mnist_sums
from core.data.folders import folder_source
from core.data.idx import idx_folder, read_idx_folder
from core.data.lists import (
    FLOWERS_FILES,
    FOOD_FILES,
    PETS_FILES,
    read_flowers102,
    read_food101,
    read_oxford_pets,
)
from core.data.source import Source
from core.errors import DataError

Read = Callable[[DatasetCard, Path, Path], Source]
"""From a card, the folder with its files, and the cache."""

BUILT_IN: dict[str, Callable[[], Source]] = {"digits": read_digits, "digit_sums": read_digit_sums}


@dataclass(frozen=True)
class Loader:
    """How the published files of a dataset are recognised below a place, and how they are read."""

    holds: Callable[[Path], Path | None]
    read: Read


def files_in(*names: str) -> Callable[[Path], Path | None]:
    """Recognises a place by these files, directly in it or in a folder that wraps them."""

    def holds(place: Path) -> Path | None:
        around = (place, *sorted(entry for entry in place.iterdir() if entry.is_dir()))
        return next((folder for folder in around if all((folder / name).exists() for name in names)), None)

    return holds


def _idx_below(place: Path) -> Path | None:
    around = (place, *sorted(entry for entry in place.iterdir() if entry.is_dir()))
    return next((found for folder in around if (found := idx_folder(folder))), None)


LOADERS = {
    "idx": Loader(_idx_below, lambda card, folder, cache: read_idx_folder(card, folder)),
    "mnist_sums": Loader(_idx_below, lambda card, folder, cache: read_mnist_sums(folder)),
    "cifar10": Loader(files_in(*CIFAR10_TRAIN, "test_batch.bin"), read_cifar10),
    "cifar100": Loader(files_in("train.bin", "test.bin", "fine_label_names.txt"), read_cifar100),
    "stl10": Loader(files_in(*STL10_FILES), read_stl10),
    "svhn": Loader(files_in(*SVHN_FILES), read_svhn),
    "flowers102": Loader(files_in(*FLOWERS_FILES), read_flowers102),
    "oxford_pets": Loader(files_in(*PETS_FILES), read_oxford_pets),
    "food101": Loader(files_in(*FOOD_FILES), read_food101),
}
LOOSE = {"svhn": SVHN_FILES}
"""Files that torchvision lays directly into the data folder, without a folder of their own."""
COMPOSED = ("mnist_sums",)
"""Loaders that make a dataset from another one's files, and can make nothing of class folders."""


def could_read(card: DatasetCard, place: Path) -> bool:
    """Whether this folder seems to hold the card's pictures, in whatever form; a look, not a proof."""
    loader = LOADERS.get(card.loader)
    if loader and loader.holds(place):
        return True
    return card.loader not in COMPOSED and (holds_arrays(place) or any(entry.is_dir() for entry in place.iterdir()))


def loose_place(card: DatasetCard, folder: Path) -> Path | None:
    """The data folder itself, where it holds the card's files without a folder around them."""
    files = LOOSE.get(card.loader, ())
    return folder if files and all((folder / file).is_file() for file in files) else None


def read_place(card: DatasetCard, place: Path, cache: Path) -> Source:
    """The card's pictures from a folder: in their published form, as arrays, or as class folders."""
    loader = LOADERS.get(card.loader)
    folder = loader.holds(place) if loader else None
    if loader and folder:
        try:
            return loader.read(card, folder, cache)
        except (OSError, ValueError, LookupError, NotImplementedError) as error:
            raise DataError(
                f"The files of {card.title} in {place.name} are damaged ({error}); fetch them again."
            ) from None
    if holds_arrays(place):
        return array_source(card.name, place)
    return folder_source(card.name, place, cache, card)
