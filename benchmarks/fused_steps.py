"""How long an optimizer's step takes, fused and as torch takes it unasked: `python -m benchmarks.fused_steps`.

The steps of both are taken in turn, on the weights of one network; the ratio is of medians.
"""

import argparse
import time
from statistics import median

import timm
import torch

KINDS = {
    "sgd": (torch.optim.SGD, {"lr": 1e-9, "momentum": 0.9}),
    "adam": (torch.optim.Adam, {"lr": 1e-9}),
    "adamw": (torch.optim.AdamW, {"lr": 1e-9}),
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--network", default="resnet50")
    asked.add_argument("--steps", type=int, default=20)
    given = asked.parse_args()
    weights = list(timm.create_model(given.network).parameters())
    for weight in weights:
        weight.grad = torch.full_like(weight, 1e-3)
    print(f"{given.network}, {sum(map(torch.numel, weights)):,} parameters, {torch.get_num_threads()} threads")
    for name, (kind, settings) in KINDS.items():
        both = [kind(weights, **settings), kind(weights, **settings, fused=True)]
        taken = [[_seconds(each) for each in both] for _ in range(given.steps)][1:]
        usual, fused = (1000 * median(each) for each in zip(*taken, strict=True))
        print(f"{name:6} {usual:6.1f} ms, fused {fused:6.1f} ms: {usual / fused:.1f} times faster")


def _seconds(optimizer: torch.optim.Optimizer) -> float:
    began = time.perf_counter()
    optimizer.step()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
