"""A network that a GPU computes sooner once it is compiled: tried where a run is long enough to repay that.

Compiling takes a minute or so, and what it brings depends on the network and the GPU. So a copy takes steps in both
ways: what was compiled counts only if it gives the same gradients, and if what it spares repays what compiling takes.
On a processor it spared nothing (docs/log.md, 2026-11-22), so it is not tried there.
"""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import torch
from torch import nn
from torch.nn import functional

from core.training.calibrating import Work, undisturbed
from core.training.measuring import wait_for
from core.training.modes import set_modes

Pass = Callable[[torch.Tensor], torch.Tensor]

USUALLY_TAKES = 60.0
"""Seconds that compiling is reckoned with before it was tried."""
SPARES_AT_MOST = 0.3
"""Of a step: a run that even this would not repay does not try it."""
SAME = 0.05
"""Of the length of all gradients: half precision rounds elsewhere once operations are fused."""
STEPS = 5
"""That are timed in each way."""
COMPILERS = ("torch._dynamo", "torch._inductor", "torch._functorch")
"""Where errors come from that say nothing of the network."""
WORTH_A_TRY = 200
"""Steps of a run: of fewer, taking some on a copy would be more than 3%."""


def fast(model: nn.Module) -> Pass:
    """Compiled for one form of batch. Chance is drawn as it always is, so that dropout stays where it was."""
    return torch.compile(model, dynamic=False, options={"fallback_random": True})


@dataclass(frozen=True)
class Tried:
    """Seconds of a step as the network is and compiled, and what compiling took; nothing where it failed."""

    as_it_is: float
    compiled: float = 0.0
    took: float = 0.0

    def repays(self, steps: int) -> bool:
        return self.compiled > 0 and steps * (self.as_it_is - self.compiled) > self.took

    def __str__(self) -> str:
        if not self.compiled:
            return "compiling it failed"
        instead = f"{self.compiled * 1000:.0f} ms instead of {self.as_it_is * 1000:.0f}"
        return f"compiled, a step takes {instead}, and compiling {self.took:.0f} s"


def tried(work: Work, precision: str) -> Tried | None:
    """What compiling brings to this work; None where its steps are too few to repay it, whatever it brings."""
    if work.whole < WORTH_A_TRY:
        return None
    as_it_is = 0.0
    with undisturbed():
        try:
            copied = _Copy(work, precision)
            as_it_is = copied.seconds(copied.model)
            if work.whole * SPARES_AT_MOST * as_it_is < USUALLY_TAKES:
                return None
            return copied.compiled(as_it_is)
        except (RuntimeError, OSError, ImportError):  # no compiler, or no memory: the network runs as it is
            return Tried(as_it_is)


class _Copy:
    """Takes steps on noise; the run's own network is not touched."""

    def __init__(self, work: Work, precision: str):
        self.work, self.model, self.precision = work, copy.deepcopy(work.net.model), precision
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(name in work.learning)
        self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        set_modes(self.model, drift=False)
        noise = torch.randn(work.batch_size, 3, *work.net.preparation.size).to(work.device)
        self.inputs = noise.contiguous(memory_format=torch.channels_last)
        self.labels = torch.zeros(work.batch_size, dtype=torch.long, device=work.device)

    def compiled(self, as_it_is: float) -> Tried:
        compute = fast(self.model)
        took = self._timed(compute)
        if not self._same_gradients(compute):
            return Tried(as_it_is)
        return Tried(as_it_is, self.seconds(compute), took)

    def seconds(self, compute: Pass) -> float:
        """Of a step, once it is warm."""
        self._timed(compute)
        return median(self._timed(compute) for _ in range(STEPS))

    def _timed(self, compute: Pass) -> float:
        wait_for(self.work.device)
        began = time.perf_counter()
        self._step(compute)
        wait_for(self.work.device)
        return time.perf_counter() - began

    def _step(self, compute: Pass) -> torch.Tensor:
        """All gradients, one after the other."""
        torch.manual_seed(0)
        self.model.zero_grad(set_to_none=True)
        with torch.autocast(self.work.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
            logits = compute(self.inputs)
        functional.cross_entropy(logits.float(), self.labels).backward()
        found = [each.grad for each in self.model.parameters() if each.grad is not None]
        return torch.cat([each.flatten() for each in found])

    def _same_gradients(self, compute: Pass) -> bool:
        wanted, found = self._step(self.model), self._step(compute)
        return bool((found - wanted).norm() <= SAME * wanted.norm())


class Compiled:
    """A network that whole batches in training pass through compiled; all else passes through it as it is.

    Other forms of batches would be compiled anew, and answers stay what the network itself says.
    """

    def __init__(self, model: nn.Module, form: tuple[int, ...]):
        self._model, self._fast, self._form = model, fast(model), form

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        if torch.is_grad_enabled() and tuple(pictures.shape) == self._form:
            try:
                return self._fast(pictures)
            except RuntimeError as error:
                if not type(error).__module__.startswith(COMPILERS):
                    raise
                self._form = ()  # a run that goes on elsewhere may find no compiler there
        return self._model(pictures)
