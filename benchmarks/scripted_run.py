"""A run that only talks: it says what a run of a given length would say, at the same pace, and trains nothing."""

import argparse
import math
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.home import Home
from core.recipe import Recipe
from core.runs.liveness import held
from core.runs.record import Record

STAGES = ("stem", "layer1", "layer2", "layer3", "layer4", "head")
STEPS_PER_EPOCH = 10
Said = dict[str, Any]


def tell(home: Path, minutes: float, steps_a_second: float, told_before: int = 0) -> None:
    """Write a run down, hold its lock as a worker would, and speak; the first line printed is the run."""
    record = Record(Home(home))
    epochs = max(1, told_before + math.ceil(minutes * 60 * steps_a_second / STEPS_PER_EPOCH))
    run = record.create(Recipe(epochs=epochs), name="a run that only talks")
    with held(record.folder(run)):
        attempt = record.store.begin(run, "It talks.", "cpu")
        record.store.say(run, whole_story(epochs, told_before, steps_a_second), attempt=attempt)
        print(run, flush=True)
        for epoch in range(told_before, epochs):
            for each in said_in(epoch, steps_a_second):
                record.store.say(run, [each], attempt=attempt)
                time.sleep(1 / steps_a_second if each["kind"] == "step" else 0)
        finish(record, run, attempt, epochs)


def tell_at_once(record: Record, epochs: int, name: str, seed: int) -> str:
    """A run that has ended, and said everything."""
    run = record.create(Recipe(epochs=epochs, seed=seed), name=name)
    with held(record.folder(run)):
        attempt = record.store.begin(run, "It talks.", "cpu")
        record.store.say(run, whole_story(epochs, epochs, 4.0), attempt=attempt)
        finish(record, run, attempt, epochs)
    return run


def whole_story(epochs: int, told: int, steps_a_second: float) -> list[Said]:
    return [started(epochs), *(each for epoch in range(told) for each in said_in(epoch, steps_a_second))]


def finish(record: Record, run: str, attempt: int | None, epochs: int) -> None:
    record.store.move(run, "done", "All epochs are done.", attempt=attempt, seconds=epochs * 1.0, ended=time.time())


def started(epochs: int) -> Said:
    stages = [{"name": name, "parameters": 1000, "trained": 1000} for name in STAGES]
    return {
        "kind": "started",
        "elapsed": 0.1,
        "classes": ["ant", "bee"],
        "pictures": {"train": 320, "val": 150, "test": 150},
        "steps_per_epoch": STEPS_PER_EPOCH,
        "epochs": epochs,
        "parts": stages,
        "stages": stages,
        "parameters": {"trained": 6000, "total": 6000},
        "plan": {"precision": "float32"},
        "environment": {},
        "resumed": False,
    }


def said_in(epoch: int, steps_a_second: float) -> Iterator[Said]:
    """Losses that fall with noise; the stages wake from the head downward."""
    chance = random.Random(epoch)
    for place in range(STEPS_PER_EPOCH):
        step = epoch * STEPS_PER_EPOCH + place + 1
        loss = 0.3 + 2 * math.exp(-step / 200) * chance.uniform(0.8, 1.2)
        yield {
            "kind": "step",
            "elapsed": step / steps_a_second,
            "epoch": epoch,
            "step": step,
            "pictures": 32,
            "lr": 1e-3,
            "loss": loss,
        }
    end = ended(epoch, (epoch + 1) * STEPS_PER_EPOCH / steps_a_second, chance)
    yield end
    yield {"kind": "improved", **{name: end[name] for name in ("elapsed", "epoch", "val_loss", "val_accuracy")}}


def ended(epoch: int, elapsed: float, chance: random.Random) -> Said:
    right = 1 - 0.9 * math.exp(-(epoch + 1) / 20)
    loss = 0.3 + 2 * math.exp(-(epoch + 1) / 20)
    scales = [1.0 if place >= len(STAGES) - 1 - epoch // 3 else 0.0 for place in range(len(STAGES))]
    stages = [
        {
            "name": name,
            "scale": scale,
            "lr": 1e-3 * scale,
            "gradient": scale * chance.random(),
            "moved": scale * (epoch + 1) / 50,
            "norm_drift": 0.0,
        }
        for name, scale in zip(STAGES, scales, strict=True)
    ]
    return {
        "kind": "epoch_ended",
        "elapsed": elapsed,
        "epoch": epoch,
        "step": (epoch + 1) * STEPS_PER_EPOCH,
        "train_loss": loss,
        "losses": {"cross_entropy": loss * 0.9, "l2": loss * 0.1},
        "train_accuracy": min(1.0, right + 0.02),
        "val_loss": loss * chance.uniform(1.0, 1.1),
        "val_accuracy": right,
        "lr": 1e-3,
        "lr_scales": scales,
        "stages": stages,
        "seconds": {"evaluation": 0.1},
        "pictures_per_second": 300.0,
        "cache": "none",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--steps-a-second", type=float, default=4.0)
    parser.add_argument("--told-before", type=int, default=0, metavar="EPOCHS")
    asked = parser.parse_args()
    tell(asked.home, asked.minutes, asked.steps_a_second, asked.told_before)


if __name__ == "__main__":
    main()
