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

        return {"steps": torch.zeros((), dtype=torch.int64)}

    def after_step(self, trainee: Trainee, state: State) -> None:
        """What has rested until now has averaged to where it began; there is nothing to be kept of it before."""
        state["steps"] += 1
        steps = int(state["steps"])
        share = 1 - min(self.decay, (1 + steps) / (10 + steps))
        for name in _in_motion(trainee.model):
            if name not in state and name in trainee.start:
                state[name] = trainee.start[name].clone()
        for average, tensor in _averaged(trainee, state):
            average.lerp_(tensor.detach(), share)

    @contextmanager
    def evaluated(self, trainee: Trainee, state: State) -> Iterator[None]:
        kept = [(tensor, tensor.detach().clone()) for _, tensor in _averaged(trainee, state)]
        for average, tensor in _averaged(trainee, state):
            tensor.data.copy_(average)
        try:
            yield
        finally:
            for tensor, as_it_was in kept:
                tensor.data.copy_(as_it_was)


def _averaged(trainee: Trainee, state: State) -> list[tuple[Tensor, Tensor]]:
    """What has an average: that, and what it is now."""
    return [(state[name], tensor) for name, tensor in trainee.model.state_dict().items() if name in state]


def _in_motion(model: Any) -> Iterator[str]:
    """The weights and statistics of whatever is in training mode; counters cannot be averaged."""
    for place, module in model.named_modules():
        if module.training:
            for own in (module.named_parameters, module.named_buffers):
                yield from (name for name, tensor in own(place, recurse=False) if tensor.is_floating_point())
