"""BatchNorm at rest is a scale and a shift of each channel: inside the convolution before it, it costs nothing."""

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from timm.layers.conv2d_same import Conv2dSame
from timm.layers.norm_act import BatchNormAct2d
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

CONVOLUTIONS = (nn.Conv2d, Conv2dSame)
"""By their very types: others may do something to their weights first, which folding would pass over."""
NORMS = (nn.BatchNorm2d, BatchNormAct2d)

Pair = tuple[str, str]
"""The names of a convolution and of the norm that takes what it made."""


def lightened(model: nn.Module, size: tuple[int, int]) -> nn.Module:
    """A network at rest without the norms that follow a convolution, where it computes the same on noise."""
    parameter = next(model.parameters())
    example = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(0)).to(parameter.device)
    with torch.no_grad():
        with noticing_pairs(model) as pairs:
            wanted = model(example)
        if not pairs:
            return model
        light = folded(model, pairs)
        return light if alike(light(example), wanted) else model


def alike(found: torch.Tensor, wanted: torch.Tensor) -> bool:
    """But for rounding."""
    return found.shape == wanted.shape and torch.allclose(found, wanted, atol=1e-5, rtol=1e-4)


def folded(model: nn.Module, pairs: Sequence[Pair]) -> nn.Module:
    """A copy of a network at rest without the norms of these pairs.

    Who uses it sees to it that it computes the same: what a convolution made may also have gone elsewhere.
    """
    light = copy.deepcopy(model).eval().requires_grad_(False)
    for names in pairs:
        convolution, norm = map(light.get_submodule, names)
        both = fuse_conv_bn_eval(convolution, norm)  # type: ignore[type-var]
        after = norm.act if isinstance(norm, BatchNormAct2d) else nn.Identity()
        for name, module in zip(names, (both, after), strict=True):
            light.set_submodule(name, module)  # type: ignore[arg-type]
    return light


@contextmanager
def noticing_pairs(model: nn.Module) -> Iterator[list[Pair]]:
    """While a network computes something: each norm that is given what a convolution has just made.

    They are told in the end, without those of which either was met twice.
    """
    made: dict[int, tuple[str, torch.Tensor]] = {}
    """By its identity; the tensor is held so that no other can take over its number."""
    met: list[Pair] = []
    pairs: list[Pair] = []

    def notes_output(name: str) -> Callable[..., None]:
        return lambda module, inputs, output: made.update({id(output): (name, output)})

    def notes_input(name: str) -> Callable[..., None]:
        return lambda module, inputs: met.extend((made[id(each)][0], name) for each in inputs if id(each) in made)

    named = list(model.named_modules())
    hooks = [
        *(each.register_forward_hook(notes_output(name)) for name, each in named if type(each) in CONVOLUTIONS),
        *(each.register_forward_pre_hook(notes_input(name)) for name, each in named if _has_settled(each)),
    ]
    try:
        yield pairs
    finally:
        for hook in hooks:
            hook.remove()
    often = Counter(name for pair in met for name in pair)
    pairs += [pair for pair in met if all(often[name] == 1 for name in pair)]


def _has_settled(module: nn.Module) -> bool:
    """Whether it is a norm that keeps statistics; without them it is no fixed scale and shift."""
    return type(module) in NORMS and module.running_mean is not None
