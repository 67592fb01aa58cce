"""Rows of one shape and type in a memory map on disk, shared by all runs, each written once.

Beside the rows lies one byte per row that says whether it was written. It is set only after the rows were flushed, and
two writers write the same values, so neither a kill nor a second run can leave half a row that counts as whole.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


class Rows:
    """As many rows as there are pictures (or views of them), found by number."""

    def __init__(self, folder: Path, about: Any, count: int, shape: Sequence[int], dtype: Any):
        """`about` is whatever the rows depend on, as JSON: other contents, other file."""
        key = json.dumps([about, count, list(shape), np.dtype(dtype).str], sort_keys=True)
        stem = folder / hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
        self._rows = _shared_map(stem.with_suffix(".rows"), (count, *shape), dtype)
        self._written = _shared_map(stem.with_suffix(".written"), (count,), np.uint8)

    @property
    def row_bytes(self) -> int:
        return int(np.prod(self._rows.shape[1:], dtype=np.int64)) * self._rows.itemsize

    def __getitem__(self, numbers: np.ndarray) -> np.ndarray:
        """A copy of these rows, which must have been written."""
        return self._rows[numbers]

    def missing(self, numbers: np.ndarray) -> np.ndarray:
        """Those of the numbers that are not written yet, each once, in order."""
        return np.unique(numbers[self._written[numbers] == 0])

    def write(self, numbers: np.ndarray, rows: np.ndarray) -> None:
        self._rows[numbers] = rows

    def settle(self, numbers: np.ndarray) -> None:
        """Declare the rows with these numbers written, now that they are on disk."""
        self._rows.flush()
        self._written[numbers] = 1
        self._written.flush()


def _shared_map(path: Path, shape: Sequence[int], dtype: Any) -> np.memmap:
    """A memory map of zeros where there is none yet; the file is sparse until written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    with path.open("ab") as file:
        if file.tell() != size:
            file.truncate(size)
    return np.memmap(path, dtype, "r+", shape=tuple(shape))
