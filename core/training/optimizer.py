"""From parts and scales to parameter groups: the one place where a strategy touches the weights."""

from collections.abc import Sequence
from typing import Any

import torch

from core.catalog.optimizers import OPTIMIZERS
from core.catalog.regularizers import Regularizer
from core.errors import TrainingError
from core.recipe import Recipe
from core.training.model import Net, is_weight
from core.training.modes import set_modes


def make_optimizer(recipe: Recipe, net: Net, regularizers: Sequence[Regularizer]) -> torch.optim.Optimizer:
    """One group for the weights and one for the norms and biases of every part; frozen ones are in it, asleep."""
    parameters = dict(net.model.named_parameters())
    groups: list[dict[str, Any]] = []
    for number, part in enumerate(net.parts):
        for of_weights in (True, False):
            names = [
                name for name in part.parameters if net.can_learn(name) and is_weight(parameters[name]) == of_weights
            ]
            options = {
                key: value for each in regularizers for key, value in each.param_group_options(of_weights).items()
            }
            if names:
                chosen = [parameters[name] for name in names]
                groups.append({"params": chosen, "names": names, "part": number, "scale": 1.0, **options})
    return OPTIMIZERS.build(recipe.optimizer).build(groups, recipe.lr)


def apply_scales(optimizer: torch.optim.Optimizer, net: Net, scales: Sequence[float], drift: bool) -> None:
    """Let each part learn at its scale; a part at 0 neither learns nor moves, its statistics included."""
    for parameter in net.model.parameters():
        parameter.requires_grad_(False)
    for group in optimizer.param_groups:
        group["scale"] = scales[group["part"]]
        for parameter in group["params"]:
            parameter.requires_grad_(group["scale"] > 0)
            if group["scale"] == 0:
                parameter.grad = None
    if not any(parameter.requires_grad for parameter in net.model.parameters()):
        raise TrainingError("There are 0 trainable parameters: the strategy freezes everything, the head too.")
    set_modes(net.model, drift)


def set_rates(optimizer: torch.optim.Optimizer, net: Net, lr: float) -> None:
    """This step's rate for every group: rate times scale."""
    for group in optimizer.param_groups:
        group["lr"] = lr * group["scale"]
        for name in group["names"]:
            net.rates[name] = group["lr"]
