"""Rows of one shape and type in a memory map on disk, shared by all runs, each written once.

Behind the rows lies one byte per row that says whether it was written. It is set only after the rows were flushed, and
two writers write the same values, so neither a kill nor a second run can leave half a row that counts as whole. Both
lie in one file, so that none can be lost without the other: a file cut short has lost its bytes first.
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
        self.row_bytes = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        path = folder / f"{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}.rows"
        self._map = _shared_map(path, count * self.row_bytes + count)
        self._rows = self._map[: count * self.row_bytes].view(dtype).reshape(count, *shape)
        self._written = self._map[count * self.row_bytes :]

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
        self._map.flush()
        self._written[numbers] = 1
        self._map.flush()


def _shared_map(path: Path, size: int) -> np.memmap:
    """A memory map of zeros where there is none yet; the file is sparse until written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if file.tell() != size:
            file.truncate(size)
    return np.memmap(path, np.uint8, "r+", shape=(size,))
