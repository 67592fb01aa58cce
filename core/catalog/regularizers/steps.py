"""Steps: gradients that are shortened before one, and weights that are averaged after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from core.catalog.registry import knob
from core.catalog.regularizers.hooks import REGULARIZERS, Regularizer, State, Tensor, Trainee


@REGULARIZERS.register("clip")
@dataclass(frozen=True)
class Clip(Regularizer):
    """Shorten gradients that are too long, so that one bad batch cannot undo an epoch."""

    formula: ClassVar[str] = "gradient · min(1, norm / |gradient|)"
    covers: ClassVar[str] = "the gradient of everything that learns"
    norm: float = knob(1.0, low=1e-9, high=1e9, help="The longest gradient allowed.")

    def after_backward(self, trainee: Trainee) -> None:
        from torch.nn.utils import clip_grad_norm_

        clip_grad_norm_([weight for _, weight in trainee.weights("all", norms_and_biases=True)], self.norm)


@REGULARIZERS.register("ema")
@dataclass(frozen=True)
class Ema(Regularizer):
    """Keep a running average of the weights and use that for evaluation: smoother than any single step."""

    formula: ClassVar[str] = "average = d · average + (1 - d) · w, d = min(decay, (1 + steps) / (10 + steps))"
    covers: ClassVar[str] = "everything that learns, BatchNorm statistics included; evaluation and saved weights use it"
    decay: float = knob(0.99, low=0.0, high=0.99999, help="How much of the average is kept at each step.")

    def begin(self, trainee: Trainee) -> State:
        import torch

        averages = {name: tensor.detach().clone() for name, tensor in _floats(trainee.model)}
        return {**averages, "steps": torch.zeros((), dtype=torch.int64)}

    def after_step(self, trainee: Trainee, state: State) -> None:
        state["steps"] += 1
        steps = int(state["steps"])
        share = 1 - min(self.decay, (1 + steps) / (10 + steps))
        for name, tensor in _floats(trainee.model):
            state[name].lerp_(tensor.detach(), share)

    @contextmanager
    def evaluated(self, trainee: Trainee, state: State) -> Iterator[None]:
        kept = {name: tensor.detach().clone() for name, tensor in _floats(trainee.model)}
        for name, tensor in _floats(trainee.model):
            tensor.data.copy_(state[name])
        try:
            yield
        finally:
            for name, tensor in _floats(trainee.model):
                tensor.data.copy_(kept[name])


def _floats(model: Any) -> list[tuple[str, Tensor]]:
    """Every weight and statistic that can be averaged: counters cannot."""
    return [(name, tensor) for name, tensor in model.state_dict().items() if tensor.is_floating_point()]
