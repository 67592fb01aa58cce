"""How much a network computes: operations are counted, so that they are the same on every machine and at any time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from core.training.modes import at_rest

FORWARD_AND_BACKWARD = 3
"""A step costs about three forward passes."""


def operations_of(model: nn.Module, compute: Callable[[], object]) -> float:
    """Those of the convolutions and matrix products that computing something takes the model's layers."""
    with counted(model) as done, at_rest(model), torch.no_grad():
        compute()
    return 2 * sum(done)


@contextmanager
def counted(model: nn.Module) -> Iterator[list[float]]:
    """Multiplications of each layer, in a list that grows as they compute."""
    done: list[float] = []

    def count(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        weight = module.weight
        done.append(output.numel() * weight.numel() / weight.shape[0])  # type: ignore[union-attr, operator]

    layers = [module for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    try:
        yield done
    finally:
        for hook in hooks:
            hook.remove()
