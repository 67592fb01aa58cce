"""NumPy files of unknown origin, opened without ever unpickling and without believing their headers."""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from core.errors import DataError

ENDINGS = (".npy", ".npz")
LARGEST = 16 << 30
"""Bytes of one array inside an .npz, which is unpacked into memory; an .npy is only mapped."""
NUMBERS = "buif"
WORDS = "US"


@dataclass(frozen=True)
class NamedArray:
    """One array, where it was found, and what it is called there."""

    file: str
    key: str
    """The name inside an .npz; the file's own name for an .npy."""
    values: np.ndarray

    @property
    def title(self) -> str:
        return self.key if self.file.endswith(".npy") else f"{self.key} in {self.file}"


def read_arrays(path: Path) -> list[NamedArray]:
    """Every array in one file."""
    try:
        if path.suffix.lower() == ".npy":
            return [_mapped(path)]
        with zipfile.ZipFile(path) as packed:
            return [_unpacked(path, packed, info) for info in packed.infolist() if info.filename.endswith(".npy")]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        cause = " ".join(str(error).split())[:100]
        raise DataError(f"{path.name} is not a sound NumPy file ({cause}); save it again with numpy.save.") from None


def _mapped(path: Path) -> NamedArray:
    with path.open("rb") as file:
        _judge_header(file, path.name)
    return NamedArray(path.name, path.stem, np.load(path, mmap_mode="r", allow_pickle=False))


def _unpacked(path: Path, packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> NamedArray:
    key = info.filename.removesuffix(".npy")
    with packed.open(info) as file:
        claimed = _judge_header(file, f"{key} in {path.name}")
    if claimed != info.file_size:
        raise DataError(f"{key} in {path.name} claims {claimed:,} bytes but holds {info.file_size:,}; save it again.")
    if claimed > LARGEST:
        raise DataError(f"{key} in {path.name} is over {LARGEST >> 30} GiB; save it as an .npy, which is not unpacked.")
    with packed.open(info) as file:
        return NamedArray(path.name, key, np.lib.format.read_array(file, allow_pickle=False))


def _judge_header(file: IO[bytes], name: str) -> int:
    """The bytes that the array will take with its header, after its type was found harmless."""
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, _, kind = np.lib.format.read_array_header_2_0(file)
    else:
        raise DataError(f"{name} is an array of records, not of pictures or labels; save plain numbers.")
    if kind.hasobject:
        raise DataError(f"{name} holds Python objects, which are never unpickled here; save it as numbers or text.")
    if kind.kind not in NUMBERS + WORDS:
        raise DataError(f"{name} holds {kind.name} values, which are neither numbers nor text; save it as numbers.")
    count = 1
    for side in shape:
        count *= side
    return file.tell() + count * kind.itemsize
