"""How much faster is a support vector machine on features that are there than a head trained through the network?

    THAW_DATA=FOLDER THAW_WEIGHTS=FOLDER python -m benchmarks.features_and_svm           # part of an epoch, scaled up
    THAW_DATA=FOLDER THAW_WEIGHTS=FOLDER python -m benchmarks.features_and_svm --full    # all twenty; hours on a CPU

On one side the learner `rbf_svm`: features computed once, every candidate for C fitted, calibrated and judged on the
validation pictures, the best one fitted. On the other the loop of the tutorials: the last layer of the same backbone
trained with the rest frozen, each picture through the whole network in every epoch. The loop is spared whatever it
might save: its pictures are decoded already, and neither validation nor its own search for a rate is counted.

Without `--full` a share of an epoch is timed before and after the fit, in batches spread over it, and scaled up to
twenty epochs. Seconds are of the clock on the wall; the processor's own seconds stand beside them, for a machine that
others use at the same time. Where backbones are joined, the loop still runs through the first alone.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from core.events import Finished, Predicted
from core.home import Home
from core.insight.confusion import Confusion
from core.learners.classical import learn
from core.learners.search import Search
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.model import build
from core.training.predicting import normalised

EPOCHS = 20
BATCH = 32
SMALL = 30
"""Test pictures up to which a class is called small."""


@dataclass(frozen=True)
class Seconds:
    """Of the wall's clock, and of all processors together."""

    wall: float
    processor: float

    def __mul__(self, by: float) -> "Seconds":
        return Seconds(self.wall * by, self.processor * by)

    def __add__(self, other: "Seconds") -> "Seconds":
        return Seconds(self.wall + other.wall, self.processor + other.processor)


def timed(act: Callable[[], Any]) -> Seconds:
    wall, processor = time.perf_counter(), time.process_time()
    act()
    return Seconds(time.perf_counter() - wall, time.process_time() - processor)


class NaiveLoop:
    """Head only, the whole network in every epoch."""

    def __init__(self, recipe: Recipe, home: Home):
        self.lesson = Lesson.load(recipe, home)
        self.net = build(recipe, self.lesson.source.classes, home)
        self.lesson.prepare(self.net.preparation)
        for name, parameter in self.net.model.named_parameters():
            parameter.requires_grad = name in self.net.head
        self.net.model.train()
        learning = [each for each in self.net.model.parameters() if each.requires_grad]
        self.optimizer = torch.optim.SGD(learning, lr=0.003, momentum=0.9)
        order = np.random.default_rng(0).permutation(self.lesson.splits["train"])
        self.batches = np.split(order, range(BATCH, len(order), BATCH))
        self.lesson.canvases.ensure(order)

    def learn(self, batches: list[np.ndarray]) -> None:
        for numbers in batches:
            pictures = self.lesson.canvases.preparation.seen(self.lesson.canvases[numbers])
            labels = torch.from_numpy(self.lesson.source.labels[numbers]).long()
            loss = functional.cross_entropy(self.net.model(normalised(pictures, self.net.preparation, "cpu")), labels)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()

    def twenty_epochs(self, share: float) -> Seconds:
        """A share of one, spread over it, scaled up; all of them where the share is that of all."""
        if share >= EPOCHS:
            return timed(lambda: [self.learn(self.batches) for _ in range(EPOCHS)])
        count = max(1, round(share * len(self.batches)))
        some = [self.batches[at] for at in np.linspace(0, len(self.batches) - 1, count).astype(int)]
        pictures = sum(map(len, some))
        return timed(lambda: self.learn(some)) * (EPOCHS * sum(map(len, self.batches)) / pictures)


def fit_alone(recipe: Recipe, home: Home, cost: float) -> Seconds:
    """The fit of the chosen candidate on features that are there: read, brought to one scale, compared, fitted."""
    search = Search(recipe, torch.device("cpu"), home, None)
    assert not sum(1 for _ in search.gather()), "the features are there by now"

    def fit() -> None:
        search.begin()
        search.fit.decision(np.arange(len(search.material.labels)), {"C": cost})

    return timed(fit)


def outcome(recipe: Recipe, home: Home, folder: Path) -> dict[str, Any]:
    """What the learner found, and where its seconds went."""
    events = []
    for event in learn(recipe, "cpu", home=home):
        events.append(event)
        if isinstance(event, Predicted) and (event.split, event.weights) == ("test", "best") and event.save:
            event.save(folder)
    finished = next(event for event in events if isinstance(event, Finished))
    with np.load(folder / "predictions.npz", allow_pickle=False) as file:
        labels, probabilities = file["labels"], file["probabilities"]
    said, classes = probabilities.argmax(1), probabilities.shape[1]
    tallies = Confusion.between(labels, said, classes).tallies()
    small = np.flatnonzero((tallies.support > 0) & (tallies.support <= SMALL))
    tried = [event.to_json() for event in events if event.kind == "epoch_ended"]
    best = tried[finished.best_epoch or 0]
    return {
        "C": best["extras"]["C"],
        "validation": best["val_accuracy"],
        "test": float((labels == said).mean()),
        "macro_f1": float(tallies.averages()["macro_f1"]),
        "recall of small classes": {
            int(label): [float(tallies.recall[label]), int(tallies.support[label])] for label in small
        },
        "seconds": finished.seconds,
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--dataset", default="boats")
    asked.add_argument("--backbone", default="resnet18")
    asked.add_argument(
        "--join", default="mobilenetv2_100", help="further backbones of the SVM, with commas; '' for none"
    )
    asked.add_argument("--pooling", default="avg", help="avg, max, both, or a grid such as [1,3]")
    asked.add_argument("--image-size", default="[96,320]")
    asked.add_argument("--share", type=float, default=0.05, help="of an epoch, timed before and after the fit")
    asked.add_argument("--full", action="store_true", help="all twenty epochs of the loop")
    given = asked.parse_args()
    home = Home.from_environment()
    pooling = given.pooling if given.pooling.isalpha() else json.loads(given.pooling)
    facts = {"dataset": given.dataset, "backbone": given.backbone, "pooling": pooling}
    facts["image_size"] = json.loads(given.image_size)
    recipe = Recipe.parse({**facts, "learner": {"name": "rbf_svm", "join": given.join}})

    found = outcome(recipe, home, home.cache / "benchmark")
    loop = NaiveLoop(Recipe.parse(facts), home)
    loop.learn(loop.batches[:2])  # warm
    if given.full:
        slow, fit = loop.twenty_epochs(EPOCHS), fit_alone(recipe, home, found["C"])
    else:
        before = loop.twenty_epochs(given.share)
        fit = fit_alone(recipe, home, found["C"])
        slow = (before + loop.twenty_epochs(given.share)) * 0.5
    features = found["seconds"].get("features", 0.0)
    print(json.dumps({**found, "threads": torch.get_num_threads()}, indent=2))
    scaled = "measured whole" if given.full else f"scaled up from 2 x {given.share:g} of an epoch"
    print(f"twenty epochs of the naive loop: {slow.wall:,.0f} s ({slow.processor:,.0f} of processors), {scaled}")
    print(f"the fit on features that are there: {fit.wall:.2f} s ({fit.processor:.2f} of processors)")
    print(f"the whole search, calibration included: {found['seconds']['search']:.2f} s")
    print(f"ratio of the fit: {slow.wall / fit.wall:,.0f} (by processor seconds {slow.processor / fit.processor:,.0f})")
    print(f"ratio with the search counted: {slow.wall / found['seconds']['search']:,.0f}")
    if features < 1:
        print("the features were there; with a THAW_HOME that has none, they are timed and counted too")
        return
    whole = features + found["seconds"]["search"]
    print(f"the features: {features:,.1f} s; ratio with features and search counted: {slow.wall / whole:,.1f}")


if __name__ == "__main__":
    main()
