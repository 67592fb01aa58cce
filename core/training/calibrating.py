"""Which way of computing a network is quickest here: precision, memory format, threads and evaluation's batch.

One change after the other is tried on what has been quickest so far, by real steps of a copy on a few pictures of
noise. What is clearly slower in its first step is dropped then. A glance tries the precision alone, on fewer pictures.
"""

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.nn import functional

from core.training.folding import lightened
from core.training.model import Net
from core.training.modes import at_rest, set_modes
from core.training.splitting import cut_below

FEW, FEWEST = 8, 4
"""Pictures in a step that is tried: as telling as a whole batch, and a run's time is not spent on trying."""

CLEARLY_SLOWER = 1.3
"""A first step that takes so many times the quickest one is the last: even without what is done but once, it loses."""

CHANGES: tuple[tuple[str, Any, float], ...] = (
    ("precision", "bf16", 1.15),
    ("memory_format", "contiguous", 1.05),
    ("threads", 1, 1.05),
)
"""What is tried, and how many times quicker it must be: what changes results more than what does not."""

EVALUATED = (32, 64, 128)
"""Batches without a way back, tried in this order for as long as each is quicker than the one before."""

LARGER_IS_WORTH = 1.05


@dataclass(frozen=True)
class Setting:
    """One way to compute."""

    precision: str = "float32"
    memory_format: str = "channels_last"
    threads: int = 1

    @property
    def layout(self) -> torch.memory_format:
        return torch.channels_last if self.memory_format == "channels_last" else torch.contiguous_format

    def __str__(self) -> str:
        form = self.memory_format.replace("_", " ")
        return f"{self.precision}, {form}, {self.threads} {'thread' if self.threads == 1 else 'threads'}"


@dataclass(frozen=True)
class Work:
    """What a run computes again and again, and how it may."""

    net: Net
    device: torch.device
    learning: frozenset[str]
    """The parameters that learn in any epoch."""
    kept: bool
    """Whether a step begins with what the frozen part made of the pictures once."""
    batch_size: int
    steps: int
    """About how many compute the whole network."""
    start: Setting = Setting()
    free: frozenset[str] = frozenset()
    """What of the setting may be changed."""
    few: int = FEW
    """Pictures in a step that is tried."""
    evaluated: tuple[int, ...] = EVALUATED
    """Batches to be tried in evaluation, the first for want of better; none is, if there are none."""
    whole: int = 0
    """How many learn with all of it, from whole batches of pictures at their full size."""
    judged_once: int = 0
    """Pictures to be judged whose features are kept: of float32, those that the final answers come from too."""

    @property
    def pictures(self) -> int:
        return self.steps * self.batch_size

    @property
    def at_a_glance(self) -> "Work":
        """The same, of which only the precision is to be found: it matters most by far."""
        return replace(self, free=self.free & {"precision"}, few=FEWEST, evaluated=())

    @property
    def head_only(self) -> bool:
        return self.learning <= self.net.head


@dataclass(frozen=True)
class Measured:
    """What was found to be quickest, and what everything that was tried took."""

    setting: Setting
    eval_batch: int
    pace: float
    """Seconds that evaluation takes for a picture."""
    seconds: dict[str, float]
    """Of a step of a few pictures, by setting."""

    def __str__(self) -> str:
        took = "; ".join(f"{seconds * 1000:.0f} ms as {setting}" for setting, seconds in self.seconds.items())
        return f"a step of a few pictures took {took}"


def calibrated(work: Work) -> Measured:
    """The quickest way to do this work."""
    with undisturbed():
        trial = _Trial(work)
        best, seconds = _quickest(trial)
        eval_batch, pace = _largest_worth(trial, best)
    return Measured(best, eval_batch, pace, {str(setting): spent for setting, spent in seconds.items()})


def _quickest(trial: "_Trial") -> tuple[Setting, dict[Setting, float]]:
    best = trial.work.start
    seconds = {best: min(trial.step(best), trial.step(best))}
    for name, value, worth in CHANGES:
        other = replace(best, **{name: value})
        if name not in trial.work.free or other == best:
            continue
        seconds[other] = trial.step(other)
        if seconds[other] < CLEARLY_SLOWER * seconds[best]:
            seconds[other] = min(seconds[other], trial.step(other))
        if seconds[best] >= worth * seconds[other]:
            best = other
    return best, seconds


def _largest_worth(trial: "_Trial", setting: Setting) -> tuple[int, float]:
    """Evaluation's batch, larger only where that is quicker, and the seconds that a picture takes in it."""
    if not trial.work.evaluated:
        return EVALUATED[0], trial.evaluation(setting, trial.work.few)
    best, *others = trial.work.evaluated
    pace = trial.evaluation(setting, best)
    for larger in others:
        found = trial.evaluation(setting, larger)
        if pace < LARGER_IS_WORTH * found:
            break
        best, pace = larger, found
    return best, pace


class _Trial:
    """A copy of a network that takes steps on noise as a run would; the run's own is not touched."""

    def __init__(self, work: Work):
        self.work, self.model = work, copy.deepcopy(work.net.model)
        self.inputs = self._noise(max(2, min(work.few, work.batch_size)))
        self.compute: Callable[[torch.Tensor], torch.Tensor] = self.model
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(name in work.learning)
        if work.head_only:
            self.model = self.compute = lightened(self.model.eval(), work.net.preparation.size)
        elif work.kept:
            self._begin_above_what_is_frozen()

    def _begin_above_what_is_frozen(self) -> None:
        with at_rest(self.model), torch.no_grad():
            if cut := cut_below(self.model, self.work.learning, self.inputs[:2]):
                self.inputs, self.compute = cut.prefix(self.inputs), cut.suffix

    def step(self, setting: Setting) -> float:
        """The seconds of one step; of a head on frozen features, of the features."""
        if self.work.head_only:
            return self._forward(setting, self.inputs)
        set_modes(self.model, drift=False)
        labels = torch.zeros(len(self.inputs), dtype=torch.long, device=self.work.device)

        def act(inputs: torch.Tensor) -> None:
            functional.cross_entropy(self.compute(inputs).float(), labels).backward()

        seconds = self._timed(setting, self.inputs, act)
        self.model.zero_grad(set_to_none=True)
        return seconds

    def evaluation(self, setting: Setting, batch: int) -> float:
        """The seconds that a picture takes in a batch of so many."""
        return self._forward(setting, self._noise(batch)) / batch

    def _forward(self, setting: Setting, pictures: torch.Tensor) -> float:
        with at_rest(self.model):
            return self._timed(setting, pictures, torch.inference_mode()(self.model))

    def _timed(self, setting: Setting, inputs: torch.Tensor, act: Callable[[torch.Tensor], object]) -> float:
        torch.set_num_threads(setting.threads)
        self.model.to(memory_format=setting.layout)  # type: ignore[call-overload]
        if inputs.dim() == 4:
            inputs = inputs.contiguous(memory_format=setting.layout)
        with torch.autocast(self.work.device.type, torch.bfloat16, enabled=setting.precision == "bf16"):
            began = time.perf_counter()
            act(inputs)
            return time.perf_counter() - began

    def _noise(self, count: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(0)
        return torch.randn(count, 3, *self.work.net.preparation.size, generator=generator).to(self.work.device)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Trying draws none of the run's chance, and leaves the threads as they were."""
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_rng_state(before)
        torch.set_num_threads(threads)
