"""What the members of a team found in their shares becomes what one alone would have found in the whole batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from core.training.team import Team
from core.training.weights import Tensors


@dataclass(frozen=True)
class Tally:
    """What one step came to: on the device, as reading it would wait."""

    losses: Tensors
    """The parts of the loss, each a mean over the targets' weight."""
    right: torch.Tensor
    mass: torch.Tensor
    """The targets' weight: what the losses were divided by."""
    learned: int
    """Pictures that this member learned from."""
    pictures: int
    """Pictures that all members learned from."""


def merge(team: Team, model: nn.Module, tally: Tally) -> None:
    """Merge gradients, losses, right answers and BatchNorm's statistics, all in one go, in place.

    Gradients are averaged by the weight of the targets behind them: so the mean is exact however unequal the shares
    are, and a penalty, the same for everyone, counts once.
    """
    if team.size == 1:
        return
    pictures, present = torch.full_like(tally.mass, tally.learned), torch.full_like(tally.mass, tally.learned > 0)
    norms = [each for each in model.modules() if isinstance(each, _BatchNorm) and each.training]
    counters = [each.num_batches_tracked for each in norms if each.num_batches_tracked is not None]
    counts = [each.float() for each in counters]
    by_weight = [*_gradients(model), *tally.losses.values()]
    by_pictures = [each for norm in norms for each in (norm.running_mean, norm.running_var) if each is not None]
    _scale(by_weight, tally.mass)
    _scale(by_pictures, pictures)
    _scale(counts, present)
    team.total([*by_weight, *by_pictures, *counts, tally.right, tally.mass, pictures, present])
    _scale(by_weight, 1 / tally.mass)
    _scale(by_pictures, 1 / pictures)
    for counter, count in zip(counters, counts, strict=True):
        counter.copy_((count / present).round())  # some may have computed their share in more pieces than others


def _gradients(model: nn.Module) -> list[torch.Tensor]:
    """One for everything that learns now, zero where this member has none: all must send the same."""
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    for parameter in learning:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    return [parameter.grad for parameter in learning if parameter.grad is not None]


def _scale(tensors: Sequence[torch.Tensor], factor: torch.Tensor) -> None:
    for each in tensors:
        each.mul_(factor)
