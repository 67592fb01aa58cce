"""Penalties: what weights cost, in the loss or by a step after the optimizer's."""

from dataclasses import dataclass
from typing import ClassVar

from core.catalog.registry import knob
from core.catalog.regularizers.hooks import REGULARIZERS, Regularizer, State, Tensor, Trainee

_ON = ("all", "head")
_ASK = "Cover norms and biases too."


@REGULARIZERS.register("l1")
@dataclass(frozen=True)
class L1(Regularizer):
    """Push every covered weight towards zero by a constant amount, so that many weights vanish."""

    formula: ClassVar[str] = "strength · Σ|w|"
    covers: ClassVar[str] = "weights that learn, of the head or of everything"
    strength: float = knob(1e-4, low=0.0, high=1e9, help="The factor on the sum of absolute weights.")
    on: str = knob("all", options=_ON, help="Whether every weight or the head alone is penalised.")
    how: str = knob(
        "loss",
        options=("loss", "proximal"),
        help="Add it to the loss, as usually published, or shrink after each step, which gives exact zeros.",
    )
    norms_and_biases: bool = knob(False, help=_ASK)

    def penalty(self, trainee: Trainee) -> Tensor | None:
        if self.how == "proximal":
            return None
        covered = trainee.weights(self.on, self.norms_and_biases)
        return self.strength * sum(weight.float().abs().sum() for _, weight in covered) if covered else None

    def after_step(self, trainee: Trainee, state: State) -> None:
        if self.how == "proximal":
            for name, weight in trainee.weights(self.on, self.norms_and_biases):
                data, shrink = weight.data, trainee.rate(name) * self.strength
                data.copy_(data.sign() * (data.abs() - shrink).clamp_(min=0))

    def report(self, trainee: Trainee) -> dict[str, float]:
        covered = [weight.detach() for _, weight in trainee.weights(self.on, self.norms_and_biases)]
        total = sum(weight.numel() for weight in covered)
        return {"l1_zeros": sum(int((weight == 0).sum()) for weight in covered) / total if total else 0.0}


@REGULARIZERS.register("l2")
@dataclass(frozen=True)
class L2(Regularizer):
    """Push every covered weight towards zero in proportion to its size, through the loss."""

    formula: ClassVar[str] = "strength · Σw²"
    covers: ClassVar[str] = "weights that learn, of the head or of everything"
    strength: float = knob(1e-4, low=0.0, high=1e9, help="The factor on the sum of squared weights.")
    on: str = knob("all", options=_ON, help="Whether every weight or the head alone is penalised.")
    norms_and_biases: bool = knob(False, help=_ASK)

    def penalty(self, trainee: Trainee) -> Tensor | None:
        covered = trainee.weights(self.on, self.norms_and_biases)
        return self.strength * sum(weight.float().square().sum() for _, weight in covered) if covered else None


@REGULARIZERS.register("weight_decay")
@dataclass(frozen=True)
class WeightDecay(Regularizer):
    """Shrink weights inside the optimizer: through the gradient in SGD and Adam, directly in AdamW."""

    formula: ClassVar[str] = "gradient + strength · w (SGD, Adam), or w - rate · strength · w (AdamW)"
    covers: ClassVar[str] = "weights that learn"
    strength: float = knob(1e-2, low=0.0, high=1e9, help="The optimizer's weight decay.")
    norms_and_biases: bool = knob(False, help=_ASK)

    def param_group_options(self, is_weight: bool) -> dict[str, float]:
        return {"weight_decay": self.strength if is_weight or self.norms_and_biases else 0.0}


@REGULARIZERS.register("l2_sp")
@dataclass(frozen=True)
class L2Sp(Regularizer):
    """Hold pretrained weights near where they came from: forgetting costs, staying is free."""

    formula: ClassVar[str] = "strength · Σ(w - w₀)²"
    covers: ClassVar[str] = "weights of the backbone that learn, towards where they began; not the head, not adapters"
    strength: float = knob(1e-2, low=0.0, high=1e9, help="The factor on the squared distance from the start.")
    how: str = knob(
        "loss",
        options=("loss", "proximal"),
        help="Add it to the loss, as published, or pull back after each step, which any strength survives.",
    )
    norms_and_biases: bool = knob(False, help=_ASK)

    def penalty(self, trainee: Trainee) -> Tensor | None:
        covered = trainee.weights("backbone", self.norms_and_biases)
        if self.how == "proximal" or not covered:
            return None
        return self.strength * sum((weight.float() - trainee.start[name]).square().sum() for name, weight in covered)

    def after_step(self, trainee: Trainee, state: State) -> None:
        if self.how == "proximal":
            for name, weight in trainee.weights("backbone", self.norms_and_biases):
                keep = 1 / (1 + 2 * trainee.rate(name) * self.strength)
                weight.data.copy_(trainee.start[name] + keep * (weight.data - trainee.start[name]))
