"""Who learns a path of heads: upon kept features, each head learns what it would learn alone.

The loss is the sum of what each head loses, so none feels the others, and optimizers step number by number.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from core.catalog.learners import HeadPath
from core.catalog.paths import penalties_of, rates_of
from core.catalog.regularizers import Regularizer
from core.learners.collecting import Collection
from core.learners.path_heads import Heads
from core.learners.pupil import Learned, Pupil
from core.training.model import Net, save_timm
from core.training.predicting import Predictor
from core.training.stepper import HOPELESS
from core.training.weights import Tensors


@dataclass(frozen=True, kw_only=True)
class Walker(Pupil):
    """Learns all heads of a path."""

    model: Heads
    chosen: HeadPath
    net: Net
    features: Collection
    softening: Sequence[Regularizer]
    weights: torch.Tensor | None
    """Of classes, where small ones are to count as much."""

    @property
    def lost(self) -> float:
        """The cross-entropy of a head that has lost its way."""
        return HOPELESS * math.log(max(2, len(self.classes)))

    @cached_property
    def penalties(self) -> tuple[float, ...]:
        return penalties_of(self.chosen)

    @cached_property
    def rates(self) -> tuple[float, ...]:
        return rates_of(self.chosen, self.recipe.lr)

    @property
    def seeds(self) -> range:
        return range(self.recipe.seed, self.recipe.seed + self.chosen.seeds)

    @property
    def stages(self) -> Mapping[str, nn.Module]:
        """Heads that step at one rate are a stage: its scale is that rate beside the recipe's."""
        names = ["head"] if len(self.rates) == 1 else [f"head at {rate}" for rate in self.rates]
        return dict(zip(names, self.model.at, strict=True))

    def scales(self, epoch: int) -> list[float]:
        return [rate / self.recipe.lr for rate in self.rates]

    def batches(self, epoch: int) -> list[np.ndarray]:
        """Each a row per place in the batch: the picture that stands there in the order of each seed."""
        size = min(self.recipe.batch_size, len(self.lesson.splits["train"]))
        orders = [self.lesson.batches(replace(self.recipe, seed=seed), size, epoch) for seed in self.seeds]
        return [np.stack(same, axis=1) for same in zip(*orders, strict=True)]

    def feed(self, batch: np.ndarray, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        return self.features[batch], self.lesson.source.labels[batch]

    def losses(self, fed: tuple[np.ndarray, np.ndarray], epoch: int) -> Learned:
        rows = torch.from_numpy(fed[0]).to(self.device).transpose(0, 1)
        targets = self._targets(torch.from_numpy(fed[1]).to(self.device, torch.long).T)
        scores = self.model(rows)
        entropies = self._entropies(scores, targets)
        penalties = self.model.penalties() if self.chosen.penalty == "l2" else None
        descent = entropies.sum() if penalties is None else (entropies + penalties).sum()
        return replace(self._told(scores.detach(), targets, entropies.detach(), penalties), descent=descent)

    def _targets(self, labels: torch.Tensor) -> torch.Tensor:
        """Seeds x pictures x classes: a probability per class, softened as the recipe asks."""
        targets = functional.one_hot(labels, len(self.classes)).float()
        for each in self.softening:
            targets = each.soften(targets.flatten(0, 1)).view_as(targets)
        return targets

    def _entropies(self, scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Seeds x heads: of each its mean cross-entropy."""
        weighted = targets if self.weights is None else targets * self.weights
        total = torch.einsum("sbc,sbhc->sh", weighted, scores.log_softmax(3))
        return -total / weighted.sum((1, 2))[:, None]

    def _told(
        self, scores: torch.Tensor, targets: torch.Tensor, entropies: torch.Tensor, penalties: torch.Tensor | None
    ) -> Learned:
        """What is told of a step is the leader's; should it lose its way, that of the head that loses least."""
        heads, flat = scores.shape[2], entropies.flatten()
        nearest = flat.nan_to_num(nan=torch.inf).argmin()
        ahead = torch.where(flat.take(self.model.leader) <= self.lost, self.model.leader, nearest)
        losses = {"cross_entropy": flat.take(ahead)}
        if penalties is not None:
            losses["l2"] = penalties.detach().flatten().take(ahead)
        seed, head = ahead[None] // heads, ahead[None] % heads  # as indices, which no device has to wait for
        named = scores.index_select(0, seed).index_select(2, head).argmax(3).flatten()
        right = (named == targets.index_select(0, seed).argmax(2).flatten()).sum()
        return Learned(losses, right, scores.shape[1])

    def stepped(self, rates: Sequence[float]) -> None:
        if self.chosen.penalty == "l1":
            self.model.shrink(rates)

    def of_head(self, number: int) -> dict[str, Any]:
        """The settings of a head."""
        seed, place = divmod(number, len(self.rates) * len(self.penalties))
        rate, penalty = divmod(place, len(self.penalties))
        return {"seed": self.seeds[seed], "rate": self.rates[rate], "penalty": self.penalties[penalty]}

    def rows(self, numbers: np.ndarray) -> torch.Tensor:
        """The features of some pictures, on the device."""
        return torch.from_numpy(self.features[numbers]).to(self.device)

    def answers(self) -> Predictor:
        """The leader, in the place of the backbone's own head."""
        _own_head(self.net)[1].load_state_dict(self.model.state_of(int(self.model.leader)))
        return Predictor(self.net.model, self.classes, self.lesson.canvases.preparation, str(self.device))

    def save(self, folder: Path, state: Tensors) -> None:
        """One head in the same place: a network that plain timm loads."""
        name, _ = _own_head(self.net)
        head = {f"{name}.{part}": state[part] for part in ("weight", "bias")}
        about = {"kind": self.chosen.penalty, **self.of_head(int(state["number"]))}
        save_timm(folder, self.net, {**self.net.model.state_dict(), **head}, self.recipe, head=about)


def _own_head(net: Net) -> tuple[str, nn.Module]:
    own = net.model.get_classifier()  # type: ignore[operator]
    return next((name, module) for name, module in net.model.named_modules() if module is own)
