"""Make the sample: a small finished run that comes with Thaw, so that every page has something to show at once.

    python -m scripts.make_sample

It learns scikit-learn's digits from three pictures of each, stage by stage, at a rate that does not fall: the best
epoch lies before the last one, the last stages to thaw undo part of it, and one picture in ten is told wrong. It takes
seconds; the same versions on the same machine learn the same weights. What is kept says nothing of that machine.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from core.home import SAMPLE, SHIPPED, Home
from core.runs.folders import VERSION, read_json, write_json, write_text
from core.runs.sample import ROW, SAID
from core.service import Workbench

NAME = "Ten digits, thawed stage by stage"
RECIPE: dict[str, Any] = {
    "dataset": "digits",
    "backbone": "thaw_small",
    "strategy": {"name": "gradual", "epochs_per_stage": 2},
    "regularizers": [{"name": "l2_sp", "strength": 0.01}],
    "schedule": "constant",
    "augmentation": [{"name": "crop_flip", "padding": 0.125, "mirror": False}, {"name": "rotation", "degrees": 15.0}],
    "lr": 0.0015,
    "batch_size": 6,
    "epochs": 12,
    "examples_per_class": 3,
    "precision": "float32",
}

COLUMNS = (
    *("name", "state", "reason", "recipe_hash", "version", "dataset", "backbone", "strategy", "device"),
    *("created", "started", "ended", "seconds", "accuracy"),
)
ENVIRONMENT = "environment.json"
NO_MACHINE = {"system": "Linux", "device_name": "cpu"}
LEFT_OUT = ("lock", "worker.log")


def make(folder: Path) -> None:
    """Train it in a home of its own, and keep in the folder what matters of it."""
    with tempfile.TemporaryDirectory() as home, closing(Workbench(Home(Path(home)))) as bench:
        run = bench.train(RECIPE, name=NAME, device="cpu")
        bench.show(run)  # what it scored is worked out now, and kept beside its predictions
        clear(folder)
        copy(bench.record.folder(run), folder)
        halve(folder / "best" / "model.safetensors")
        tell(bench, run, folder)


def clear(folder: Path) -> None:
    """Nothing of an earlier sample stays, but what people wrote of it."""
    for each in folder.iterdir():
        if each.is_dir():
            shutil.rmtree(each)
        elif each.name != "README.md":
            each.unlink()


def copy(whole: Path, folder: Path) -> None:
    """The folder of a run; where a link stands for a version of a folder, the copy is a folder of that name."""
    folder.mkdir(exist_ok=True)
    for each in whole.iterdir():
        if each.is_dir() and not VERSION.fullmatch(each.name):
            copy(each, folder / each.name)
        elif each.is_file() and each.name not in LEFT_OUT:
            shutil.copyfile(each, folder / each.name)


def halve(weights: Path) -> None:
    """Sixteen bits are enough to keep them: whoever loads them widens them again."""
    save_file({name: each.half() for name, each in load_file(weights).items()}, weights)
    weights.chmod(0o644)


def tell(bench: Workbench, run: str, folder: Path) -> None:
    """Its row, its surroundings and what it said, as text."""
    row, recipe = asdict(bench.record.find(run)), bench.record.store.recipe(run)
    write_json(folder / ROW, {"id": SAMPLE, **{name: row[name] for name in COLUMNS}, "recipe": recipe})
    write_json(folder / ENVIRONMENT, anywhere(read_json(folder / ENVIRONMENT) or {}))
    write_text(folder / SAID, "".join(json.dumps(each) + "\n" for each in said(bench, run)))


def said(bench: Workbench, run: str) -> Iterator[dict[str, Any]]:
    last = 0
    while events := bench.events(run, last):
        for event in events:
            last = event.pop("number")
            yield {**event, "environment": anywhere(event["environment"])} if "environment" in event else event


def anywhere(environment: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a run's surroundings, without the machine."""
    return {**environment, **NO_MACHINE}


if __name__ == "__main__":
    make(SHIPPED / SAMPLE)
