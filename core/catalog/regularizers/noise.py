"""Noise: features, blocks, labels and pictures that are not quite what they were."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.catalog.registry import knob
from core.catalog.regularizers.hooks import REGULARIZERS, Regularizer, Tensor


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
    alpha: float = knob(
        0.2, low=0.01, high=10.0, help="How evenly they blend: small is mostly one of the two, large is halves."
    )

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
    alpha: float = knob(
        1.0, low=0.01, high=10.0, help="How large the boxes are: 1 is any size, smaller is mostly tiny or huge."
    )

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
    probability: float = knob(0.25, low=0.0, high=1.0, help="The share of the pictures that lose a box.")

    def mix(self, pictures: Tensor, targets: Tensor, draw: np.random.Generator) -> tuple[Tensor, Tensor]:
        height, width = pictures.shape[-2:]
        erased = pictures.clone()
        for picture in erased:
            if draw.random() < self.probability:
                area, shape = draw.uniform(0.02, 0.33) * height * width, np.exp(draw.uniform(-1.2, 1.2))
                top, left, bottom, right = _box(height, width, (area * shape) ** 0.5, (area / shape) ** 0.5, draw)
                picture[..., top:bottom, left:right] = 0
        return erased, targets


def _blend(one: Tensor, other: Tensor, share: float) -> Tensor:
    return one * share + other * (1 - share)


def _box(height: int, width: int, rows: float, columns: float, draw: np.random.Generator) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of a box around a random point, cut off at the borders."""
    row, column = draw.integers(height), draw.integers(width)
    top, bottom = np.clip([row - rows / 2, row + rows / 2], 0, height)
    left, right = np.clip([column - columns / 2, column + columns / 2], 0, width)
    return int(top), int(left), int(bottom), int(right)
