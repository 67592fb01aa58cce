"""All that training knows of others who train the same network with it.

A team takes the steps that one process would take with batches as large as all shares together: a recipe's `batch_size`
is each member's, so two workers with 16 learn as one does with 32. Members hold the same weights to the last bit, as
they begin alike and take the same steps. What one process would do but shares cannot:

- BatchNorm that learns takes the statistics of each share, as in any data-parallel training; their running means are
  averaged over all pictures at every step, the running variances too.
- Mixup and cutmix find partners within a share, at the proportion that the whole batch would have drawn; random erasing
  repeats in every share what it does to the first one. Each member's dropout is its own.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch

Verdict = Literal["late", "stop", "diverged", "pause"] | None
"""What is to be done after a step."""

VERDICTS: tuple[Verdict, ...] = (None, "late", "stop", "diverged", "pause")
"""From the lightest to the gravest: the gravest is what all members do."""


class Team(Protocol):
    """Processes that share one run. Every method but `share` is a meeting: all members must come to it."""

    rank: int
    size: int

    def share(self, numbers: np.ndarray) -> np.ndarray:
        """This member's part of a batch, or of anything else that is listed; it may be empty."""
        ...

    def total(self, tensors: Sequence[torch.Tensor]) -> None:
        """Make each tensor the sum over all members, in place: the same bits for each."""
        ...

    def summed(self, figures: Sequence[float]) -> list[float]:
        """Each figure summed over all members: waits for them all, but for no accelerator."""
        ...

    def agree(self, verdict: Verdict) -> Verdict:
        """The gravest of the members' verdicts."""
        ...

    def told(self, content: bytes) -> bytes:
        """What the first member says; the others' content is passed over."""
        ...

    def handed(self, folder: Path | None) -> AbstractContextManager[Path | None]:
        """The first member's folder, where every member can read it."""
        ...


class Alone:
    """A team of one."""

    rank, size = 0, 1

    def share(self, numbers: np.ndarray) -> np.ndarray:
        return numbers

    def total(self, tensors: Sequence[torch.Tensor]) -> None:
        pass

    def summed(self, figures: Sequence[float]) -> list[float]:
        return list(figures)

    def agree(self, verdict: Verdict) -> Verdict:
        return verdict

    def told(self, content: bytes) -> bytes:
        return content

    def handed(self, folder: Path | None) -> AbstractContextManager[Path | None]:
        return nullcontext(folder)


ALONE = Alone()
