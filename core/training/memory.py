"""Memory: knowing when there is too little, computing in halves what does not fit at once, and not giving it back.

glibc returns large blocks to the system as soon as they are freed. A step of training frees and wants the same blocks
again, and the system clears each page anew: networks of many thin layers spent half of their time on that.
"""

import ctypes
import platform
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

from core.errors import TrainingError

Result = TypeVar("Result")

SAID = (
    "out of memory",  # GPUs
    "CUBLAS_STATUS_ALLOC_FAILED",
    "can't allocate memory",  # torch's own allocator on a CPU
    "could not create a primitive",  # oneDNN, which computes convolutions on a CPU
    "could not create a memory",
    "can't start new thread",  # Python: no room for its stack
)
"""How it is said that there was no memory."""

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""What glibc calls these settings (malloc.h)."""

NEVER, LARGEST_BLOCK = -1, 2**30
USUAL_BLOCK = 2**25
"""What glibc would come to by itself."""

SMALL_BLOCK = 2**20
"""Larger ones get addresses of their own where addresses are counted."""


def _glibc() -> ctypes.CDLL | None:
    if platform.libc_ver()[0] != "glibc":
        return None
    library = ctypes.CDLL(None)
    return library if library.mallopt and library.malloc_trim else None


GLIBC = _glibc()
"""Found before it is needed: when memory has run out there is none to find it with."""


def hold_freed_memory() -> None:
    """From now on this process keeps for its next step what the last one has freed, where the C library is glibc.

    Not where its addresses are counted (`ulimit -v`): what is held in pieces can be given back as memory but not as
    addresses, and a smaller batch would find none. There each large block takes its addresses with it.
    """
    if GLIBC is None:
        return
    if _addresses_are_counted():
        _set(GLIBC, 2 * SMALL_BLOCK, SMALL_BLOCK)
    else:
        _set(GLIBC, NEVER, LARGEST_BLOCK)


def release_freed_memory() -> None:
    """Back to the usual, and what is free goes to the system."""
    if GLIBC is None:
        return
    block = SMALL_BLOCK if _addresses_are_counted() else USUAL_BLOCK
    _set(GLIBC, 2 * block, block)
    GLIBC.malloc_trim(0)


def _addresses_are_counted() -> bool:
    import resource  # where glibc is, this is

    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def _set(glibc: ctypes.CDLL, trim: int, largest: int) -> None:
    """Older versions of it keep blocks of at most 32 MB."""
    glibc.mallopt(TRIM_THRESHOLD, trim)
    if not glibc.mallopt(MMAP_THRESHOLD, largest):
        glibc.mallopt(MMAP_THRESHOLD, USUAL_BLOCK)


def ran_out(error: Exception) -> bool:
    """By torch's own name for it, Python's, or in words."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or any(words in str(error) for words in SAID)


def not_even_one() -> TrainingError:
    return TrainingError("There is not enough memory for a single picture; choose a smaller image_size or backbone.")


class _Here(threading.local):
    """What is known of the thread one is in."""

    has_run_out = False
    """Of memory, while it computed on the processor."""


_here = _Here()


def free(device: torch.device) -> None:
    """After running out: give back what is kept for reuse. Call it where no exception holds on to tensors any more."""
    if device.type == "cpu":
        _here.has_run_out = True
    if device.type == "cuda":
        torch.cuda.empty_cache()
    release_freed_memory()  # blocks that are held in pieces may be what was lacking: from now on none is


def computed(compute: Callable[[], Result]) -> Result:
    """Compute it in this thread, or in a new one if the processor's memory has run out in this one.

    For each size of a batch oneDNN writes code. A thread in which it once had no memory for that gets none any more,
    however much is free: the error is kept.
    """
    if not _here.has_run_out:
        return compute()
    inference, half = torch.is_inference_mode_enabled(), torch.is_autocast_enabled("cpu")

    def there() -> Result:
        with torch.inference_mode(inference), torch.autocast("cpu", torch.bfloat16, enabled=half):
            return compute()

    with ThreadPoolExecutor(1) as new:
        return new.submit(there).result()


def in_halves(compute: Callable[[torch.Tensor], torch.Tensor], batch: torch.Tensor) -> torch.Tensor:
    """What is computed of each picture by itself: of all at once, or of one half after the other."""
    try:
        return computed(lambda: compute(batch))
    except (RuntimeError, MemoryError) as error:
        if not ran_out(error):
            raise
        if len(batch) == 1:
            raise not_even_one() from None
    free(batch.device)
    return torch.cat([in_halves(compute, half) for half in batch.tensor_split(2)])
