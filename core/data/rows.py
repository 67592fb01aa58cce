"""Rows of one shape and type in a file on disk, read through a memory map, shared by all runs, each written once.

Behind the rows lies one byte per row that says whether it was written. It is set only after the rows were flushed, and
two writers write the same values, so neither a kill nor a second run can leave half a row that counts as whole. Both
lie in one file, so that none can be lost without the other: a file cut short has lost its bytes first.
"""

import hashlib
import json
import mmap
import os
import time
import weakref
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import telling_of_a_full_disk

SETTLED_EVERY = 10.0
"""Seconds after which rows that were written count, while others are being made."""


class Rows:
    """As many rows as there are pictures (or views of them), found by number."""

    def __init__(self, folder: Path, about: Any, count: int, shape: Sequence[int], dtype: Any):
        """`about` is whatever the rows depend on, as JSON: other contents, other file."""
        key = json.dumps([about, count, list(shape), np.dtype(dtype).str], sort_keys=True)
        self.row_bytes = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        self._path = folder / f"{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}.rows"
        self._bytes = count * self.row_bytes
        self._file = _opened(self._path, self._bytes, count)
        weakref.finalize(self, os.close, self._file)
        shared = np.frombuffer(mmap.mmap(self._file, self._bytes + count, access=mmap.ACCESS_READ), np.uint8)
        self._rows = shared[: self._bytes].view(dtype).reshape(count, *shape)
        self._written = shared[self._bytes :]

    def __getitem__(self, numbers: np.ndarray) -> np.ndarray:
        """A copy of these rows, which must have been written."""
        return self._rows[numbers]

    def row(self, number: int) -> np.ndarray:
        """One row where it lies, which nobody can write to, and which must have been written."""
        return self._rows[number]

    def missing(self, numbers: np.ndarray) -> np.ndarray:
        """Those of the numbers that are not written yet, each once, in order."""
        return np.unique(numbers[self._written[numbers] == 0])

    def write(self, numbers: np.ndarray, rows: np.ndarray) -> None:
        for number, row in zip(numbers, rows, strict=True):
            self._put(int(number) * self.row_bytes, row.astype(self._rows.dtype, copy=False).tobytes())

    def settle(self, numbers: np.ndarray) -> None:
        """Declare the rows with these numbers written, now that they are on disk."""
        with telling_of_a_full_disk(self._path):
            os.fsync(self._file)
        for number in numbers:
            self._put(self._bytes + int(number), b"\1")
        with telling_of_a_full_disk(self._path):
            os.fsync(self._file)

    def kept(self, batches: Iterable[tuple[np.ndarray, np.ndarray]]) -> Generator[int, None, None]:
        """Write numbers and rows as they come, and declare them written every few seconds: a kill costs no more.

        After each batch, how many rows it had. Whoever asks for no more has kept what came until then.
        """
        fresh: list[np.ndarray] = []
        since = time.monotonic()
        try:
            for numbers, rows in batches:
                self.write(numbers, rows)
                fresh.append(numbers)
                yield len(numbers)
                if time.monotonic() - since >= SETTLED_EVERY:
                    self.settle(np.concatenate(fresh))
                    fresh, since = [], time.monotonic()
        finally:
            if fresh:
                self.settle(np.concatenate(fresh))

    def _put(self, place: int, content: bytes) -> None:
        """Never through the map: where there is no space left, touching an empty page of it ends the process."""
        with telling_of_a_full_disk(self._path):
            while content:
                written = os.pwrite(self._file, content, place)
                place, content = place + written, content[written:]


def _opened(path: Path, size: int, count: int) -> int:
    """The file, of zeros where there is none yet: sparse, but for the byte of each of `count` rows behind `size`."""
    with telling_of_a_full_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if os.fstat(file).st_size != size + count:
            os.truncate(file, size + count)
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file, size, count)
    return file
