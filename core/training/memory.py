"""Too little memory: knowing it when it shows, and computing in halves what does not fit at once."""

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


def ran_out(error: Exception) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or any(words in str(error) for words in SAID)


def not_even_one() -> TrainingError:
    return TrainingError("There is not enough memory for a single picture; choose a smaller image_size or backbone.")


def free(device: torch.device) -> None:
    """Give back what the device keeps for reuse; call it where no exception holds on to tensors any more."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


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
