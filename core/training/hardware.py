"""What this processor gains from bf16, known from one convolution: for runs too short to compare precisions by steps.

A processor that multiplies bf16 in hardware is about twice as quick at it; another imitates it, and loses.
"""

import time

import torch
from torch import nn
from torch.nn import functional

from core.training.calibrating import undisturbed

PICTURES, CHANNELS, SIDE, KERNEL = 2, 64, 56, 3
"""A convolution as networks at 224 have many: half a thousand million operations, a millisecond."""

TURNS = 5
"""How often each precision has its turn; the first ones prepare what later ones use again."""

CLEARLY = 1.3
"""How many times quicker it must be at one layer, for a whole network to gain from it."""


def gain_of_bf16(threads: int) -> float:
    """How many times as quickly it is convolved in bf16 as in float32."""
    quickest = {torch.float32: float("inf"), torch.bfloat16: float("inf")}
    with undisturbed(), torch.inference_mode():
        torch.set_num_threads(threads)
        pictures = torch.ones(PICTURES, CHANNELS, SIDE, SIDE).to(memory_format=torch.channels_last)
        weight = torch.ones(CHANNELS, CHANNELS, KERNEL, KERNEL).to(memory_format=torch.channels_last)
        for _ in range(TURNS):
            for precision in quickest:
                quickest[precision] = min(quickest[precision], _convolved(pictures.to(precision), weight.to(precision)))
    return quickest[torch.float32] / quickest[torch.bfloat16]


def _convolved(pictures: torch.Tensor, weight: torch.Tensor) -> float:
    began = time.perf_counter()
    functional.conv2d(pictures, weight, padding=KERNEL // 2)
    return time.perf_counter() - began


def has_large_products_alone(model: nn.Module) -> bool:
    """Whether all of its layers are like that convolution; of those that keep channels apart it says nothing."""
    return all(layer.groups == 1 for layer in model.modules() if isinstance(layer, nn.Conv2d))
