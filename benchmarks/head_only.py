"""Twenty epochs of the classifier alone: here, in the loops that people would use else, and against one bare pass.

    THAW_DATA=FOLDER THAW_WEIGHTS=FOLDER python -m benchmarks.head_only --data hymenoptera boats

Everyone has the same pictures, network, batch and threads, and takes turns, in one process, three times over. A peer's
epochs are timed after one that warms up, two of them, and scaled up to twenty; with `--timed 19` it learns them all,
which shows that they are alike, and what accuracy they come to. Ours are all there: the start of the
run, decoding and the features included, in a home that knows nothing yet. The bare pass decodes the same pictures and
computes what the network says of them once, in turns, with its norms, in the precision that our run chose: nothing is
kept, and nothing else happens. What comes before the first picture, reading and building, counts for neither there.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from benchmarks.figures import Figure, answer, at_least, say
from benchmarks.peers import PEERS, THREADS, Task, here, timed
from benchmarks.peers.field import FLAGS, both, field
from benchmarks.peers.ours import Told, recipe_for, run
from core.data.batches import in_turns
from core.home import Home
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.model import build
from core.training.predicting import normalised

EPOCHS, BATCH = 20, 32
WAYS = {"no variation": {"augmentation": []}, "four views": {"views": 4}}


def measure(given: argparse.Namespace) -> Iterator[Figure]:
    for dataset in given.data:
        for network in given.networks:
            with field(dataset, network, frozen=True, per_class=given.per_class) as task:
                yield from _compared(task, dataset, given)


def _compared(task: Task, dataset: str, given: argparse.Namespace) -> Iterator[Figure]:
    passes: list[float] = []
    theirs: dict[str, list[float]] = {}
    ours: dict[str, list[Told]] = {name: [] for name in WAYS}
    for _ in range(given.repeats):
        for name in given.peers:
            for flags in given.flags:
                told = timed(name, both(task)[flags], given.timed)
                seconds = [each.seconds for each in told]
                theirs.setdefault(f"{name}, {flags}", []).append(EPOCHS * median(seconds))
                epochs = f"epochs of {min(seconds):.2f} to {max(seconds):.2f} s, the first two {mean(seconds[:2]):.2f}"
                say(f"  {name}, {flags}: {EPOCHS * median(seconds):.1f} s, {epochs}, accuracy {told[-1].accuracy:.3f}")
        for name, fields in WAYS.items():
            ours[name].append(list(run(recipe_of(task, dataset, given, **fields)))[-1])
            say(f"  Thaw, {name}: {ours[name][-1]}")
        passes.append(bare_pass(recipe_of(task, dataset, given), ours["no variation"][-1].precision))
        say(f"  a bare pass: {passes[-1]:.2f} s")
    what = f"{EPOCHS} epochs of the head, {dataset}, {task.network}"
    worked = [each.since_start - each.building for each in ours["no variation"]]
    yield Figure.of(what, "one evaluation pass, decoding included, both without their start", worked, passes)
    for name, told in ours.items():
        for who, seconds in theirs.items():
            mine = [each.since_start for each in told]
            yield Figure.of(f"{what}, {name}", who, seconds, mine, means="as quick as")


def recipe_of(task: Task, dataset: str, given: argparse.Namespace, **fields: Any) -> Recipe:
    known = {"strategy": "head", "epochs": EPOCHS, "examples_per_class": given.per_class}
    return recipe_for(task, dataset, **known, **fields)


def bare_pass(recipe: Recipe, precision: str) -> float:
    """Seconds for decoding the training and validation pictures and asking the network about each once."""
    torch.set_num_threads(THREADS)
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        lesson = Lesson.load(recipe, home)
        net = build(recipe, lesson.source.classes, home)
        model, device = net.model.eval().to(memory_format=torch.channels_last), torch.device("cpu")
        numbers = np.concatenate([lesson.splits["train"], lesson.splits["val"]])
        batches = np.split(numbers, range(BATCH, len(numbers), BATCH))

        def decoded(batch: np.ndarray) -> np.ndarray:
            canvases = [net.preparation.canvas_of(lesson.source.read(int(number))) for number in batch]
            return net.preparation.seen(np.stack(canvases))

        began = time.perf_counter()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            for pictures in in_turns(decoded, batches, THREADS):
                model(normalised(pictures, net.preparation, device).contiguous(memory_format=torch.channels_last))
        return time.perf_counter() - began


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", nargs="+", default=["hymenoptera", "boats"], help="datasets below THAW_DATA")
    asked.add_argument("--networks", nargs="+", default=["resnet18", "mobilenetv2_100"])
    asked.add_argument("--peers", nargs="*", choices=PEERS, default=here())
    asked.add_argument("--flags", nargs="+", choices=FLAGS, default=FLAGS, help="what peers run with")
    asked.add_argument("--repeats", type=at_least(1), default=3)
    asked.add_argument(
        "--timed", type=int, default=2, choices=range(1, EPOCHS), metavar="1 to 19", help="epochs of a peer"
    )
    asked.add_argument("--per-class", type=int, default=None, help="at most so many training pictures of each class")
    answer(asked, measure)


if __name__ == "__main__":
    main()
