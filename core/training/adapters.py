"""Low-rank adapters (LoRA) beside convolutions and linear layers, put in by PEFT and merged away when saved."""

from dataclasses import dataclass

import torch
from timm.layers.conv2d_same import Conv2dSame
from timm.layers.linear import Linear
from torch import nn

from core.catalog.strategies import Adapter
from core.training.modes import at_rest
from core.training.weights import Tensors

PLAIN = (nn.Conv2d.forward, nn.Linear.forward, Conv2dSame.forward, Linear.forward)
MARK = "lora_"
BASE = ".base_layer."


@dataclass(frozen=True)
class Adapted:
    """Where adapters were put, and how many layers could not take one."""

    layers: tuple[str, ...]
    skipped: int


def adapt(model: nn.Module, adapter: Adapter, head: set[str], picture: torch.Tensor) -> Adapted:
    """Put adapters beside every convolution and linear layer of the body that can take one."""
    from peft import LoraConfig, inject_adapter_in_model

    body = [
        (name, module)
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear) and f"{name}.weight" not in head
    ]
    plain = _plainly_used(model, picture)
    layers = [name for name, module in body if module in plain and getattr(module, "groups", 1) == 1]
    config = LoraConfig(
        r=adapter.rank,
        lora_alpha=adapter.alpha,  # pyright: ignore[reportArgumentType] (PEFT scales by any number)
        target_modules=layers,
        lora_dropout=0.0,
    )
    inject_adapter_in_model(config, model)
    return Adapted(tuple(layers), len(body) - len(layers))


def _plainly_used(model: nn.Module, picture: torch.Tensor) -> set[nn.Module]:
    """The layers that are called and multiply by their weights as they are: merged, only these compute the same.

    Some networks standardise a weight before they use it, or take it past its layer.
    """
    called: set[nn.Module] = set()
    plain = [module for module in model.modules() if type(module).forward in PLAIN]
    hooks = [module.register_forward_pre_hook(lambda layer, _: called.add(layer)) for module in plain]
    try:
        with at_rest(model), torch.no_grad():
            model(picture)
    finally:
        for hook in hooks:
            hook.remove()
    return called


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
