"""What a network at rest gains without its norms: `python -m benchmarks.folding [--networks resnet18 mobilenetv2_100]`.

Both answer the same batch in turn, in float32 and in bf16. Time is the processor's, so that others may use the machine.
"""

import argparse
import time
from collections.abc import Iterator

import timm
import torch
from torch import nn

from benchmarks.figures import Figure, answer
from core.training.folding import lightened

SIZE, BATCH = 224, 16


def measure(given: argparse.Namespace) -> Iterator[Figure]:
    pictures = torch.randn(BATCH, 3, SIZE, SIZE).contiguous(memory_format=torch.channels_last)
    for name in given.networks:
        usual = timm.create_model(name, num_classes=2).eval().to(memory_format=torch.channels_last)
        light = lightened(usual, (SIZE, SIZE))
        for bf16 in (False, True):
            taken = [[_seconds(each, pictures, bf16) for each in (usual, light)] for _ in range(1 + given.times)][1:]
            before, after = zip(*taken, strict=True)
            yield Figure.of(
                f"{name} folded, {'bf16' if bf16 else 'float32'}", "with its norms", before, after, means="as quick as"
            )


def _seconds(model: nn.Module, pictures: torch.Tensor, bf16: bool) -> float:
    began = time.process_time()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        model(pictures)
    return time.process_time() - began


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--networks", nargs="+", default=["resnet18", "resnet50", "mobilenetv2_100", "efficientnet_b0"])
    asked.add_argument("--times", type=int, default=5)
    answer(asked, measure)


if __name__ == "__main__":
    main()
