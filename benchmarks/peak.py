"""What this machine can do, operations a second in convolutions, and what a step asks of it: together, its share."""

import time

import torch
from torch import nn
from torch.nn import functional

from core.training.counting import FORWARD_AND_BACKWARD, operations_of

SHAPES = ((64, 56), (128, 28), (256, 14), (512, 7))
"""Channels and sides of a residual network's four stages at 224 pixels."""
BATCH, TIMES = 32, 5


def peak(bf16: bool = True) -> float:
    """Multiplications and additions a second, each counted, at the shape that suits the machine best."""
    return max(_operations_a_second(channels, side, bf16) for channels, side in SHAPES)


def operations_per_step(model: nn.Module, size: tuple[int, int], pictures: int) -> float:
    """About how many multiplications and additions it takes to learn from so many pictures."""
    return FORWARD_AND_BACKWARD * pictures * operations_of(model, lambda: model(torch.zeros(1, 3, *size)))


def _operations_a_second(channels: int, side: int, bf16: bool) -> float:
    dtype = torch.bfloat16 if bf16 else torch.float32
    pictures, kernels = torch.randn(BATCH, channels, side, side), torch.randn(channels, channels, 3, 3)
    given = [each.to(dtype, memory_format=torch.channels_last) for each in (pictures, kernels)]
    with torch.inference_mode():
        seconds = min(_seconds(*given) for _ in range(TIMES))
    return 2 * BATCH * side**2 * channels**2 * 9 / seconds


def _seconds(pictures: torch.Tensor, kernels: torch.Tensor) -> float:
    began = time.perf_counter()
    functional.conv2d(pictures, kernels, padding=1)
    return time.perf_counter() - began
