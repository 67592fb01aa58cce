"""A learner that tells a short, true story in milliseconds: real events, real saves, no network."""

import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from core.catalog.learners import Network
from core.engines.immediate import Immediate
from core.errors import TrainingError
from core.events import EpochEnded, Event, Finished, Improved, Predicted, Started, Step, Wish
from core.home import Home
from core.recipe import Recipe
from core.runs.desk import RecordDesk
from core.runs.record import Record

PROBABILITIES = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], dtype=np.float32)
LABELS = np.array([0, 1, 1])


def save_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"weights")


def save_columns(folder: Path) -> None:
    np.savez(folder / "predictions.npz", probabilities=PROBABILITIES, labels=LABELS, files=np.array(["a", "b", "c"]))


def learn(
    recipe: Recipe, device: str, plan: Any = None, state: Path | None = None, home: Home | None = None
) -> Generator[Event, Wish, None]:
    """As many epochs as the recipe says, ten steps each; `lr` of 13, 14 or 15 stands for a kind of misfortune."""
    yield Started(
        elapsed=0.1,
        classes=["ant", "bee"],
        pictures={"train": 10, "val": 3},
        steps_per_epoch=10,
        epochs=recipe.epochs,
        parts=[],
        stages=[],
        parameters={"trained": 5, "total": 9},
        plan=plan or {"precision": "float32"},
        environment={"device": device, "data": "hash of data", "weights": "hash of weights"},
        resumed=state is not None,
    )
    wish: Wish = None
    for epoch in range(recipe.epochs):
        for step in range(10):
            number = epoch * 10 + step
            wish = yield Step(
                elapsed=number, epoch=epoch, step=number, pictures=1, lr=recipe.lr, loss=1.0, save=save_weights
            )
            _misfortune(recipe.lr)
            if wish:
                break
        yield EpochEnded(
            elapsed=10.0 * (epoch + 1),
            epoch=epoch,
            step=epoch * 10 + 9,
            train_loss=0.5,
            losses={"cross-entropy": 0.5},
            train_accuracy=0.8,
            val_loss=0.4,
            val_accuracy=0.5,
            lr=recipe.lr,
            lr_scales=[1.0],
            stages=[],
            seconds={},
            pictures_per_second=1.0,
            cache="none",
        )
        yield Improved(elapsed=10.0 * (epoch + 1), epoch=epoch, val_loss=0.4, val_accuracy=0.5, save=save_weights)
        if wish:
            break
    for weights in ("best", "last"):
        yield Predicted(
            elapsed=99.0,
            split="val",
            weights=weights,
            epoch=0,
            n=3,
            right=2,
            accuracy=2 / 3,
            loss=0.4,
            save=save_columns,
        )
    yield Finished(
        elapsed=100.0,
        state="stopped" if wish == "stop" else "paused" if wish == "pause" else "done",
        reason="All epochs were run." if not wish else "Asked to.",
        best_epoch=0,
        epochs=recipe.epochs,
        seconds={"training": 99.0},
        peak_memory=1,
    )


def _misfortune(lr: float) -> None:
    if lr == 13:
        raise TrainingError("The network has 0 trainable parameters; choose another strategy.")
    if lr == 14:
        raise ZeroDivisionError("a bug")
    if lr == 15:
        raise KeyboardInterrupt


@pytest.fixture
def short_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("short_learner")
    module.learn = learn  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "short_learner", module)
    monkeypatch.setattr(Network, "generator", "short_learner:learn")


@pytest.fixture
def record(home_folder: Path) -> Iterator[Record]:
    record = Record(Home(home_folder))
    yield record
    record.close()


def begun(record: Record, recipe: Recipe) -> tuple[str, RecordDesk]:
    """A run in the hands of whoever asked for it, as an engine has it before `execute`."""
    run = record.create(recipe)
    attempt = record.store.begin(run, "It is being trained.")
    assert attempt is not None
    return run, record.desk(run, attempt)


def train(record: Record, name: str = "", **choices: object) -> str:
    """A run of this recipe, trained here and now."""
    run = record.create(Recipe(**choices), name=name)  # type: ignore[arg-type]
    Immediate(record).submit(run, "cpu")
    return run
