"""Whether learning a part of the network costs a part of the time: freeze until epoch 5 of 10, and the last stage only.

    THAW_DATA=FOLDER THAW_WEIGHTS=FOLDER python -m benchmarks.parts

What an operation takes is measured where everything learns, in the same round. From that follows what a run should take
whose frozen prefix is computed once: the prefix for every picture, and what learns, in each of its epochs.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn

from benchmarks.figures import Figure, answer, at_least, say
from benchmarks.peers import Task
from benchmarks.peers.field import field
from benchmarks.peers.ours import recipe_for, run
from core.catalog.strategies import STRATEGIES
from core.home import Home
from core.recipe import Recipe
from core.training.counting import FORWARD_AND_BACKWARD, operations_of
from core.training.lesson import Lesson
from core.training.model import Net, build

EPOCHS, TIMED = 10, 2
WAYS = {
    "frozen until epoch 5 of 10": {"name": "freeze_until", "epoch": 5},
    "the last stage for ten epochs": {"name": "last_stages", "count": 1},
}


def measure(given: argparse.Namespace) -> Iterator[Figure]:
    with field(given.data, given.network, frozen=False) as task:
        taken: dict[str, list[float]] = {name: [] for name in WAYS}
        foretold: dict[str, list[float]] = {name: [] for name in WAYS}
        for _ in range(given.repeats):
            whole = median(each.seconds for each in list(run(_recipe(task, given, "full", 25), at_most=1 + TIMED))[1:])
            say(f"  everything: {whole:.2f} s an epoch")
            for name, strategy in WAYS.items():
                recipe = _recipe(task, given, strategy, EPOCHS)
                last = list(run(recipe))[-1]
                taken[name].append(last.since_start - last.building)
                foretold[name].append(_foretold(recipe, whole))
                say(f"  {name}: {taken[name][-1]:.2f} s, foretold {foretold[name][-1]:.2f} s")
    for name in WAYS:
        what = f"{name}, {given.data}, {given.network}"
        yield Figure.of(what, "what its operations predict", taken[name], foretold[name])


def _recipe(task: Task, given: argparse.Namespace, strategy: Any, epochs: int) -> Recipe:
    return recipe_for(task, given.data, strategy=strategy, epochs=epochs, augmentation=[])


def _foretold(recipe: Recipe, whole: float) -> float:
    """Seconds of a run, from those of an epoch in which everything learns."""
    with TemporaryDirectory() as folder:
        lesson = Lesson.load(recipe, Home(Path(folder)))
        net = build(recipe, lesson.source.classes, Home(Path(folder)))
    learned, judged = lesson.pictures["train"], lesson.pictures["val"]
    strategy = STRATEGIES.build(recipe.strategy)
    learning = [_operations(net, strategy.lr_scales(len(net.parts), epoch)) for epoch in range(recipe.epochs)]
    everything = _operations(net, [1.0] * len(net.parts))
    epochs = sum(operations * (FORWARD_AND_BACKWARD * learned + judged) for operations in learning)
    prefix = (everything - min(learning)) * (learned + judged)
    return whole * (epochs + prefix) / (everything * (FORWARD_AND_BACKWARD * learned + judged))


def _operations(net: Net, scales: list[float]) -> float:
    """Of one picture's forward pass, those of the layers that learn."""
    learning = {name for part, scale in zip(net.parts, scales, strict=True) if scale for name in part.parameters}
    layers = nn.ModuleList(each for name, each in net.model.named_modules() if f"{name}.weight" in learning)
    picture = torch.zeros(1, 3, *net.preparation.size)
    return operations_of(layers, lambda: net.model.eval()(picture))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", default="hymenoptera", help="a dataset below THAW_DATA")
    asked.add_argument("--network", default="resnet18")
    asked.add_argument("--repeats", type=at_least(1), default=3)
    answer(asked, measure)


if __name__ == "__main__":
    main()
