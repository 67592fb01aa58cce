"""The first lesson, measured: with few pictures, is fine-tuning what Thaw ships better than the other ways to learn?

    python -m benchmarks.first_lesson --tasks digits --per-class 5
    THAW_DATA=FOLDER python -m benchmarks.first_lesson            # all of it; takes hours, goes on where it ended

Four ways (fine-tuned, head only, from scratch, an RBF SVM on pixels) learn from 5, 10 or 20 pictures a class, ten times
over, each time from other pictures. Each way tries one small grid, augmentation included, and its validation accuracy
chooses. What was chosen is judged on every picture that neither taught nor chose: the test split, and the training
pictures that were left out; the test split alone (180 digits) would drown the difference in noise.

Seconds are made equal by counting, since clocks on a shared machine are not: fine-tuning and scratch take the same
steps, the head, whose step costs a third, three times as many; the SVM is done when it has converged. The seconds stand
in the table, an SVM's without its kernel, which its whole grid shares. Ways are compared draw by draw: the mean
difference with its 95% interval (Student's t).
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.stats import t as student
from sklearn.svm import SVC

from benchmarks.few_pictures import FEW, few_of
from core.catalog.augmentations import AUGMENTATIONS
from core.data.batches import Varied
from core.data.finding import open_source
from core.data.pixels import Canvases, Preparation
from core.data.splits import cap, split
from core.events import Finished, Improved, Predicted
from core.home import Home
from core.recipe import Recipe
from core.training.loop import train
from core.training.predicting import open_predictor

RESULTS = Path(__file__).with_suffix(".json")
VIEWS = 10
"""Augmented copies of each picture that the SVM learns from where it augments."""


@dataclass(frozen=True)
class Task:
    """A dataset, the size at which all ways see it, how far its pictures may be turned, and how many a network sees.
    Where there are more pictures than a study of a few needs, it is held on a part of them (`few_of`).

    As many of each class whatever there is to learn from: more pictures mean fewer epochs and as many steps.
    """

    dataset: str
    size: tuple[int, int]
    degrees: float
    seen_of_a_class: int


TASKS = {
    "digits": Task("digits", (40, 40), 15.0, 320),
    "digit_sums": Task("sums_few", (40, 160), 4.0, 80),
    "mnist": Task("mnist_few", (40, 40), 15.0, 320),
}


def thawing(epochs: int) -> dict[str, Any]:
    """One more stage wakes every tenth of the run, so that the whole network learns for the second half."""
    return {"name": "gradual", "epochs_per_stage": max(1, epochs // 10)}


WAYS: dict[str, Callable[[int], list[dict[str, Any]]]] = {
    "fine-tuned": lambda epochs: [{"lr": 1e-3}, {"lr": 1e-3, "strategy": thawing(epochs)}],
    "head only": lambda epochs: [{"strategy": "head", "lr": lr} for lr in (1e-2, 3e-2)],
    "from scratch": lambda epochs: [{"pretrained": False, "lr": lr} for lr in (4e-3, 1e-2)],
}
"""Of each network, the recipes that it tries, for so many epochs."""
STEPS = {"fine-tuned": 1, "head only": 3, "from scratch": 1}
"""How many of its steps cost as much as one of fine-tuning: a head needs no backward pass through the backbone."""
SVM = "SVM on pixels"


@dataclass(frozen=True)
class Outcome:
    """What one entry of a grid came to, and how to judge it: only what validation chose is ever judged."""

    chosen: dict[str, Any]
    val: float
    seconds: float
    judge: Callable[[], float]


def augmentations(task: Task) -> tuple[list[Any], list[Any]]:
    """Nothing, or shifts and turns."""
    return [], [{"name": "crop_flip", "mirror": False}, {"name": "rotation", "degrees": task.degrees}]


def networks(task: Task, way: str, per_class: int, draw: int, home: Home) -> Iterator[Outcome]:
    """A way's grid, each entry trained as the product trains it."""
    epochs = STEPS[way] * task.seen_of_a_class // per_class
    for augmentation, entry in product(augmentations(task), WAYS[way](epochs)):
        recipe = Recipe.parse(
            {
                **entry,
                "dataset": task.dataset,
                "image_size": list(task.size),
                "examples_per_class": per_class,
                "epochs": epochs,
                "augmentation": augmentation,
                "precision": "float32",
                "seed": draw,
                "split_seed": draw,
            }
        )
        yield trained(recipe, home, {**entry, "augmented": bool(augmentation)})


def trained(recipe: Recipe, home: Home, chosen: dict[str, Any]) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        best, said = Path(folder) / "best", []
        for event in train(recipe, "cpu", home=home):
            said.append(event)
            if isinstance(event, Improved) and event.save:
                shutil.rmtree(best, ignore_errors=True)
                event.save(best)
        predictor = open_predictor(best)
    val = next(each.accuracy for each in said if isinstance(each, Predicted) and each.weights == "best")
    finished = next(each for each in said if isinstance(each, Finished))

    def judge() -> float:
        source, unseen = open_source(recipe.dataset, home), shown_to(recipe, home)["unseen"]
        canvases = Canvases(source, predictor.preparation, home.cache)
        return float((predictor.logits_of(canvases[unseen]).argmax(1) == source.labels[unseen]).mean())

    return Outcome({**chosen, "epochs": finished.epochs}, val, finished.elapsed, judge)


def shown_to(recipe: Recipe, home: Home) -> dict[str, np.ndarray]:
    """The pictures that teach, those that choose, and all that do neither."""
    source = open_source(recipe.dataset, home)
    splits = split(source, recipe.split_seed)
    taught, val = cap(splits["train"], source.labels, recipe.examples_per_class, recipe.split_seed), splits["val"]
    unseen = np.setdiff1d(np.arange(len(source)), np.concatenate([taught, val]))
    return {"train": taught, "val": val, "unseen": unseen}


def machines(task: Task, per_class: int, draw: int, home: Home) -> Iterator[Outcome]:
    """The SVM's grid, on the grey values that the networks see."""
    source = open_source(task.dataset, home)
    splits = shown_to(Recipe(dataset=task.dataset, examples_per_class=per_class, split_seed=draw), home)
    shown = splits["train"]
    preparation = Preparation(size=task.size, fit="squash", mean=(0.5,) * 3, std=(0.5,) * 3)
    canvases = Canvases(source, preparation, home.cache)
    for augmentation in augmentations(task):
        made = [AUGMENTATIONS.build(AUGMENTATIONS.parse(each, "augmentation")) for each in augmentation]
        views = range(VIEWS if made else 1)
        pictures = np.concatenate([grey(Varied(canvases, made, draw).pictures(shown, 0, view)) for view in views])
        labels = np.tile(source.labels[shown], len(views))
        spread = 1 / (pictures.shape[1] * pictures.var())
        apart = distances(pictures, pictures)

        def score(svm: SVC, gamma: float, name: str, learned: np.ndarray = pictures) -> float:
            rows = splits[name]
            return float(svm.score(np.exp(-gamma * distances(grey(canvases[rows]), learned)), source.labels[rows]))

        for cost, width in product((1.0, 10.0, 100.0), (0.3, 1.0, 3.0)):
            gamma = width * spread
            began = time.perf_counter()
            svm = SVC(C=cost, kernel="precomputed").fit(np.exp(-gamma * apart), labels)
            seconds = time.perf_counter() - began
            chosen = {"C": cost, "gamma": width, "augmented": bool(made)}
            yield Outcome(chosen, score(svm, gamma, "val"), seconds, partial(score, svm, gamma, "unseen"))


def distances(these: np.ndarray, those: np.ndarray) -> np.ndarray:
    """Squared, of every picture to every other, in one product: with 6,400 grey values libsvm alone takes minutes."""
    lengths = [(pictures**2).sum(1) for pictures in (these, those)]
    return np.maximum(lengths[0][:, None] + lengths[1] - 2 * these @ those.T, 0.0)


def grey(pictures: np.ndarray) -> np.ndarray:
    return pictures.mean(axis=3).reshape(len(pictures), -1) / 255.0


def study(tasks: Iterable[str], sizes: Iterable[int], draws: int, home: Home, rows: list[dict[str, Any]]) -> None:
    """Whatever is not among the rows yet; each result is kept as soon as it is there."""
    known = {(row["task"], row["per_class"], row["draw"], row["way"]) for row in rows}
    for name, per_class, draw, way in product(tasks, sizes, range(draws), [*WAYS, SVM]):
        if (name, per_class, draw, way) in known:
            continue
        task = TASKS[name]
        tried = machines(task, per_class, draw, home) if way == SVM else networks(task, way, per_class, draw, home)
        grid = list(tried)
        best = max(grid, key=lambda outcome: outcome.val)
        about = {"task": name, "per_class": per_class, "draw": draw, "way": way}
        found = {"chosen": best.chosen, "val": best.val, "test": best.judge(), "seconds": best.seconds}
        rows.append({**about, **found, "seconds_of_grid": sum(each.seconds for each in grid)})
        keep(rows)
        print(f"{name} {per_class} draw {draw} {way}: {found}", flush=True)


def keep(rows: list[dict[str, Any]]) -> None:
    waiting = RESULTS.with_suffix(".tmp")
    waiting.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    waiting.replace(RESULTS)


def table(rows: list[dict[str, Any]]) -> str:
    """Mean accuracy of each way on unseen pictures, and by how much fine-tuning leads it."""
    lines = ["| task | a class | way | accuracy | fine-tuned leads by | s |", "|---|---|---|---|---|---|"]
    for task, per_class in dict.fromkeys((row["task"], row["per_class"]) for row in rows):
        here = [row for row in rows if (row["task"], row["per_class"]) == (task, per_class)]
        ways = {way: {row["draw"]: row for row in here if row["way"] == way} for way in [*WAYS, SVM]}
        for way, found in ways.items():
            if found:
                mean = statistics.fmean(row["test"] for row in found.values())
                seconds = statistics.median(row["seconds"] for row in found.values())
                lead = "" if way == "fine-tuned" else led(ways["fine-tuned"], found)
                lines.append(f"| {task} | {per_class} | {way} | {mean:.3f} | {lead} | {seconds:.1f} |")
    return "\n".join(lines)


def led(first: dict[int, Any], second: dict[int, Any]) -> str:
    """The mean difference over the draws that both have, with its 95% interval."""
    gaps = [first[draw]["test"] - second[draw]["test"] for draw in first.keys() & second.keys()]
    if len(gaps) < 2:
        return ""
    mean = statistics.fmean(gaps)
    half = float(student.ppf(0.975, len(gaps) - 1)) * statistics.stdev(gaps) / sqrt(len(gaps))
    return f"{100 * mean:+.1f} ({100 * (mean - half):+.1f} to {100 * (mean + half):+.1f}) points"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--per-class", nargs="+", type=int, default=[5, 10, 20])
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="only print what is known already")
    choices = parser.parse_args()
    rows = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    if not choices.table:
        torch.set_num_threads(choices.threads)
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder) / "home")
            for dataset in {TASKS[task].dataset for task in choices.tasks} & FEW.keys():
                few_of(dataset, Path(folder), home)
            os.environ["THAW_DATA"] = folder
            study(choices.tasks, choices.per_class, choices.draws, home, rows)
    print(table(rows))


if __name__ == "__main__":
    main()
