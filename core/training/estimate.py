"""How long a recipe would take here, and how much memory: a few of its real steps, times how many there will be.

Each phase of the strategy (epochs in which the same parts learn, from pictures of one size) is tried by itself, for a
frozen prefix is computed once and kept. What was measured is a moment of this machine; the range says what may well
become of it.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch

from core.catalog.picture_sizes import Size
from core.home import Home
from core.recipe import Recipe
from core.training.environment import device_of
from core.training.frozen import Frozen
from core.training.looking import outcome
from core.training.measuring import (
    EVALUATED,
    FEW,
    QUICK,
    Estimate,
    decoding,
    keeping,
    measured,
    of_epochs,
    phases,
    second_time,
    some,
    wait_for,
)
from core.training.session import Session
from core.training.surroundings import computing_on
from core.training.team import ALONE

STEPS = 40


@dataclass(frozen=True)
class Phase:
    """Epochs in a row at one pace, and what they take."""

    epochs: int
    step: float
    judging: float
    """Seconds that evaluation takes for each picture."""
    prefix: float
    """Seconds for features that are computed once."""

    def seconds(self, steps: int, judged: int) -> float:
        return self.prefix + self.epochs * (steps * self.step + judged * self.judging)


def estimate(recipe: Recipe, home: Home, device: str) -> Estimate:
    """Try a recipe for some seconds."""
    with measured(device_of(device)) as memory:
        return _tried(recipe, home, device_of(device), memory)


def _tried(recipe: Recipe, home: Home, device: torch.device, memory: Callable[[], int]) -> Estimate:
    # Colours may be of any kind: what they are costs nothing, measuring them would mean to decode all pictures.
    alone = replace(recipe, workers=1, normalisation="half" if recipe.normalisation == "measured" else "backbone")
    began = time.monotonic()
    trial = Session(alone, device, home, None, ALONE)
    setup = time.monotonic() - began
    whole = dict(trial.lesson.splits)
    steps = math.ceil(trial.steps_per_epoch / recipe.workers)
    held_out = len(whole["val"]) + len(whole.get("test", ()))
    reading = decoding(trial.lesson, np.concatenate([*whole.values()]))
    tried = list(_phases(trial, whole))
    answering = _answering(trial, whole)
    saving, judging = _keeping(trial)
    return of_epochs(
        recipe,
        once=setup + reading + held_out * judging + answering,
        learning=sum(each.seconds(steps, len(whole["val"])) for each in tried) + saving * recipe.epochs,
        judged_again=held_out * judging,
        memory=memory(),
        device=str(device),
        steps=steps * recipe.epochs,
        seconds_per_step=max(each.step for each in tried),
    )


def _phases(trial: Session, whole: dict[str, np.ndarray]) -> Iterator[Phase]:
    parts = len(trial.net.parts)

    def pace(epoch: int) -> tuple[bool | Size, ...]:
        awake = (scale > 0 for scale in trial.strategy.lr_scales(parts, epoch))
        return (*awake, trial.feeder.sizes.at(epoch))

    for epoch, rows in phases(trial.recipe.epochs, pace):
        tried = _phase(trial, range(epoch, epoch + max(rows)), whole)
        yield from (replace(tried, epochs=epochs) for epochs in rows)


def _phase(trial: Session, epochs: range, whole: dict[str, np.ndarray]) -> Phase:
    """One phase as it begins, on few pictures, and then on as many as can be had in a moment."""
    batch, epoch = trial.batch_size, epochs.start
    trial.position.epoch = epoch
    few = min(FEW, batch)
    _show_only(trial, whole, FEW, FEW, few)
    trial.make_ready(epoch)
    step, judging, making = _step(trial, epoch, few) * batch / few, _judging(trial), _making(trial)
    if step < QUICK:
        slowest = max(step / batch, judging, making)
        most = max(FEW, int(QUICK / slowest))
        _show_only(trial, whole, most, min(most, EVALUATED), batch)
        trial.make_ready(epoch)
        step, judging, making = _step(trial, epoch, batch), _judging(trial), _making(trial)
    trial.batch_size = batch
    return Phase(epochs=1, step=step, judging=judging, prefix=making * _lacking(trial, epochs, whole))


def _show_only(trial: Session, whole: dict[str, np.ndarray], train: int, val: int, batch: int) -> None:
    """Some pictures stand for all; in training they come again and again."""
    shown, held_out = some(whole["train"], train), some(whole["val"], val)
    trial.lesson.canvases.ensure(np.concatenate([shown, held_out]))
    trial.lesson.splits = {**whole, "train": np.resize(shown, STEPS * batch), "val": held_out}


def _step(trial: Session, epoch: int, batch: int) -> float:
    """The seconds of one step of so many pictures, once it is warm; waiting for its pictures included."""
    trial.batch_size, trial.position.batch, taken = batch, 0, []
    began = time.monotonic()
    for fed in trial.batches(epoch):
        trial.learn(fed)
        wait_for(trial.device)
        taken.append(time.monotonic() - began)
        began = time.monotonic()
        if sum(taken) > QUICK and len(taken) > 1:
            break
    return float(np.mean(taken[1:] or taken))


def _judging(trial: Session) -> float:
    """The seconds that evaluation takes for a picture."""
    return second_time(lambda: outcome(trial.evaluate("val"))) / len(trial.lesson.splits["val"])


def _making(trial: Session) -> float:
    """The seconds that a picture's features take; none where the whole network learns."""
    return _making_with(trial, trial.feeder.frozen) if trial.feeder.frozen else 0.0


def _making_with(trial: Session, frozen: Frozen) -> float:
    pictures = trial.feeder.plain.pictures(trial.lesson.splits["val"][: trial.plan.eval_batch], 0)
    with computing_on(trial.plan.compute_threads):
        return second_time(partial(frozen.features, pictures)) / len(pictures)


def _lacking(trial: Session, epochs: range, whole: dict[str, np.ndarray]) -> int:
    """How many features there are not yet, though they will be kept."""
    return sum(trial.feeder.lacking(split, whole[split], epochs) for split in ("train", "val"))


def _answering(trial: Session, whole: dict[str, np.ndarray]) -> float:
    """The seconds for features that final answers come from and that training does not keep anyway."""
    feeder, val = trial.feeder, whole["val"]
    kept_anyway = val if feeder.answering is feeder.frozen else val[:0]
    further = np.setdiff1d(np.concatenate([val, whole.get("test", val[:0])]), kept_anyway)
    if feeder.answering is None or not feeder.has_features_of(further):
        return 0.0
    missing = feeder.answering.rows(feeder.plain, 0).missing(further)
    feeder.features_of(trial.lesson.splits["val"])  # when answers are timed, they are there
    return len(missing) * _making_with(trial, feeder.answering)


def _keeping(trial: Session) -> tuple[float, float]:
    """What it takes to keep better weights safely on the disk, and to judge a picture with them at the end."""
    trial.best = trial.net.plain_state()
    saving = keeping(trial.save_best, trial.lesson.home)
    predictor = trial.predictor(trial.best)
    shown = trial.lesson.splits["val"]
    return saving, second_time(lambda: outcome(trial.predict(shown, predictor, trial.best))) / len(shown)
