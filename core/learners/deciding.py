"""Ways to decide by a row of features, as tensors: what scikit-learn found is computed by torch from then on.

Every decision answers with one score per class. A class that had no training picture is never chosen.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

NEVER = -1e4
"""The score of a class without training pictures: softmax makes nothing of it."""


class Decision(nn.Module):
    """Tensors in named buffers, so that they are saved and moved with the network."""

    def __init__(self, **tensors: np.ndarray):
        super().__init__()
        for name, values in tensors.items():
            whole = np.issubdtype(values.dtype, np.integer)
            self.register_buffer(
                name, torch.from_numpy(np.ascontiguousarray(values)).to(torch.long if whole else torch.float32)
            )


class Linear(Decision):
    """A sum of the features, weighted by class."""

    weight: torch.Tensor
    bias: torch.Tensor

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return functional.linear(rows, self.weight, self.bias)


class Kernel(Decision):
    """How near a row is to each known one, weighted by class."""

    known: torch.Tensor
    weight: torch.Tensor
    bias: torch.Tensor
    gamma: torch.Tensor

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        near = torch.exp(-self.gamma * squared_distances(rows, self.known))
        return functional.linear(near, self.weight, self.bias)


class Neighbours(Decision):
    """The share of the nearest known rows that each class has, equal or by one over their distance."""

    known: torch.Tensor
    votes: torch.Tensor
    """One row per known row, with a 1 for its class."""
    k: torch.Tensor
    by_distance: torch.Tensor

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        distances, nearest = squared_distances(rows, self.known).topk(int(self.k), largest=False)
        weights = torch.ones_like(distances)
        if bool(self.by_distance):
            weights = 1 / distances.clamp(min=1e-12).sqrt()
        shares = weights / weights.sum(1, keepdim=True)
        return torch.einsum("nk,nkc->nc", shares, self.votes[nearest])


DECISIONS: dict[str, type[Decision]] = {each.__name__.lower(): each for each in (Linear, Kernel, Neighbours)}


class Classifier(nn.Module):
    """Features brought to one scale, and a decision by them; the softmax of its scores are probabilities."""

    mean: torch.Tensor
    spread: torch.Tensor
    sharpness: torch.Tensor
    never: torch.Tensor
    """Added to the scores: nothing, or NEVER for a class without training pictures."""

    def __init__(self, decision: Decision, **tensors: np.ndarray):
        super().__init__()
        self.decision = decision
        for name in ("mean", "spread", "sharpness", "never"):
            self.register_buffer(name, torch.from_numpy(np.asarray(tensors[name])).float())

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.sharpness * self.decision((features - self.mean) / self.spread) + self.never


class OnBackbones(nn.Module):
    """The whole way from pictures to scores."""

    def __init__(self, features: nn.Module, classifier: Classifier):
        super().__init__()
        self.features, self.classifier = features, classifier

    @property
    def feature_info(self) -> list[dict[str, str]]:
        return [{"module": f"features.{each['module']}"} for each in self.features.feature_info]  # type: ignore[union-attr]

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(pictures))


def squared_distances(these: torch.Tensor, those: torch.Tensor) -> torch.Tensor:
    lengths = (each.square().sum(1) for each in (these, those))
    here, there = lengths
    return (here[:, None] + there - 2 * these @ those.T).clamp(min=0)


def answers(decide: nn.Module, rows: np.ndarray, at_once: int = 1024) -> np.ndarray:
    """The scores for many rows, a piece after the other."""
    with torch.inference_mode():
        return torch.cat(
            [decide(torch.from_numpy(rows[at : at + at_once]).float()) for at in range(0, len(rows), at_once)]
        ).numpy()
