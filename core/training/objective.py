"""What a run tries to make small: cross-entropy on its targets, and the regularizers' penalties."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch.nn import functional

from core.catalog.regularizers import Regularizer
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.model import Net


class Objective:
    """The loss of a batch, as parts that add up."""

    def __init__(
        self, recipe: Recipe, net: Net, lesson: Lesson, regularizers: Sequence[Regularizer], device: torch.device
    ):
        self.recipe, self.net, self.device, self.regularizers = recipe, net, device, regularizers
        self.labels = lesson.source.labels.astype(np.int64)
        self.class_weights = class_weights(lesson).to(device) if recipe.class_balance == "weights" else None

    def labels_of(self, indices: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(self.labels[indices]).to(self.device)  # NumPy picks them sooner than torch

    def targets(
        self, inputs: torch.Tensor, indices: np.ndarray, chance: np.random.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The batch and a probability per class for each picture, mixed and softened as the recipe asks."""
        targets = functional.one_hot(self.labels_of(indices), len(self.net.classes)).float()
        for regularizer in self.regularizers:
            inputs, targets = regularizer.mix(inputs, targets, chance)
            targets = regularizer.soften(targets)
        return inputs, targets

    def mass(self, targets: torch.Tensor) -> torch.Tensor:
        """What the loss is divided by: the targets' weight in the whole batch, whatever pieces it is computed in."""
        return self._weighted(targets).sum()

    def cross_entropy(self, logits: torch.Tensor, targets: torch.Tensor, mass: torch.Tensor) -> torch.Tensor:
        return -(self._weighted(targets) * functional.log_softmax(logits, 1)).sum() / mass

    def penalties(self) -> Iterator[tuple[str, torch.Tensor]]:
        for choice, regularizer in zip(self.recipe.regularizers, self.regularizers, strict=True):
            penalty = regularizer.penalty(self.net)
            if penalty is not None:
                yield choice.name, penalty

    def _weighted(self, targets: torch.Tensor) -> torch.Tensor:
        return targets if self.class_weights is None else targets * self.class_weights


def class_weights(lesson: Lesson) -> torch.Tensor:
    """As much weight for every class: the mean over the training pictures is 1."""
    shares = np.maximum(lesson.class_shares(), 1)
    return torch.tensor(shares.sum() / (len(shares) * shares), dtype=torch.float32)
