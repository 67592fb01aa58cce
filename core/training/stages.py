"""What events tell of a network's stages: how large they are, and what an epoch made of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from core.training.model import Net
from core.training.parts import Part


def described(parts: Sequence[Part], model: nn.Module, learning: Collection[str]) -> list[dict[str, Any]]:
    """Per part its name, its size, and how much of it learns."""
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    return [
        {
            "name": part.name,
            "parameters": sum(sizes[name] for name in part.parameters),
            "trained": sum(sizes[name] for name in part.parameters if name in learning),
        }
        for part in parts
    ]


def stages_of(net: Net, optimizer: torch.optim.Optimizer, sums: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    """Per stage: how fast it learned, how strongly it was pulled, and how far it is from where it began."""
    now = dict(net.model.state_dict())
    parameters = dict(net.model.named_parameters())
    scales = {name: group["scale"] for group in optimizer.param_groups for name in group["names"]}
    samples = max(1.0, sums.get("gradient samples", 0.0))
    for stage in net.stages:
        owners = {name.rpartition(".")[0] for name in stage.parameters}
        statistics = [
            n for n in now if n not in parameters and n.rpartition(".")[0] in owners and now[n].is_floating_point()
        ]
        yield {
            "name": stage.name,
            "scale": max((scales.get(name, 0.0) for name in stage.parameters), default=0.0),
            "lr": max((net.rates.get(name, 0.0) for name in stage.parameters), default=0.0),
            "gradient": sums.get(f"gradient {stage.name}", 0.0) / samples,
            "moved": net.beginning.distance(now, stage.parameters),
            "norm_drift": net.beginning.distance(now, statistics),
        }
