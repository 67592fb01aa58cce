"""What a course needs to know of whoever learns: what is fed to it, what it costs, and how it answers and is saved."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.predicting import Answers
from core.training.weights import Tensors


@dataclass(frozen=True)
class Learned:
    """What one batch came to: losses that add up, and how many of the answers were right; both stay on the device."""

    losses: Mapping[str, torch.Tensor]
    right: torch.Tensor
    answers: int
    descent: torch.Tensor | None = None
    """What the step goes down, where that is more than the losses that are told."""


@dataclass(frozen=True, kw_only=True)
class Pupil(ABC):
    """Somebody who learns by steps: the course says when, the pupil knows what."""

    recipe: Recipe
    device: torch.device
    lesson: Lesson
    model: nn.Module
    notices: list[tuple[str, str]] = field(default_factory=list)

    @property
    def classes(self) -> tuple[str, ...]:
        return self.lesson.source.classes

    @property
    @abstractmethod
    def stages(self) -> Mapping[str, nn.Module]:
        """The parts of the model that learn at a pace of their own, input first."""

    def scales(self, epoch: int) -> list[float]:
        """How fast each stage learns in an epoch; 0 is frozen."""
        return [1.0] * len(self.stages)

    @abstractmethod
    def batches(self, epoch: int) -> list[np.ndarray]:
        """One epoch's batches, as numbers of pictures; every epoch has as many."""

    @abstractmethod
    def feed(self, batch: np.ndarray, epoch: int) -> Any:
        """A batch made ready, in a thread; all chance is addressed."""

    @abstractmethod
    def losses(self, fed: Any, epoch: int) -> Learned:
        """What the model makes of a batch."""

    def stepped(self, rates: Sequence[float]) -> None:  # noqa: B027
        """Called when a step is done, with the rate that each stage took it at."""

    @abstractmethod
    def answers(self) -> Answers:
        """The model as it is now, answering."""

    def extras(self) -> dict[str, float]:
        """Figures of its own, on validation pictures, after an epoch."""
        return {}

    def is_ready(self, epoch: int) -> bool:
        """Whether what it says after this epoch can be its best; before, only the lack of anything better counts."""
        return True

    @abstractmethod
    def save(self, folder: Path, state: Tensors) -> None:
        """Write what these weights are worth: safetensors and JSON."""
