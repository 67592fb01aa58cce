"""The same task here: a recipe, through the one loop that pages and terminal use too."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.peers import Task
from core.events import EpochEnded, Started
from core.home import Home
from core.recipe import Recipe
from core.training.loop import train

CONVENTIONAL = {"regularizers": [], "optimizer": "sgd", "schedule": "constant", "augmentation": ["crop_flip"]}


@dataclass(frozen=True)
class Told:
    """One epoch: its seconds, how many of them were spent on learning, and how it judged itself."""

    seconds: float
    learning: float
    accuracy: float
    since_start: float
    """Of the run, building and reading the dataset included."""
    building: float
    """Of that, before the first picture was looked at."""
    precision: str
    """What the run chose to compute in."""


def recipe_for(task: Task, dataset: str, **fields: Any) -> Recipe:
    known = {
        "dataset": dataset,
        "backbone": task.network,
        "pretrained": task.weights.exists(),
        "image_size": list(task.size),
        "batch_size": task.batch,
        "lr": task.lr,
    }
    return Recipe.parse({**known, **CONVENTIONAL, **fields})


def run(recipe: Recipe, home: Home | None = None, at_most: int | None = None) -> Iterator[Told]:
    """A run's epochs, in a home of its own if none is given; a run may be left after a few."""
    with TemporaryDirectory() as fresh:
        before = built = 0.0
        precision = ""
        for event in train(recipe, "cpu", home=home or Home(Path(fresh))):
            if isinstance(event, Started):
                before = built = event.elapsed
                precision = event.plan["precision"]
            if isinstance(event, EpochEnded):
                spent = event.elapsed - before
                learning = spent - event.seconds["evaluation"] - event.seconds["prefix"]
                yield Told(spent, learning, event.val_accuracy, event.elapsed, built, precision)
                before = event.elapsed
                if event.epoch + 1 == at_most:
                    return
