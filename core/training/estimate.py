"""How long a recipe would take here, and how much memory: a few of its real steps, times how many there will be.

Each phase of the strategy (epochs in which the same parts learn) is tried by itself, for a frozen prefix is computed
once and kept. What was measured is a moment of this machine; the range says what may well become of it.
"""

import math
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.home import Home
from core.recipe import Recipe
from core.training.environment import device_of, peak_memory
from core.training.plan import Plan, make_plan
from core.training.session import Session
from core.training.team import ALONE

FEW = 8
"""Pictures that the first try is made with: even a large network on a small machine takes only seconds for them."""
STEPS = 40
QUICK = 1.0
"""Seconds within which a step of the whole batch is worth being tried itself."""
EVALUATED = 512
PHASES = 4
"""At most so many are tried; others are like the one tried before them."""
LESS, MORE = 0.75, 1.4
"""How far a run may well be from a moment's measurement."""


@dataclass(frozen=True)
class Estimate:
    """Seconds of the whole run, with a range, and bytes at its fullest."""

    seconds: float
    seconds_low: float
    seconds_high: float
    memory: int
    device: str
    steps: int
    seconds_per_step: float
    """In the phase in which a step takes longest."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Phase:
    """Epochs in a row in which the same parts learn, and what they take."""

    epochs: int
    step: float
    judging: float
    """Seconds that evaluation takes for each picture."""
    prefix: float
    """Seconds for features that are computed once."""

    def seconds(self, steps: int, judged: int) -> float:
        return self.prefix + self.epochs * (steps * self.step + judged * self.judging)


class Trial(Session):
    """A session that is tried for a moment and thrown away."""

    def _planned(self, known: Plan | None) -> Plan:
        return make_plan(self.recipe, self.net, self.device, self._whole_steps(), self.batch_size, tried=FEW)


def estimate(recipe: Recipe, home: Home, device: str) -> Estimate:
    """Try a recipe for some seconds."""
    threads = torch.get_num_threads()
    try:
        with measured_memory(device_of(device)) as memory:
            return _tried(recipe, home, device_of(device), memory)
    finally:
        torch.set_num_threads(threads)


def _tried(recipe: Recipe, home: Home, device: torch.device, memory: Callable[[], int]) -> Estimate:
    # Colours may be of any kind: what they are costs nothing, measuring them would mean to decode all pictures.
    alone = replace(recipe, workers=1, normalisation="half" if recipe.normalisation == "measured" else "backbone")
    began = time.monotonic()
    trial = Trial(alone, device, home, None, ALONE)
    setup = time.monotonic() - began
    whole = dict(trial.lesson.splits)
    steps = math.ceil(trial.steps_per_epoch / recipe.workers)
    held_out = len(whole["val"]) + len(whole.get("test", ()))
    decoding = _decoding(trial, np.concatenate([*whole.values()]))
    phases = list(_phases(trial, whole))
    keeping, judging = _keeping(trial)
    learning = sum(
        each.prefix + each.epochs * (steps * each.step + len(whole["val"]) * each.judging) for each in phases
    )
    once = setup + decoding + held_out * judging
    expected = once + learning + keeping * recipe.epochs
    # The last epoch's weights are judged as well, if they are not the best.
    highest = MORE * (expected + held_out * judging)
    shortest = _shortest(recipe)
    return Estimate(
        seconds=_within(recipe, expected),
        seconds_low=_within(recipe, LESS * (once + learning * shortest / recipe.epochs)),
        seconds_high=_within(recipe, highest),
        memory=memory(),
        device=str(device),
        steps=steps * recipe.epochs,
        seconds_per_step=max(each.step for each in phases),
    )


def _shortest(recipe: Recipe) -> int:
    """Epochs after which a run may end by itself."""
    stopping = recipe.early_stopping
    return recipe.epochs if stopping is None else min(recipe.epochs, stopping.patience + 1)


def _within(recipe: Recipe, seconds: float) -> float:
    return seconds if recipe.time_limit is None else min(seconds, recipe.time_limit)


def _phases(trial: Trial, whole: dict[str, np.ndarray]) -> Iterator[Phase]:
    parts = len(trial.net.parts)

    def awake(epoch: int) -> tuple[bool, ...]:
        return tuple(scale > 0 for scale in trial.strategy.lr_scales(parts, epoch))

    rows = [list(epochs) for _, epochs in groupby(range(trial.recipe.epochs), awake)]
    every = math.ceil(len(rows) / PHASES)
    for alike in (rows[at : at + every] for at in range(0, len(rows), every)):
        tried = _phase(trial, alike[0][0], whole)
        yield from (replace(tried, epochs=len(epochs)) for epochs in alike)


def _phase(trial: Trial, epoch: int, whole: dict[str, np.ndarray]) -> Phase:
    """One phase as it begins, on few pictures, and then on as many as can be had in a moment."""
    batch, trial.position.epoch = trial.batch_size, epoch
    few = min(FEW, batch)
    _show_only(trial, whole, FEW, FEW, few)
    trial.begin_epoch(epoch)
    step, judging, making = _step(trial, epoch, few) * batch / few, _judging(trial), _making(trial)
    if step < QUICK:
        slowest = max(step / batch, judging, making)
        most = max(FEW, int(QUICK / slowest))
        _show_only(trial, whole, most, min(most, EVALUATED), batch)
        trial.begin_epoch(epoch)
        step, judging, making = _step(trial, epoch, batch), _judging(trial), _making(trial)
    trial.batch_size = batch
    return Phase(epochs=1, step=step, judging=judging, prefix=making * _lacking(trial, whole))


def _show_only(trial: Trial, whole: dict[str, np.ndarray], train: int, val: int, batch: int) -> None:
    """Some pictures stand for all; in training they come again and again."""
    some, held_out = _some(whole["train"], train), _some(whole["val"], val)
    trial.lesson.canvases.ensure(np.concatenate([some, held_out]))
    trial.lesson.splits = {**whole, "train": np.resize(some, STEPS * batch), "val": held_out}


def _some(indices: np.ndarray, count: int) -> np.ndarray:
    return indices[np.linspace(0, len(indices) - 1, min(count, len(indices))).astype(int)]


def _step(trial: Trial, epoch: int, batch: int) -> float:
    """The seconds of one step of so many pictures, once it is warm; waiting for its pictures included."""
    trial.batch_size, trial.position.batch, taken = batch, 0, []
    began = time.monotonic()
    for fed in trial.batches(epoch):
        trial.learn(fed)
        _wait_for(trial.device)
        taken.append(time.monotonic() - began)
        began = time.monotonic()
        if sum(taken) > QUICK and len(taken) > 1:
            break
    return float(np.mean(taken[1:] or taken))


def _judging(trial: Trial) -> float:
    """The seconds that evaluation takes for a picture."""
    return _second_time(lambda: trial.evaluate("val")) / len(trial.lesson.splits["val"])


def _making(trial: Trial) -> float:
    """The seconds that a picture's features take; none where the whole network learns."""
    feeder = trial.feeder
    if feeder.cut is None:
        return 0.0
    pictures = feeder.plain.pictures(trial.lesson.splits["val"][: trial.plan.eval_batch], 0)
    return _second_time(lambda: feeder.features(pictures)) / len(pictures)


def _lacking(trial: Trial, whole: dict[str, np.ndarray]) -> int:
    """For how many pictures there are no features yet, though they will be kept."""
    feeder = trial.feeder
    return feeder.lacking("val", whole["val"]) + feeder.views * feeder.lacking("train", whole["train"])


def _decoding(trial: Trial, indices: np.ndarray) -> float:
    """Reading the pictures that no run has read before."""
    missing = trial.lesson.canvases.missing(indices)
    if not len(missing):
        return 0.0
    some = _some(missing, EVALUATED // 4)
    return _timed(lambda: trial.lesson.canvases.ensure(some)) * len(missing) / len(some)


def _keeping(trial: Trial) -> tuple[float, float]:
    """What it takes to keep better weights safely on the disk, and to judge a picture with them at the end."""
    trial.best = trial.net.plain_state()
    cache = trial.lesson.home.cache
    with tempfile.TemporaryDirectory(dir=cache if cache.is_dir() else None) as folder:
        keeping = _timed(lambda: _kept(trial, Path(folder)))
    predictor = trial.predictor(trial.best)
    canvases = trial.lesson.canvases[trial.lesson.splits["val"]]
    return keeping, _second_time(lambda: predictor.logits_of(canvases)) / len(canvases)


def _kept(trial: Trial, folder: Path) -> None:
    trial.save_best(folder)
    for path in [*folder.iterdir(), folder]:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _second_time(act: Callable[[], object]) -> float:
    """How long it takes once it is warm; what takes long is not done twice."""
    first = _timed(act)
    return first if first > QUICK else _timed(act)


def _timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def measured_memory(device: torch.device) -> Iterator[Callable[[], int]]:
    """Bytes at the fullest moment of this block: of the GPU where one is used, else of the process."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # Linux: forget the peak until now
    yield lambda: _peak(device)


def _peak(device: torch.device) -> int:
    if device.type == "cuda":
        return peak_memory(device)
    with suppress(OSError, StopIteration):
        lines: Sequence[str] = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
