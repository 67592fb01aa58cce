"""How much sooner a second run on the same pictures ends, whose frozen prefix the first has computed.

    python -m benchmarks.second_run --datasets hymenoptera boats

Head only: the first run has an empty home, the second another seed, the third another rate. All that a run does counts,
from opening the dataset to its last predictions; what a home keeps for all runs, the first has to make.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure, answer, at_least, say
from benchmarks.peers.field import NATURAL
from core.data.finding import located
from core.events import Finished
from core.home import Home
from core.recipe import Recipe
from core.training.loop import train


def measure(asked: argparse.Namespace) -> Iterator[Figure]:
    for dataset in asked.datasets:
        if located(dataset, Home.from_environment()).place is None:
            say(f"{dataset} is not found below THAW_DATA: left out")
            continue
        recipe = Recipe.parse(
            {
                "dataset": dataset,
                "backbone": asked.backbone,
                "pretrained": not asked.untrained,
                "image_size": NATURAL.get(dataset, (224, 224)),
                "strategy": "head",
                "epochs": asked.epochs,
            }
        )
        _three(replace(recipe, examples_per_class=4, held_out_per_class=4))  # warms up the process
        rounds = [_three(recipe) for _ in range(asked.rounds)]
        first, seed, rate = zip(*rounds, strict=True)
        yield Figure.of(f"{dataset}: a first run", "a second one with another seed", first, seed)
        yield Figure.of(f"{dataset}: a first run", "a third one with another rate", first, rate)


def _three(recipe: Recipe) -> list[float]:
    others = [recipe, replace(recipe, seed=recipe.seed + 1), replace(recipe, lr=recipe.lr / 2)]
    with tempfile.TemporaryDirectory() as folder:
        taken = [_seconds(each, Home(Path(folder))) for each in others]
    say(f"{recipe.dataset}: " + ", ".join(f"{each:.2f} s" for each in taken))
    return taken


def _seconds(recipe: Recipe, home: Home) -> float:
    began = time.perf_counter()
    for event in train(recipe, "cpu", home=home):
        if isinstance(event, Finished):
            parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in event.seconds.items())
            say(f"  {recipe.dataset}, seed {recipe.seed}, rate {recipe.lr:g}: {parts}")
    return time.perf_counter() - began


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--datasets", nargs="+", default=["hymenoptera", "boats"])
    asked.add_argument("--backbone", default="resnet18")
    asked.add_argument("--untrained", action="store_true", help="where its weights are not there")
    asked.add_argument("--epochs", type=int, default=20)
    asked.add_argument("--rounds", type=at_least(1), default=3)
    answer(asked, measure)


if __name__ == "__main__":
    main()
