"""What many heads at once cost beside one: `python -m benchmarks.path [--classes 2 16] [--backbone resnet18] [--json]`.

An epoch, steps and validation, of 40 penalties and of three seeds each in its own order, as multiples of one head's: by
the same learner, and by a network that learns its head alone. Features are there before the first epoch that counts.
The pictures are drawn noise: no step takes longer or shorter for what it learns. Time is the processor's, so that
others may use the machine; so small a step is computed by one thread.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.figures import Figure, answer, at_least, say

PICTURES = {"train": 640, "val": 160}
SIZE = 32
ONE: dict[str, Any] = {"name": "path", "count": 1}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--classes", type=int, nargs="+", default=[2, 16])
    asked.add_argument("--backbone", default="resnet18")
    asked.add_argument("--penalty", choices=("l1", "l2"), default="l1")
    asked.add_argument("--rounds", type=at_least(1), default=5)
    asked.add_argument("--epochs", type=at_least(2), default=11, help="the first one does not count")
    answer(asked, measured)


def measured(given: argparse.Namespace) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["THAW_DATA"] = folder
        for classes in given.classes:
            draw(Path(folder) / f"noise{classes}", classes)
            yield from compared(given, classes, Path(folder) / "home")


def compared(given: argparse.Namespace, classes: int, home: Path) -> Iterator[Figure]:
    ways: dict[str, dict[str, Any]] = {
        "one head": {"learner": ONE},
        "a network's head": {"strategy": "head"},
        "40 penalties": {"learner": {"name": "path", "count": 40, "penalty": given.penalty}},
        "three seeds": {"learner": {**ONE, "seeds": 3}},
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for round in range(1 + given.rounds):
        for name, choices in ways.items():
            seconds = epoch(given, f"noise{classes}", home, choices)
            say(f"{classes} classes, {name}: {1000 * seconds:.1f} ms an epoch")
            if round:  # the first is for whatever is slow the first time
                taken[name].append(seconds)
    for many in ("40 penalties", "three seeds"):
        for one in ("one head", "a network's head"):
            yield Figure.of(f"{many}, {classes} classes, {given.backbone}", one, taken[many], taken[one])


def epoch(given: argparse.Namespace, dataset: str, folder: Path, choices: dict[str, Any]) -> float:
    """The mean seconds of the processor in the epochs after the first."""
    from core.engines.base import learner_of
    from core.events import EpochEnded
    from core.home import Home
    from core.recipe import Recipe

    asked = {"dataset": dataset, "backbone": given.backbone, "image_size": SIZE, "epochs": given.epochs}
    recipe = Recipe.parse({**asked, **choices})
    events = learner_of(recipe)(recipe, "cpu", home=Home(folder))
    ends = [time.process_time() for event in events if isinstance(event, EpochEnded)]
    return (ends[-1] - ends[0]) / (len(ends) - 1)


def draw(folder: Path, classes: int) -> None:
    chance = np.random.default_rng(0)
    for split, count in PICTURES.items():
        for number in range(count):
            place = folder / split / f"class{number % classes}"
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(chance.integers(0, 255, (SIZE, SIZE, 3), np.uint8)).save(place / f"{number}.png")


if __name__ == "__main__":
    main()
