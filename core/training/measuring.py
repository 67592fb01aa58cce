"""What an estimate is made of: moments of the real work, timed, and what they say of the whole."""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.home import Home
from core.recipe import Recipe
from core.training.environment import peak_memory
from core.training.lesson import Lesson
from core.training.surroundings import given_back

FEW = 8
"""Pictures that the first try is made with: even a large network on a small machine takes only seconds for them."""
QUICK = 1.0
"""Seconds within which a thing is worth being tried at its full size."""
EVALUATED = 512
PHASES = 5
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
    """Of an optimizer; of a search, the candidates."""
    seconds_per_step: float
    """In the phase in which a step takes longest."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def of_epochs(recipe: Recipe, *, once: float, learning: float, judged_again: float, **known: Any) -> Estimate:
    """From the seconds of what is done once and of what all epochs take.

    It is less where a run may end early, and more where the last epoch's weights are not the best: then they are judged
    too, for as long as it takes to judge what is held out again.
    """
    return Estimate(
        seconds=within(recipe, once + learning),
        seconds_low=within(recipe, LESS * (once + learning * _shortest(recipe) / recipe.epochs)),
        seconds_high=within(recipe, MORE * (once + learning + judged_again)),
        **known,
    )


def _shortest(recipe: Recipe) -> int:
    """Epochs after which a run may end by itself."""
    stopping = recipe.early_stopping
    return recipe.epochs if stopping is None else min(recipe.epochs, stopping.patience + 1)


def within(recipe: Recipe, seconds: float) -> float:
    return seconds if recipe.time_limit is None else min(seconds, recipe.time_limit)


def phases(epochs: int, pace: Callable[[int], Hashable]) -> Iterator[tuple[int, list[int]]]:
    """Epochs in a row at the same pace, in groups: the epoch to be tried, and how many epochs each row has."""
    rows = [list(row) for _, row in groupby(range(epochs), pace)]
    every = -(-len(rows) // PHASES)
    for alike in (rows[at : at + every] for at in range(0, len(rows), every)):
        yield alike[0][0], [len(row) for row in alike]


def some(indices: np.ndarray, count: int) -> np.ndarray:
    return indices[np.linspace(0, len(indices) - 1, min(count, len(indices))).astype(int)]


def decoding(lesson: Lesson, indices: np.ndarray) -> float:
    """Reading the pictures that no run has read before."""
    missing = lesson.canvases.missing(indices)
    if not len(missing):
        return 0.0
    few = some(missing, EVALUATED // 4)
    return timed(lambda: lesson.canvases.ensure(few)) * len(missing) / len(few)


def keeping(save: Callable[[Path], object], home: Home) -> float:
    """What it takes to keep something safely on the disk."""
    with tempfile.TemporaryDirectory(dir=home.cache if home.cache.is_dir() else None) as folder:
        return timed(lambda: _kept(save, Path(folder)))


def _kept(save: Callable[[Path], object], folder: Path) -> None:
    save(folder)
    for path in [*folder.iterdir(), folder]:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def second_time(act: Callable[[], object]) -> float:
    """How long it takes once it is warm; what takes long is not done twice."""
    first = timed(act)
    return first if first > QUICK else timed(act)


def timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def measured(device: torch.device) -> Iterator[Callable[[], int]]:
    """Bytes at the fullest moment of this block: of the GPU where one is used, else of the process.

    A trial sets as many threads as its plan asks for, and holds memory; both are given back.
    """
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # Linux: forget the peak until now
    with given_back():
        yield lambda: _peak(device)


def _peak(device: torch.device) -> int:
    if device.type == "cuda":
        return peak_memory(device)
    with suppress(OSError, StopIteration):
        lines: Sequence[str] = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
