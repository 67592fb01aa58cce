"""A learner that is right as often as its recipe's `lr` says, in milliseconds: real events, real saves, no network."""

import sys
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from core.catalog.learners import Network
from core.data.fingerprints import fingerprint_of
from core.errors import TrainingError
from core.events import EpochEnded, Event, Finished, Improved, Predicted, Started, Wish
from core.home import Home
from core.recipe import Recipe
from core.service import Workbench

CLASSES = ["ant", "bee", "fly", "wasp"]
N = 400
LABELS = np.arange(N) % 4
LABELS[:40] = 3  # so that classes differ in size


def save_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"weights")


def save_columns(probabilities: np.ndarray, folder: Path) -> None:
    files = np.array([f"{place:03}" for place in range(N)])
    np.savez(folder / "predictions.npz", probabilities=probabilities, labels=LABELS, files=files)


def answers(accuracy: float, seed: int) -> np.ndarray:
    """The pictures in an order of their own difficulty, with some luck of the seed."""
    chance = np.random.default_rng(seed)
    hard = np.random.default_rng(99).permutation(N) / N + chance.normal(0, 0.02, N)
    said = np.where(hard < accuracy, LABELS, (LABELS + 1) % 4)
    return np.eye(4, dtype=np.float32)[said]


def learn(
    recipe: Recipe, device: str, plan: Any = None, state: Path | None = None, home: Home | None = None
) -> Generator[Event, Wish, None]:
    """One epoch; its last weights are a little worse than its best. A rate of 13 is a misfortune."""
    if recipe.lr == 13:
        raise TrainingError("The network has 0 trainable parameters; choose another strategy.")
    fingerprint = fingerprint_of(recipe.dataset, home or Home.from_environment())
    yield Started(
        elapsed=0.1,
        classes=CLASSES,
        pictures={"train": 10, "val": N, "test": N},
        steps_per_epoch=1,
        epochs=1,
        parts=[],
        stages=[],
        parameters={"trained": 5, "total": 9},
        plan=plan or {},
        environment={"device": device, "device_name": "a test", "cores": 2, "data": fingerprint, "origin": {}},
    )
    yield EpochEnded(
        elapsed=1.0,
        epoch=0,
        step=1,
        train_loss=0.5,
        losses={},
        train_accuracy=0.8,
        val_loss=0.4,
        val_accuracy=recipe.lr,
        lr=recipe.lr,
        lr_scales=[1.0],
        stages=[],
        seconds={},
        pictures_per_second=1.0,
        cache="none",
    )
    yield Improved(elapsed=1.0, epoch=0, val_loss=0.4, val_accuracy=recipe.lr, save=save_weights)
    for split in ("val", "test"):
        for weights, accuracy in (("best", recipe.lr), ("last", recipe.lr - 0.05)):
            said = answers(accuracy, recipe.seed)
            yield Predicted(
                elapsed=2.0,
                split=split,
                weights=weights,  # type: ignore[arg-type]
                epoch=0,
                n=N,
                right=int((said.argmax(1) == LABELS).sum()),
                accuracy=accuracy,
                loss=0.4,
                save=partial(save_columns, said),
            )
    yield Finished(
        elapsed=3.0,
        state="done",
        reason="All epochs were run.",
        best_epoch=0,
        epochs=1,
        seconds={"fit": 0.5, "search": 2.0},
        peak_memory=1_000_000,
    )


@pytest.fixture
def bench(home_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A workbench whose runs are trained at once, by the learner above."""
    module = ModuleType("learner_of_test")
    module.learn = learn  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "learner_of_test", module)
    monkeypatch.setattr(Network, "generator", "learner_of_test:learn")
    monkeypatch.setenv("THAW_ENGINE", "immediate")
    bench = Workbench(Home(home_folder))
    yield bench
    bench.close()
