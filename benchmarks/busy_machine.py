"""Epochs of a head on one thread and on all, while nothing else runs and beside two others for each core.

    python -m benchmarks.busy_machine [--network resnet18] [--rounds 20]

What is frozen has computed its features before, and the epochs of one run take turns. The others only count.
How long threads wait for each other then hangs on where the system puts them: ratios go from one to twenty.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import torch

from benchmarks.figures import Figure, answer, at_least
from core.events import EpochEnded
from core.home import Home
from core.recipe import Recipe
from core.training.feeding import Feeder
from core.training.loop import train
from core.training.plan import Plan


def measure(given: argparse.Namespace) -> Iterator[Figure]:
    cores = os.cpu_count() or 1
    with TemporaryDirectory() as folder:
        for what, others in (("with nothing beside it", 0), (f"beside {2 * cores} others", 2 * cores)):
            with counting(others):
                one, several = epochs_of_both(given, cores, Home(Path(folder)))
            name = f"an epoch of {given.network}'s head on one thread, {what}"
            yield Figure.of(name, f"on {cores} threads", several, one, means="as quick as")


@contextmanager
def counting(processes: int) -> Iterator[None]:
    begun = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for each in begun:
            each.kill()
            each.wait()


def epochs_of_both(given: argparse.Namespace, cores: int, home: Home) -> tuple[list[float], list[float]]:
    """The seconds of epochs on one thread, and of those between them on all; the first of each is warming up."""
    asked = {"dataset": "digits", "examples_per_class": 20, "backbone": given.network, "pretrained": False}
    recipe = Recipe.parse({**asked, "image_size": 224, "strategy": "head", "epochs": 2 + 2 * given.rounds})
    taken: list[float] = []
    threads = property(lambda feeder: cores if len(taken) % 2 else 1)
    with patch.object(Feeder, "compute_threads", threads):
        began = time.perf_counter()
        for event in train(recipe, "cpu", home=home, plan=Plan(compute_threads=cores).to_json()):
            if isinstance(event, EpochEnded):
                taken.append(time.perf_counter() - began)
                began = time.perf_counter()
    torch.set_num_threads(cores)
    return taken[2::2], taken[3::2]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--network", default="resnet18")
    asked.add_argument("--rounds", type=at_least(1), default=20)
    answer(asked, measure)


if __name__ == "__main__":
    main()
