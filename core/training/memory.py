"""Memory: knowing when there is too little, computing in halves what does not fit at once, and not giving it back.

glibc returns large blocks to the system as soon as they are freed. A step of training frees and wants the same blocks
again, and the system clears each page anew: networks of many thin layers spent half of their time on that.
"""

import ctypes
import platform
import resource
from collections.abc import Callable

import torch

from core.errors import TrainingError

SAID = (
    "out of memory",  # GPUs
    "CUBLAS_STATUS_ALLOC_FAILED",
    "can't allocate memory",  # torch's own allocator on a CPU
    "could not create a primitive",  # oneDNN, which computes convolutions on a CPU
    "could not create a memory",
)
"""How torch and what it calls say that they got no memory."""


TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""What glibc calls these settings (malloc.h)."""

NEVER, LARGEST_BLOCK = -1, 2**30
AT_MOST = 2**25
"""What glibc would come to by itself."""


def hold_freed_memory() -> None:
    """From now on this process keeps for its next step what the last one has freed, where the C library is glibc.

    Not where its addresses are counted (`ulimit -v`): once they have run out, what is held in pieces can be given back
    as memory but not as addresses, and convolutions of other sizes find none for their code.
    """
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        _set(NEVER, LARGEST_BLOCK)


def release_freed_memory() -> None:
    """Back to the usual, and what is free goes to the system."""
    if _set(2 * AT_MOST, AT_MOST):
        ctypes.CDLL(None).malloc_trim(0)


def _set(trim: int, largest: int) -> bool:
    """Whether this C library could be told so; older ones keep blocks of at most 32 MB."""
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    mallopt(TRIM_THRESHOLD, trim)
    return bool(mallopt(MMAP_THRESHOLD, largest) or mallopt(MMAP_THRESHOLD, AT_MOST))


def ran_out(error: Exception) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or any(words in str(error) for words in SAID)


def not_even_one() -> TrainingError:
    return TrainingError("There is not enough memory for a single picture; choose a smaller image_size or backbone.")


def free(device: torch.device) -> None:
    """Give back what is kept for reuse; call it where no exception holds on to tensors any more."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    release_freed_memory()  # blocks that are held in pieces may be what was lacking: from now on none is


def in_halves(compute: Callable[[torch.Tensor], torch.Tensor], batch: torch.Tensor) -> torch.Tensor:
    """What is computed of each picture by itself: of all at once, or of one half after the other."""
    try:
        return compute(batch)
    except RuntimeError as error:
        if not ran_out(error):
            raise
        if len(batch) == 1:
            raise not_even_one() from None
    free(batch.device)
    return torch.cat([in_halves(compute, half) for half in batch.tensor_split(2)])
