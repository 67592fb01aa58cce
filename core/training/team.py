"""All that the loop knows of others who train the same network with it."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np
import torch

from core.events import Wish


class Team(Protocol):
    """Processes that share one run: each takes its share of every batch, and all take the same step."""

    rank: int
    size: int

    def share(self, batch: np.ndarray) -> np.ndarray:
        """This member's part of a batch."""
        ...

    def average(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Make every trained parameter's gradient the mean over all members."""
        ...

    def agree(self, wish: Wish) -> Wish:
        """The one wish that all members follow before the next step."""
        ...


class Alone:
    """A team of one."""

    rank, size = 0, 1

    def share(self, batch: np.ndarray) -> np.ndarray:
        return batch

    def average(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        pass

    def agree(self, wish: Wish) -> Wish:
        return wish


ALONE = Alone()
