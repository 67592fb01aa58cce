"""What it costs that a run is kept: `THAW_DATA=FOLDER THAW_WEIGHTS=FOLDER python -m benchmarks.engine`.

A head learns on features that are there, where nothing but the keeping takes long: in the bare loop, which keeps
nothing; through an engine, with its record, its events and its best weights; and through one that writes better weights
whenever there are any. Each with seeds of its own, for a finished run would answer for its twin.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from benchmarks.figures import Figure, answer, at_least, say
from benchmarks.peers.field import NATURAL
from benchmarks.turns import in_turn
from core.engines.immediate import Immediate
from core.home import Home
from core.recipe import Recipe
from core.runs.log import SHARE_FOR_BETTER
from core.runs.record import Record
from core.training.loop import train

WHENEVER = 1e9
"""A share of the time that is never reached."""


def measure(asked: argparse.Namespace) -> Iterator[Figure]:
    sizes = {"image_size": NATURAL.get(asked.dataset, (224, 224)), "epochs": asked.epochs}
    recipe = Recipe.parse({"dataset": asked.dataset, "backbone": asked.backbone, "strategy": "head", **sizes})
    with TemporaryDirectory() as folder:
        record, seeds = Record(Home(Path(folder))), count(1)
        for _ in train(recipe, "cpu", home=record.home):
            pass  # from now on its features are there

        def bare() -> None:
            for _ in train(replace(recipe, seed=next(seeds)), "cpu", home=record.home):
                pass

        def kept(share: float = SHARE_FOR_BETTER) -> None:
            with patch("core.runs.log.SHARE_FOR_BETTER", share):
                Immediate(record).submit(record.create(replace(recipe, seed=next(seeds))), "cpu")

        taken = in_turn({"bare": bare, "kept": kept, "whenever": partial(kept, WHENEVER)}, asked.rounds)
    say(", ".join(f"{name}: {' '.join(f'{each:.2f}' for each in seconds)} s" for name, seconds in taken.items()))
    what = f"{asked.dataset}, {asked.backbone}, {asked.epochs} epochs of a head"
    yield Figure.of(f"{what}, kept by an engine", "the bare loop", taken["kept"], taken["bare"])
    yield Figure.of(f"{what}, all better weights written", "the bare loop", taken["whenever"], taken["bare"])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dataset", default="hymenoptera")
    asked.add_argument("--backbone", default="resnet18")
    asked.add_argument("--epochs", type=int, default=20)
    asked.add_argument("--rounds", type=at_least(1), default=5)
    answer(asked, measure)


if __name__ == "__main__":
    main()
