"""Where each second of a run goes: `python -m benchmarks.where_time_goes --chart docs/images/where-time-goes.svg`.

One run of each kind in an empty home, through the record as a worker leads it. Opening and decoding are timed before,
on the same pictures; loading torch is not counted. The run counts its own seconds (`Position.timed`), its saving and
events are timed where they are heard, and `rest` is what nobody counts. A figure is the share of what learns or
judges.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.drawing import bars_chart
from benchmarks.figures import Figure, answer, say
from core.data.pixels import Canvases, Preparation
from core.events import EpochEnded, Finished, Improved, Looked, Predicted, Started, Step
from core.home import Home
from core.recipe import Recipe
from core.runs.liveness import held
from core.runs.log import RunLog
from core.runs.record import Record
from core.training.lesson import Lesson
from core.training.loop import train

KINDS = {"head only": ("head", 20), "last stage": ("last_stages", 5), "everything": ("full", 3)}
WORK = ("prefix", "forward", "backward", "optimizer", "evaluation", "predictions")
"""What learns or judges."""

TOLD = {
    "reading": ("opening", "decoding"),
    "start": ("start",),
    "prefix": ("prefix",),
    "forward": ("forward",),
    "backward and step": ("backward", "optimizer"),
    "judging": ("evaluation", "predictions"),
    "saving and events": ("saving", "events"),
}
"""What the chart tells together; waiting for batches and what nobody counts is its rest."""

Seconds = dict[str, float]


def measure(asked: argparse.Namespace) -> Iterator[Figure]:
    size = (asked.side, asked.side)
    recipe = Recipe.parse({"dataset": asked.dataset, "backbone": asked.backbone, "image_size": size, "epochs": 1})
    _profile(recipe)  # warms up the process
    told: dict[str, Seconds] = {}
    for kind, (strategy, epochs) in KINDS.items():
        told[kind] = _profile(Recipe.parse({**recipe.to_json(), "strategy": strategy, "epochs": epochs}))
        say(f"{kind}: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in told[kind].items()))
    if asked.chart:
        about = f"{asked.dataset}, {asked.backbone} at {asked.side} x {asked.side}; " + ", ".join(
            f"{kind} {epochs} epochs" for kind, (_, epochs) in KINDS.items()
        )
        together = {kind: _together(seconds) for kind, seconds in told.items()}
        asked.chart.write_text(bars_chart("Where the seconds of a run go", about, together), encoding="utf-8")
    for kind, seconds in told.items():
        work = sum(spent for name, spent in seconds.items() if name in WORK)
        yield Figure.of(f"{kind}: learning and judging", "the whole run", [work], [sum(seconds.values())])


def _profile(recipe: Recipe) -> Seconds:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        return {**_opening(recipe, home), **_running(recipe, home)}


def _opening(recipe: Recipe, home: Home) -> Seconds:
    """What the first run on a dataset does: each file is checked, and its picture kept as the network needs it."""
    began = time.perf_counter()
    lesson = Lesson.load(recipe, home)
    opened = time.perf_counter()
    assert recipe.image_size is not None
    preparation = Preparation(size=recipe.image_size, fit=recipe.fit, mean=(0.5,) * 3, std=(0.5,) * 3)
    Canvases(lesson.source, preparation, home.cache).ensure(np.concatenate([*lesson.splits.values()]))
    return {"opening": opened - began, "decoding": time.perf_counter() - opened}


def _running(recipe: Recipe, home: Home) -> Seconds:
    record, heard = Record(home), {"saving": 0.0, "events": 0.0}
    run = record.create(recipe)
    with held(record.folder(run)):
        attempt = record.store.begin(run, "It is measured.", "cpu")
        assert attempt is not None
        desk = record.desk(run, attempt)
        desk.begin()
        log, learning, wish = RunLog(desk), train(recipe, "cpu", home=home), None
        began, start = time.perf_counter(), 0.0
        counted: Seconds = {}
        try:
            while True:
                event = learning.send(wish)
                start = time.perf_counter() - began if isinstance(event, Started) else start
                counted = event.seconds if isinstance(event, Finished) else counted
                said = time.perf_counter()
                wish = log.take(event)
                heard[_kind_of(event)] += time.perf_counter() - said
        except StopIteration:
            whole = time.perf_counter() - began
    record.close()
    known = {"start": start, **{name: spent for name, spent in counted.items() if name != "all"}, **heard}
    return {**known, "rest": max(0.0, whole - sum(known.values()))}


def _kind_of(event: object) -> str:
    """A step, or a look at pictures, has nothing to say that takes time, but a snapshot may be due with it."""
    return "saving" if isinstance(event, Improved | EpochEnded | Predicted | Step | Looked) else "events"


def _together(seconds: Seconds) -> Seconds:
    told = {title: sum(seconds.get(name, 0.0) for name in names) for title, names in TOLD.items()}
    return {**told, "rest": sum(seconds.values()) - sum(told.values())}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dataset", default="hymenoptera")
    asked.add_argument("--backbone", default="resnet18")
    asked.add_argument("--side", type=int, default=224)
    asked.add_argument("--chart", type=Path, help="an SVG file to draw them into")
    answer(asked, measure)


if __name__ == "__main__":
    main()
