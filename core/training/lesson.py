"""What is to be learned: the pictures, their labels, and which of them are for training, validation and test."""

from dataclasses import dataclass

import numpy as np

from core.data.batches import cut, order_of
from core.data.fingerprints import open_remembered
from core.data.pixels import Canvases, Preparation
from core.data.source import Source
from core.data.splits import cap, split
from core.home import Home
from core.recipe import Recipe


@dataclass
class Lesson:
    """A dataset, split and decoded, as training sees it."""

    source: Source
    splits: dict[str, np.ndarray]
    home: Home
    _canvases: Canvases | None = None

    @classmethod
    def load(cls, recipe: Recipe, home: Home) -> "Lesson":
        source = open_remembered(recipe.dataset, home)
        most = {"train": recipe.examples_per_class}
        splits = {
            str(name): cap(indices, source.labels, most.get(name, recipe.held_out_per_class), recipe.split_seed)
            for name, indices in split(source, recipe.split_seed).items()
        }
        return cls(source, splits, home)

    def prepare(self, preparation: Preparation) -> None:
        """From now on pictures are prepared like this."""
        self._canvases = Canvases(self.source, preparation, self.home.cache)

    @property
    def canvases(self) -> Canvases:
        assert self._canvases is not None, "prepare() comes first"
        return self._canvases

    @property
    def pictures(self) -> dict[str, int]:
        return {name: len(indices) for name, indices in self.splits.items()}

    def batches(self, recipe: Recipe, batch_size: int, epoch: int) -> list[np.ndarray]:
        """One epoch's batches, as numbers of pictures."""
        train = self.splits["train"]
        order = order_of(self.source.labels[train], recipe.seed, epoch, recipe.class_balance == "sampling")
        return [train[batch] for batch in cut(order, batch_size)]

    def class_shares(self) -> np.ndarray:
        """How often each class stands in the training split."""
        return np.bincount(self.source.labels[self.splits["train"]], minlength=len(self.source.classes))
