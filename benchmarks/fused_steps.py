"""How long an optimizer's step takes, fused and as torch takes it unasked: `python -m benchmarks.fused_steps`.

The steps of both are taken in turn, on the weights of one network.
"""

import argparse
import time
from collections.abc import Iterator

import timm
import torch

from benchmarks.figures import Figure, answer

KINDS = {
    "sgd": (torch.optim.SGD, {"lr": 1e-9, "momentum": 0.9}),
    "adam": (torch.optim.Adam, {"lr": 1e-9}),
    "adamw": (torch.optim.AdamW, {"lr": 1e-9}),
}


def measure(given: argparse.Namespace) -> Iterator[Figure]:
    weights = list(timm.create_model(given.network).parameters())
    for weight in weights:
        weight.grad = torch.full_like(weight, 1e-3)
    for name, (kind, settings) in KINDS.items():
        both = [kind(weights, **settings), kind(weights, **settings, fused=True)]
        taken = [[_seconds(each) for each in both] for _ in range(1 + given.steps)][1:]
        usual, fused = zip(*taken, strict=True)
        yield Figure.of(
            f"a fused step of {name}, {given.network}", "torch's own choice", usual, fused, means="as quick as"
        )


def _seconds(optimizer: torch.optim.Optimizer) -> float:
    began = time.perf_counter()
    optimizer.step()
    return time.perf_counter() - began


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--network", default="resnet50")
    asked.add_argument("--steps", type=int, default=20)
    answer(asked, measure)


if __name__ == "__main__":
    main()
