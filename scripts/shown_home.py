"""A home with something of everything to show: finished runs, one that learns, one that waits, one that failed."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core.errors import ExplorerError
from core.home import Home
from core.recipe import Recipe
from core.service import Workbench

FINISHED: Mapping[str, Mapping[str, Any]] = {
    "head": {"strategy": {"name": "head"}},
    "tuned": {},
    "scratch": {"pretrained": False},
    "penalised": {"regularizers": [{"name": "l1"}, {"name": "l2"}]},
    "thawing": {"strategy": {"name": "gradual", "epochs_per_stage": 4}},
}
ENDLESS: Mapping[str, Any] = {"epochs": 1000, "examples_per_class": None}
SHOWN = 12
"""Epochs that the one at work has behind it in its picture."""

PATIENCE = 600.0


@contextmanager
def shown_home(folder: Path) -> Iterator[dict[str, str]]:
    """The runs by what they show, made where they are not there yet; those at work end with the block."""
    os.environ.update(THAW_HOME=str(folder), THAW_SLOTS="1", THAW_IDLE_SECONDS="5")
    bench = Workbench(Home(folder))
    runs = {line["name"]: line["run"] for line in bench.runs()}
    for name, recipe in FINISHED.items():
        runs[name] = runs.get(name) or bench.train(_like_the_first(recipe), name=name)
    runs["alarm"] = runs.get("alarm") or _as_if_a_frozen_stage_had_moved(bench, runs["head"])
    runs["failed"] = runs.get("failed") or _failed(bench)
    runs["running"] = bench.submit(_like_the_first(ENDLESS), name="running", again=True)["run"]
    runs["queued"] = bench.submit(_like_the_first({"seed": 1}), name="queued", again=True)["run"]
    _wait(lambda: len(bench.show(runs["running"])["epochs"]) >= SHOWN)
    try:
        yield runs
    finally:
        for run in ("queued", "running"):
            with suppress(ExplorerError):
                bench.stop(runs[run])
        _wait(lambda: bench.glance(runs["running"])["state"] == "stopped")
        bench.close()


def _like_the_first(changed: Mapping[str, Any]) -> dict[str, Any]:
    """What is proposed to everybody, but for what is changed."""
    return {**Recipe.suggested_for([]).to_json(), **changed}


def _failed(bench: Workbench) -> str:
    """A GPU that is not there is found missing at the run's turn."""
    run = bench.submit({}, name="failed", device="cuda:9", again=True)["run"]
    _wait(lambda: bench.glance(run)["state"] == "failed")
    return run


def _as_if_a_frozen_stage_had_moved(bench: Workbench, run: str) -> str:
    """A run that says of itself what no run may say: this is what the truth meter is for."""
    copy = bench.record.create(Recipe.parse(bench.show(run)["recipe"]), name="alarm")
    attempt = bench.record.store.begin(copy, "At work.")
    assert attempt is not None
    desk = bench.record.desk(copy, attempt)
    desk.say([_moved(each) for each in bench.events(run) if each["kind"] != "finished"])
    desk.end("done", "All epochs are done.", 1.0)
    return copy


def _moved(event: dict[str, Any]) -> dict[str, Any]:
    if event["kind"] != "epoch_ended" or event["epoch"] < 2:
        return event
    first, *others = event["stages"]
    return {**event, "stages": [{**first, "moved": 0.01 * event["epoch"]}, *others]}


def _wait(true: Callable[[], object]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > give_up:
            raise TimeoutError(f"waited {PATIENCE:.0f} s in vain")
        time.sleep(0.2)
