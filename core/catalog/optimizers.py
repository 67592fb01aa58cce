"""How a step is made from a gradient (optimizers), and how its size changes over a run (schedules).

A schedule is a pure function of the position in the run and of the validation losses so far: so it can be drawn
before the run, and a resumed run takes it up exactly where it was.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.catalog.registry import Registry, knob


class Optimizer(ABC):
    """How a step is made from a gradient."""

    decoupled: ClassVar[bool] = False
    """Whether weight decay shrinks the weights themselves (AdamW) or joins the gradient."""

    @abstractmethod
    def build(self, groups: list[dict[str, Any]], lr: float) -> Any:
        """torch's optimizer over these groups of parameters; fused, each reads and writes its weights only once."""


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer")


@OPTIMIZERS.register("sgd")
@dataclass(frozen=True)
class Sgd(Optimizer):
    """Stochastic gradient descent with momentum: the classic for fine-tuning, forgiving and cheap."""

    momentum: float = knob(0.9, low=0.0, high=0.9999, help="How much of the last step is kept.")
    nesterov: bool = knob(False, help="Look ahead along the momentum before taking the gradient.")

    def build(self, groups: list[dict[str, Any]], lr: float) -> Any:
        from torch.optim import SGD

        nesterov = self.nesterov and self.momentum > 0
        return SGD(groups, lr=lr, momentum=self.momentum, nesterov=nesterov, fused=True)


@OPTIMIZERS.register("adam")
@dataclass(frozen=True)
class Adam(Optimizer):
    """Steps scaled per weight by past gradients; weight decay joins the gradient."""

    def build(self, groups: list[dict[str, Any]], lr: float) -> Any:
        from torch.optim import Adam as TorchAdam

        return TorchAdam(groups, lr=lr, fused=True)


@OPTIMIZERS.register("adamw")
@dataclass(frozen=True)
class AdamW(Optimizer):
    """Adam whose weight decay shrinks the weights themselves: the usual choice for transformers."""

    decoupled: ClassVar[bool] = True

    def build(self, groups: list[dict[str, Any]], lr: float) -> Any:
        from torch.optim import AdamW as TorchAdamW

        return TorchAdamW(groups, lr=lr, weight_decay=0.0, fused=True)


@dataclass(frozen=True, kw_only=True)
class Schedule(ABC):
    """The learning rate over a run, as a factor on the recipe's rate."""

    warmup: float = knob(0.0, low=0, high=1000, help="Epochs over which the rate rises from zero.")

    def at(self, position: float, epochs: int, val_losses: Sequence[float] = ()) -> float:
        """The factor at a position counted in epochs (2.5 is the middle of the third)."""
        rise = min(1.0, position / self.warmup) if self.warmup > 0 else 1.0
        return rise * self.shape(position, epochs, val_losses)

    @abstractmethod
    def shape(self, position: float, epochs: int, val_losses: Sequence[float]) -> float:
        """The factor without the warm-up."""


SCHEDULES: Registry[Schedule] = Registry("schedule")


@SCHEDULES.register("constant")
@dataclass(frozen=True, kw_only=True)
class Constant(Schedule):
    """The same rate all the way."""

    def shape(self, position: float, epochs: int, val_losses: Sequence[float]) -> float:
        return 1.0


@SCHEDULES.register("step")
@dataclass(frozen=True, kw_only=True)
class StepDown(Schedule):
    """The rate falls by a factor every few epochs."""

    every: int = knob(7, low=1, high=10_000, help="Epochs between two falls.")
    factor: float = knob(0.1, low=0.0, high=1.0, help="What is left of the rate after a fall.")

    def shape(self, position: float, epochs: int, val_losses: Sequence[float]) -> float:
        return self.factor ** (int(position) // self.every)


@SCHEDULES.register("cosine")
@dataclass(frozen=True, kw_only=True)
class Cosine(Schedule):
    """The rate glides down to nothing along half a cosine."""

    def shape(self, position: float, epochs: int, val_losses: Sequence[float]) -> float:
        return 0.5 * (1 + math.cos(math.pi * min(1.0, position / epochs)))


@SCHEDULES.register("one_cycle")
@dataclass(frozen=True, kw_only=True)
class OneCycle(Schedule):
    """The rate rises to its peak and glides down to nothing: quick training at high rates."""

    rise: float = knob(0.3, low=0.01, high=0.99, help="The share of the run in which the rate rises.")
    start: float = knob(0.04, low=0.0, high=1.0, help="Where the rate begins, as a share of its peak.")

    def shape(self, position: float, epochs: int, val_losses: Sequence[float]) -> float:
        through = min(1.0, position / epochs)
        if through < self.rise:
            return self.start + (1 - self.start) * 0.5 * (1 - math.cos(math.pi * through / self.rise))
        return 0.5 * (1 + math.cos(math.pi * (through - self.rise) / (1 - self.rise)))


@SCHEDULES.register("plateau")
@dataclass(frozen=True, kw_only=True)
class Plateau(Schedule):
    """The rate falls by a factor whenever the validation loss has not improved for longer than the patience."""

    patience: int = knob(2, low=0, high=1000, help="Epochs without a better validation loss that are let pass.")
    factor: float = knob(0.1, low=0.0, high=1.0, help="What is left of the rate after a fall.")

    def shape(self, position: float, epochs: int, val_losses: Sequence[float]) -> float:
        best, waited, falls = math.inf, 0, 0
        for loss in val_losses:
            waited = 0 if loss < best else waited + 1
            best = min(best, loss)
            if waited > self.patience:
                falls, waited = falls + 1, 0
        return self.factor**falls
