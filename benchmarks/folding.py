"""What a network at rest gains without its norms: `python -m benchmarks.folding [--networks resnet18 mobilenetv2_100]`.

Both answer the same batch in turn, in float32 and in bf16. Time is the processor's, so that others may use the machine.
"""

import argparse
import time
from collections.abc import Iterator
from functools import partial

import timm
import torch
from torch import nn

from benchmarks.figures import Figure, answer, at_least
from benchmarks.turns import in_turn
from core.training.folding import lightened

SIZE, BATCH = 224, 16


def measure(given: argparse.Namespace) -> Iterator[Figure]:
    pictures = torch.randn(BATCH, 3, SIZE, SIZE).contiguous(memory_format=torch.channels_last)
    for name in given.networks:
        usual = timm.create_model(name, num_classes=2).eval().to(memory_format=torch.channels_last)
        light = lightened(usual, (SIZE, SIZE))
        for bf16 in (False, True):
            acts = {"usual": partial(_answer, usual, pictures, bf16), "light": partial(_answer, light, pictures, bf16)}
            taken = in_turn(acts, given.times, clock=time.process_time)
            what = f"{name} folded, {'bf16' if bf16 else 'float32'}"
            yield Figure.of(what, "with its norms", taken["usual"], taken["light"], means="as quick as")


def _answer(model: nn.Module, pictures: torch.Tensor, bf16: bool) -> None:
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        model(pictures)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--networks", nargs="+", default=["resnet18", "resnet50", "mobilenetv2_100", "efficientnet_b0"])
    asked.add_argument("--times", type=at_least(1), default=5)
    answer(asked, measure)


if __name__ == "__main__":
    main()
