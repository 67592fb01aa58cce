"""The hooks that a regularizer may override, and the registry of regularizers.

A regularizer overrides the hooks it needs; the loop calls them for each regularizer, in the registry's order. Each
states its formula and what it covers. Penalties cover weights that learn at the time (frozen ones cannot change), and
norms and biases only if asked. torch is imported where a hook runs, never with the catalog.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Literal, Protocol

import numpy as np

from core.catalog.registry import Registry

Tensor = Any
State = dict[str, Tensor]
Scope = Literal["head", "all", "backbone"]


class Trainee(Protocol):
    """What a regularizer may know of the network in training."""

    model: Any

    @property
    def start(self) -> Mapping[str, Tensor]:
        """Every weight as it was before the first step."""
        ...

    def weights(self, on: str, norms_and_biases: bool) -> list[tuple[str, Tensor]]:
        """The weights that learn now: of the head, of the backbone, or all."""
        ...

    def rate(self, name: str) -> float:
        """The learning rate of one weight at this step."""
        ...


class Regularizer:
    """Something that keeps a network from learning by heart."""

    formula: ClassVar[str] = ""
    covers: ClassVar[str] = ""
    changes_pictures: ClassVar[bool] = False
    """Whether it works on the batch itself, so that nothing computed from clean pictures can be kept."""

    def model_options(self) -> dict[str, Any]:
        """Options for building the network."""
        return {}

    def begin(self, trainee: Trainee) -> State:
        """The state it keeps between steps, as tensors: part of the saved state."""
        return {}

    def mix(self, pictures: Tensor, targets: Tensor, draw: np.random.Generator) -> tuple[Tensor, Tensor]:
        """The batch and its targets (a probability per class), changed."""
        return pictures, targets

    def soften(self, targets: Tensor) -> Tensor:
        """The targets (a probability per class), changed."""
        return targets

    def penalty(self, trainee: Trainee) -> Tensor | None:
        """A term of the loss, or None."""
        return None

    def param_group_options(self, is_weight: bool) -> dict[str, float]:
        """Options for the optimizer's groups of weights, and of norms and biases."""
        return {}

    def after_backward(self, trainee: Trainee) -> None:
        """Called when the gradients stand, before the step."""

    def after_step(self, trainee: Trainee, state: State) -> None:
        """Called when the step is done."""

    @contextmanager
    def evaluated(self, trainee: Trainee, state: State) -> Iterator[None]:
        """Whatever should be different while the network is evaluated and saved."""
        yield

    def report(self, trainee: Trainee) -> dict[str, float]:
        """Figures worth a line at the end of an epoch."""
        return {}


REGULARIZERS: Registry[Regularizer] = Registry("regularizer")
