"""The binary forms in which CIFAR, STL-10 and SVHN are published, read without unpickling anything."""

from pathlib import Path

import numpy as np

from core.catalog.datasets import DatasetCard
from core.data.source import Source
from core.data.stacks import stacked_source
from core.errors import DataError

CIFAR10_TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
STL10_FILES = ("train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin")
SVHN_FILES = ("train_32x32.mat", "test_32x32.mat")


def read_cifar10(card: DatasetCard, folder: Path, cache: Path) -> Source:
    return _cifar(card, folder, {"train": CIFAR10_TRAIN, "test": ("test_batch.bin",)}, 1, card.labels)


def read_cifar100(card: DatasetCard, folder: Path, cache: Path) -> Source:
    """The hundred fine classes; the byte before them names one of twenty coarse ones."""
    names = tuple((folder / "fine_label_names.txt").read_text().split())
    return _cifar(card, folder, {"train": ("train.bin",), "test": ("test.bin",)}, 2, names)


def _cifar(
    card: DatasetCard, folder: Path, parts: dict[str, tuple[str, ...]], label_bytes: int, classes: tuple[str, ...]
) -> Source:
    record = label_bytes + 3 * 32 * 32
    found = {split: np.concatenate([_records(folder / file, record) for file in parts[split]]) for split in parts}
    everything = np.concatenate(list(found.values()))
    return _stacked(
        card,
        everything[:, label_bytes:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1),
        everything[:, label_bytes - 1].astype(np.int64),
        classes,
        [split for split, records in found.items() for _ in records],
    )


def read_stl10(card: DatasetCard, folder: Path, cache: Path) -> Source:
    """The labelled parts; pixels are stored column by column, labels counted from one."""
    pictures = [_records(folder / f"{part}_X.bin", 3 * 96 * 96) for part in ("train", "test")]
    labels = [_records(folder / f"{part}_y.bin", 1)[:, 0].astype(np.int64) - 1 for part in ("train", "test")]
    return _stacked(
        card,
        np.concatenate(pictures).reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1),
        np.concatenate(labels),
        card.labels,
        ["train"] * len(labels[0]) + ["test"] * len(labels[1]),
    )


def read_svhn(card: DatasetCard, folder: Path, cache: Path) -> Source:
    """The cropped digits; the files call zero ten."""
    from scipy.io import loadmat

    parts = {split: loadmat(folder / file) for split, file in zip(("train", "test"), SVHN_FILES, strict=True)}
    labels = {split: part["y"].ravel().astype(np.int64) % 10 for split, part in parts.items()}
    return _stacked(
        card,
        np.concatenate([part["X"].transpose(3, 0, 1, 2) for part in parts.values()]),
        np.concatenate(list(labels.values())),
        card.labels,
        [split for split, named in labels.items() for _ in named],
    )


def _records(path: Path, size: int) -> np.ndarray:
    content = np.fromfile(path, np.uint8)
    if not len(content) or len(content) % size:
        raise DataError(f"{path.name} does not hold whole records of {size:,} bytes; fetch it again.")
    return content.reshape(-1, size)


def _stacked(
    card: DatasetCard, pictures: np.ndarray, labels: np.ndarray, classes: tuple[str, ...], given: list[str]
) -> Source:
    if len(pictures) != len(labels) or labels.min() < 0 or labels.max() >= len(classes):
        raise DataError(f"The files of {card.title} do not fit together; fetch them again.")
    return stacked_source(card.name, np.ascontiguousarray(pictures), labels, classes, given=given, licence=card.licence)
