"""How much sooner the preset `swift` is as accurate as the tutorial's recipe in the end.

`python -m benchmarks.time_to_accuracy [--tasks hymenoptera boats cifar10] [--seeds 0 1 2] [--minutes 30]`

Both learn from the same files and are judged by the same pictures, from the start (imports excluded), Thaw in a home
that has never seen them. Every epoch is written to a record, so that the benchmark goes on where it was ended. What the
log tells of was recorded in `benchmarks/time_to_accuracy.json`; with `--table --record FILE` a record is only read.

With `--who timm fastai trainer` these learn everything as well, for as many epochs as the tutorial, at their
best flags, in batches of 32: timm's loop at the tutorial's rate, the others at rates of their own.
"""

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import torch

from benchmarks import peers
from benchmarks.curves_over_seconds import picture
from benchmarks.figures import Figure, answer, machine, say
from benchmarks.peers.field import weights_of
from benchmarks.peers.tutorial_recipe import learned
from benchmarks.tasks_to_learn import TASKS, Task, files_of
from core.events import EpochEnded
from core.home import Home
from core.recipe import Recipe
from core.training.loop import train

TUTORIAL, SWIFT = "tutorial", "swift"
LOOPS = {"timm": 1e-3, "fastai": 1e-3, "trainer": 5e-5}
"""Other loops that learn everything, each at its rate."""
NETWORK = "resnet18"

Leg = dict[str, Any]
"""A task, seed and machine, and one who learns: `seconds`, `accuracy` after each epoch, and whether it is `whole`."""
Pair = tuple[Leg, Leg]
"""The tutorial's and Thaw's."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    asked.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    asked.add_argument("--who", nargs="+", choices=(SWIFT, TUTORIAL, *LOOPS), default=[SWIFT, TUTORIAL])
    asked.add_argument("--minutes", type=float, default=600.0, help="the tutorial's legs are put off after so many")
    folder = Home.from_environment().cache / "time_to_accuracy"
    asked.add_argument("--folder", type=Path, default=folder, help="for the pictures and what was begun")
    asked.add_argument("--record", type=Path, help="instead of the one in that folder")
    asked.add_argument("--table", action="store_true", help="only what the record says")
    asked.add_argument("--picture", type=Path, help="an SVG of what the record knows of these tasks on one machine")
    asked.add_argument("--machine", default=machine(), help="how the name of that one begins; this one unless told")
    answer(asked, measure)


def measure(given: argparse.Namespace) -> Iterator[Figure]:
    record = given.record or given.folder / "legs.json"
    legs = read(record)
    if not given.table:
        run(given, legs, record)
    if given.picture:
        there = [leg for leg in legs if leg["machine"].startswith(given.machine)]
        drawing = picture({TASKS[name].title: curves(there, name) for name in given.tasks})
        given.picture.write_text(drawing, encoding="utf-8")
    for name in given.tasks:
        yield from compared(name, legs, given.seeds)


def run(given: argparse.Namespace, legs: list[Leg], record: Path) -> None:
    """Every leg that is asked for and not whole yet, one after the other."""
    until = time.monotonic() + 60 * given.minutes
    for name, seed, who in product(given.tasks, given.seeds, given.who):
        leg, state = leg_of(legs, name, who, seed), given.folder / f"{name}-{seed}.pt"
        if leg["whole"]:
            continue
        if who != TUTORIAL or not state.is_file():  # what cannot go on begins anew
            leg.update(seconds=[], accuracy=[])
        for seconds, accuracy in curve(name, who, seed, given.folder, state):
            leg["seconds"].append(round(seconds, 2))
            leg["accuracy"].append(round(accuracy, 4))
            leg["whole"] = who == TUTORIAL and len(leg["seconds"]) == TASKS[name].epochs
            write(record, legs)
            say(f"{name}, {who}, seed {seed}: {accuracy:.3f} after {seconds:.1f} s")
            if who == TUTORIAL and time.monotonic() > until:
                return
        leg["whole"] = True
        write(record, legs)


def curve(name: str, who: str, seed: int, folder: Path, state: Path) -> Iterator[tuple[float, float]]:
    """Seconds and accuracy after each epoch that is still to come."""
    task, pictures = TASKS[name], files_of(name, folder)
    peers.as_a_process_begins()
    if who == TUTORIAL:
        return learned(pictures, task.size, task.epochs, seed, state)
    return thawed(pictures, task.size, seed) if who == SWIFT else looped(pictures, task, who, seed)


def looped(pictures: Path, task: Task, who: str, seed: int) -> Iterator[tuple[float, float]]:
    """Another loop, at its best flags; what it does before its first epoch is not counted."""
    torch.manual_seed(seed)
    about = peers.Task(
        folder=pictures,
        classes=len(list((pictures / "train").iterdir())),
        network=NETWORK,
        weights=weights_of(NETWORK),
        frozen=False,
        best=True,
        size=task.size,
        lr=LOOPS[who],
    )
    seconds = 0.0
    for epoch in peers.epochs_of(who, about, task.epochs):
        seconds += epoch.seconds
        yield seconds, epoch.accuracy


def thawed(pictures: Path, size: tuple[int, int], seed: int) -> Iterator[tuple[float, float]]:
    """The preset, with nothing chosen beside it but what is looked at, how large, and by which network."""
    os.environ["THAW_DATA"] = os.pathsep.join([str(pictures.parent), os.environ.get("THAW_DATA", "")])
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        recipe = Recipe(dataset=pictures.name, image_size=size, backbone=NETWORK, seed=seed)
        for event in train(recipe.with_preset(SWIFT), "cpu", home=Home(Path(folder))):
            if isinstance(event, EpochEnded):
                yield time.perf_counter() - began, event.val_accuracy


def read(record: Path) -> list[Leg]:
    return json.loads(record.read_text(encoding="utf-8"))["legs"] if record.is_file() else []


def write(record: Path, legs: list[Leg]) -> None:
    lines = ['{"legs": [', ",\n".join(json.dumps(leg) for leg in legs), "]}", ""]
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text("\n".join(lines), encoding="utf-8")


def leg_of(legs: list[Leg], name: str, who: str, seed: int) -> Leg:
    """The leg in the record, or a new one there."""
    about = {"task": name, "who": who, "seed": seed, "machine": machine()}
    leg = next((leg for leg in legs if about.items() <= leg.items()), None)
    if leg is None:
        leg = {**about, "whole": False, "seconds": [], "accuracy": []}
        legs.append(leg)
    return leg


def compared(name: str, legs: list[Leg], seeds: Sequence[int]) -> Iterator[Figure]:
    """How many times sooner, over the seeds of which both legs are whole; 0 where it is never as accurate."""
    whole = [leg for leg in legs if leg["task"] == name and leg["seed"] in seeds and leg["whole"]]
    pairs = [(one, other) for one in whole for other in whole if are_a_pair(one, other)]
    for machine_of_both in dict.fromkeys(one["machine"] for one, _ in pairs):
        for figure in sooner(name, [pair for pair in pairs if pair[0]["machine"] == machine_of_both]):
            yield replace(figure, machine=machine_of_both)


def are_a_pair(one: Leg, other: Leg) -> bool:
    alike = all(one[fact] == other[fact] for fact in ("seed", "machine"))
    return alike and (one["who"], other["who"]) == (TUTORIAL, SWIFT)


def sooner(name: str, pairs: Sequence[Pair]) -> Iterator[Figure]:
    finals = [tutorial["accuracy"][-1] for tutorial, _ in pairs]
    swift = [reached(leg, final) for (_, leg), final in zip(pairs, finals, strict=True)]
    ends = [tutorial["seconds"][-1] for tutorial, _ in pairs]
    firsts = [reached(tutorial, final) for (tutorial, _), final in zip(pairs, finals, strict=True)]
    seeds = " ".join(str(tutorial["seed"]) for tutorial, _ in pairs)
    told = f"{name}, seeds {seeds}: swift until it has the accuracy that the tutorial's recipe ends with"
    yield Figure.of(told, f"all its {TASKS[name].epochs} epochs", ends, swift)
    yield Figure.of(told, "that recipe until it first has it", firsts, swift)


def reached(leg: Leg, accuracy: float) -> float:
    """The seconds after which a leg was first as accurate."""
    after = (seconds for seconds, found in zip(leg["seconds"], leg["accuracy"], strict=True) if found >= accuracy)
    return next(after, math.inf)


def curves(legs: list[Leg], name: str) -> dict[str, list[list[tuple[float, float]]]]:
    """Each one's curves over the seeds."""
    found: dict[str, list[list[tuple[float, float]]]] = {who: [] for who in (TUTORIAL, SWIFT, *LOOPS)}
    for leg in legs:
        if leg["task"] == name and leg["seconds"]:
            found[leg["who"]].append(list(zip(leg["seconds"], leg["accuracy"], strict=True)))
    return {who: each for who, each in found.items() if each}


if __name__ == "__main__":
    main()
