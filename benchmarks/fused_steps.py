"""How long an optimizer's step takes, fused and as torch takes it unasked: `python -m benchmarks.fused_steps`.

The steps of both are taken in turn, on the weights of one network.
"""

import argparse
from collections.abc import Iterator

import timm
import torch

from benchmarks.figures import Figure, answer, at_least
from benchmarks.turns import in_turn

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
        usual, fused = kind(weights, **settings), kind(weights, **settings, fused=True)
        taken = in_turn({"usual": usual.step, "fused": fused.step}, given.steps)
        what = f"a fused step of {name}, {given.network}"
        yield Figure.of(what, "torch's own choice", taken["usual"], taken["fused"], means="as quick as")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--network", default="resnet50")
    asked.add_argument("--steps", type=at_least(1), default=20)
    answer(asked, measure)


if __name__ == "__main__":
    main()
