"""IDX files, the form in which MNIST and its family are published, packed or not."""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from core.catalog.datasets import DatasetCard
from core.data.source import Source
from core.data.stacks import stacked_source
from core.errors import DataError

LARGEST = 2 << 30
PARTS = {"train": "train", "test": "t10k"}


def idx_folder(place: Path) -> Path | None:
    """Where below this folder the four IDX files stand, or None."""
    for folder in (place / "raw", place):
        if all(_file(folder, stem) for stem in _stems()):
            return folder
    return None


def read_idx_folder(card: DatasetCard, folder: Path) -> Source:
    """The pictures and labels of both parts as one dataset."""
    pictures, labels, given = [], [], []
    for split, part in PARTS.items():
        shown, named = read_idx_part(folder, part)
        pictures.append(shown)
        labels.append(named)
        given += [split] * len(named)
    return stacked_source(
        card.name,
        np.concatenate(pictures),
        np.concatenate(labels),
        card.labels,
        given=given,
        licence=card.licence,
    )


def read_idx_part(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """The pictures and the labels of "train" or "t10k"."""
    pictures = read_idx(_file(folder, f"{part}-images-idx3-ubyte"), dimensions=3)
    labels = read_idx(_file(folder, f"{part}-labels-idx1-ubyte"), dimensions=1)
    if len(pictures) != len(labels):
        raise DataError(f"{folder} holds {len(pictures)} pictures but {len(labels)} labels; fetch the files again.")
    return pictures, labels


def read_idx(path: Path | None, dimensions: int) -> np.ndarray:
    """An array of bytes; what the header claims must be what is there."""
    if path is None:
        raise DataError("An IDX file is missing; fetch all four files again.")
    content = _unpacked(path)
    header = 4 + 4 * dimensions
    if len(content) < header or content[:4] != bytes([0, 0, 8, dimensions]):
        raise DataError(f"{path.name} is not an IDX file of bytes in {dimensions} dimensions; fetch it again.")
    shape = struct.unpack(f">{dimensions}I", content[4:header])
    if len(content) - header != int(np.prod(shape, dtype=object)):
        raise DataError(f"{path.name} does not hold the {shape} bytes that it claims; fetch it again.")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _stems() -> list[str]:
    return [f"{part}-{kind}-ubyte" for part in PARTS.values() for kind in ("images-idx3", "labels-idx1")]


def _file(folder: Path, stem: str) -> Path | None:
    """The file as torchvision keeps it, unpacked or packed; some mirrors write a dot for the last dash."""
    names = (stem, stem + ".gz", stem.replace("-idx", ".idx"), stem.replace("-idx", ".idx") + ".gz")
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be unpacked ({error}); fetch it again.") from None
    if len(content) > LARGEST:
        raise DataError(
            f"{path.name} unpacks to more than {LARGEST >> 30} GiB, which no such file does; fetch it again."
        )
    return content
