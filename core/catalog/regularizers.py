"""What keeps a network from learning its training pictures by heart.

A regularizer overrides the hooks it needs; the loop calls them for each regularizer, in the registry's order. Each
states its formula and what it covers. Penalties cover weights that learn at the time (frozen ones cannot change), and
norms and biases only if asked. torch is imported where a hook runs, never with the catalog.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np

from core.catalog.registry import Registry, knob

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
    covers: ClassVar[str] = "pretrained weights that learn; not the new head"
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


@REGULARIZERS.register("dropout")
@dataclass(frozen=True)
class Dropout(Regularizer):
    """Blank a random share of the features before the classifier, so that it cannot lean on a few."""

    formula: ClassVar[str] = "features · Bernoulli(1 - rate) / (1 - rate)"
    covers: ClassVar[str] = "the features that enter the classifier"
    rate: float = knob(0.2, low=0.0, high=0.95, help="The share of features blanked at each step.")

    def model_options(self) -> dict[str, Any]:
        return {"drop_rate": self.rate}


@REGULARIZERS.register("drop_path")
@dataclass(frozen=True)
class DropPath(Regularizer):
    """Skip whole residual blocks at random, deeper ones more often (stochastic depth)."""

    formula: ClassVar[str] = "x + Bernoulli(1 - rate) / (1 - rate) · block(x)"
    covers: ClassVar[str] = "residual blocks of backbones that have them, in parts that learn"
    rate: float = knob(0.1, low=0.0, high=0.9, help="How often the deepest block is skipped.")

    def model_options(self) -> dict[str, Any]:
        return {"drop_path_rate": self.rate}


@REGULARIZERS.register("label_smoothing")
@dataclass(frozen=True)
class LabelSmoothing(Regularizer):
    """Ask for a little less than certainty: each label gives away a share to all classes."""

    formula: ClassVar[str] = "(1 - amount) · label + amount / classes"
    covers: ClassVar[str] = "the training labels"
    amount: float = knob(0.1, low=0.0, high=0.9, help="The share that each label gives away.")

    def soften(self, targets: Tensor) -> Tensor:
        return targets * (1 - self.amount) + self.amount / targets.shape[1]


@REGULARIZERS.register("mixup")
@dataclass(frozen=True)
class Mixup(Regularizer):
    """Blend each picture with another, and their labels in the same proportion."""

    formula: ClassVar[str] = "λ · a + (1 - λ) · b, λ ~ Beta(alpha, alpha)"
    covers: ClassVar[str] = "the training pictures and labels"
    changes_pictures: ClassVar[bool] = True
    alpha: float = knob(0.2, low=0.01, high=10.0, help="Small: mostly one of the two. Large: halves.")

    def mix(self, pictures: Tensor, targets: Tensor, draw: np.random.Generator) -> tuple[Tensor, Tensor]:
        share = float(draw.beta(self.alpha, self.alpha))
        other = draw.permutation(len(pictures))
        return _blend(pictures, pictures[other], share), _blend(targets, targets[other], share)


@REGULARIZERS.register("cutmix")
@dataclass(frozen=True)
class Cutmix(Regularizer):
    """Paste a box of another picture into each, and mix the labels by area."""

    formula: ClassVar[str] = "a outside a box, b inside; labels by area, area ~ Beta(alpha, alpha)"
    covers: ClassVar[str] = "the training pictures and labels"
    changes_pictures: ClassVar[bool] = True
    alpha: float = knob(1.0, low=0.01, high=10.0, help="Small: boxes tiny or huge. 1: any size.")

    def mix(self, pictures: Tensor, targets: Tensor, draw: np.random.Generator) -> tuple[Tensor, Tensor]:
        height, width = pictures.shape[-2:]
        side = (1 - float(draw.beta(self.alpha, self.alpha))) ** 0.5
        top, left, bottom, right = _box(height, width, side * height, side * width, draw)
        other = draw.permutation(len(pictures))
        mixed = pictures.clone()
        mixed[..., top:bottom, left:right] = pictures[other][..., top:bottom, left:right]
        share = 1 - (bottom - top) * (right - left) / (height * width)
        return mixed, _blend(targets, targets[other], share)


@REGULARIZERS.register("random_erasing")
@dataclass(frozen=True)
class RandomErasing(Regularizer):
    """Blank a random box in some of the pictures, as if something stood in front."""

    formula: ClassVar[str] = "a box of up to 33% of the area becomes the mean colour, with the given probability"
    covers: ClassVar[str] = "the training pictures"
    changes_pictures: ClassVar[bool] = True
    probability: float = knob(0.25, low=0.0, high=1.0, help="How many of the pictures lose a box.")

    def mix(self, pictures: Tensor, targets: Tensor, draw: np.random.Generator) -> tuple[Tensor, Tensor]:
        height, width = pictures.shape[-2:]
        erased = pictures.clone()
        for picture in erased:
            if draw.random() < self.probability:
                area, shape = draw.uniform(0.02, 0.33) * height * width, np.exp(draw.uniform(-1.2, 1.2))
                top, left, bottom, right = _box(height, width, (area * shape) ** 0.5, (area / shape) ** 0.5, draw)
                picture[..., top:bottom, left:right] = 0
        return erased, targets


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


def _blend(one: Tensor, other: Tensor, share: float) -> Tensor:
    return one * share + other * (1 - share)


def _box(height: int, width: int, rows: float, columns: float, draw: np.random.Generator) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of a box around a random point, cut off at the borders."""
    row, column = draw.integers(height), draw.integers(width)
    top, bottom = np.clip([row - rows / 2, row + rows / 2], 0, height)
    left, right = np.clip([column - columns / 2, column + columns / 2], 0, width)
    return int(top), int(left), int(bottom), int(right)
