"""What computing sets for the whole process: how many threads compute, and what becomes of memory that was freed."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from core.training.memory import release_freed_memory


@contextmanager
def computing_on(threads: int) -> Iterator[None]:
    """So many threads compute for a while, then as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def given_back() -> Iterator[None]:
    """Whatever is set in here, in the end the process is as it was: others compute in it as well."""
    with computing_on(torch.get_num_threads()):
        try:
            yield
        finally:
            release_freed_memory()
