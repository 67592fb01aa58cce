"""Low-rank adapters (LoRA) beside convolutions and linear layers, put in by PEFT and merged away when saved."""

from dataclasses import dataclass

import torch
from torch import nn

from core.catalog.strategies import Adapter
from core.training.weights import Tensors

MARK = "lora_"
BASE = ".base_layer."


@dataclass(frozen=True)
class Adapted:
    """Where adapters were put, and how many layers could not take one."""

    layers: tuple[str, ...]
    skipped: int


def adapt(model: nn.Module, adapter: Adapter, head: set[str]) -> Adapted:
    """Put adapters beside every convolution and linear layer of the body; grouped convolutions cannot take one."""
    from peft import LoraConfig, inject_adapter_in_model

    body = [
        (name, module)
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear) and f"{name}.weight" not in head
    ]
    layers = [name for name, module in body if not (isinstance(module, nn.Conv2d) and module.groups > 1)]
    config = LoraConfig(
        r=adapter.rank,
        lora_alpha=adapter.alpha,  # pyright: ignore[reportArgumentType] (PEFT scales by any number)
        target_modules=layers,
        lora_dropout=0.0,
    )
    inject_adapter_in_model(config, model)
    return Adapted(tuple(layers), len(body) - len(layers))


def is_adapter(name: str) -> bool:
    return MARK in name


def merged(model: nn.Module) -> Tensors:
    """The network's state as if it never had adapters: each one's product added to the weights beside it."""
    state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items() if not is_adapter(name)}
    state = {name.replace(BASE, "."): tensor for name, tensor in state.items()}
    for name, module in model.named_modules():
        if hasattr(module, "get_delta_weight"):
            with torch.no_grad():
                state[f"{name}.weight"] += module.get_delta_weight("default")  # type: ignore[operator]
    return state
