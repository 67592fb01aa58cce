"""A network that a GPU computes sooner once it is compiled: tried where a run is long enough to repay that.

Compiling takes a minute or so, and what it brings depends on the network and the GPU. So a copy takes steps in both
ways: what was compiled counts only if it gives the same gradients, and if what it spares repays what compiling takes.
Of a small network each step is hundreds of tiny tasks, and a GPU waits for the next one to be handed over: there the
steps are also recorded (CUDA graphs) and handed over as a whole, on the same conditions.
On a processor it spared nothing (docs/log.md, 2026-11-22), so it is not tried there.
"""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
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
RATE = 0.001
"""What weights go against their gradients by between steps."""
STEPS = 5
"""That are timed in each way."""
IN_A_ROW = 4
"""Steps whose gradients are compared: what was recorded is first computed, then recorded, and only then repeated."""
SHORT = 0.05
"""Seconds of a step; one that takes longer hardly waits to be handed over."""
COMPILERS = ("torch._dynamo", "torch._inductor", "torch._functorch")
"""Where errors come from that say nothing of the network."""
WORTH_A_TRY = 200
"""Steps of a run: of fewer, taking some on a copy would be more than 3%."""
FAILURES = (RuntimeError, OSError, ImportError)
"""Of trying: no compiler, or no memory. The network runs as it is."""


def fast(model: nn.Module, graphs: bool = False) -> Pass:
    """Compiled for one form of batch. Chance is drawn as it always is, so that dropout stays where it was."""
    compute = torch.compile(model, dynamic=False, options={"fallback_random": True, "triton.cudagraphs": graphs})
    return _kept_apart(compute) if graphs else compute


def _kept_apart(compute: Pass) -> Pass:
    """What was recorded answers in the same place every time: an answer is copied before the next one lies there."""

    def answer(pictures: torch.Tensor) -> torch.Tensor:
        torch.compiler.cudagraph_mark_step_begin()
        return compute(pictures).clone()

    return answer


@dataclass(frozen=True)
class Tried:
    """Seconds of a step as the network is, compiled, and recorded as well; nothing where that failed or was not tried.

    `took` is what compiling takes.
    """

    as_it_is: float
    compiled: float = 0.0
    took: float = 0.0
    recorded: float = 0.0

    @property
    def graphs(self) -> bool:
        """Whether recording is the quicker way."""
        return 0 < self.recorded < self.compiled

    @property
    def best(self) -> float:
        return self.recorded if self.graphs else self.compiled

    def repays(self, steps: int) -> bool:
        return self.best > 0 and steps * (self.as_it_is - self.best) > self.took

    def __str__(self) -> str:
        if not self.compiled:
            return "compiling it failed"
        way = "compiled and recorded" if self.graphs else "compiled"
        instead = f"{self.best * 1000:.0f} ms instead of {self.as_it_is * 1000:.0f}"
        return f"{way}, a step takes {instead}, and compiling {self.took:.0f} s"


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
            found = copied.compiled(as_it_is)
        except FAILURES:
            return Tried(as_it_is)
        return copied.recorded(found) if 0 < found.compiled < SHORT else found


class _Copy:
    """Takes steps on noise; the run's own network is not touched."""

    def __init__(self, work: Work, precision: str):
        self.work, self.model, self.precision = work, copy.deepcopy(work.net.model), precision
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(name in work.learning)
        self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        set_modes(self.model, drift=False)
        self.start = {name: each.detach().clone() for name, each in self.model.state_dict().items()}
        self.noise = [self._drawn() for _ in range(IN_A_ROW)]
        self.labels = torch.zeros(work.batch_size, dtype=torch.long, device=work.device)

    def _drawn(self) -> torch.Tensor:
        noise = torch.randn(self.work.batch_size, 3, *self.work.net.preparation.size)
        return noise.to(self.work.device).contiguous(memory_format=torch.channels_last)

    def compiled(self, as_it_is: float) -> Tried:
        compute = fast(self.model)
        took = self._timed(compute)
        seconds = self._seconds_if_right(compute)
        return Tried(as_it_is, seconds, took) if seconds else Tried(as_it_is)

    def recorded(self, found: Tried) -> Tried:
        """What recording brings beyond compiling; where it fails, compiling is still worth what it was."""
        try:
            return replace(found, recorded=self._seconds_if_right(fast(self.model, graphs=True)))
        except FAILURES:
            return found
        finally:
            torch.compiler.reset()  # what was recorded holds its memory for as long as it could be repeated

    def _seconds_if_right(self, compute: Pass) -> float:
        wanted, found = self._gradients(self.model), self._gradients(compute)
        alike = all((b - a).norm() <= SAME * a.norm() for a, b in zip(wanted, found, strict=True))
        return self.seconds(compute) if alike else 0.0  # NaN is like nothing

    def seconds(self, compute: Pass) -> float:
        """Of a step, once it is warm."""
        self._timed(compute)
        return median(self._timed(compute) for _ in range(STEPS))

    def _timed(self, compute: Pass) -> float:
        wait_for(self.work.device)
        began = time.perf_counter()
        self._step(compute, self.noise[0])
        wait_for(self.work.device)
        return time.perf_counter() - began

    def _gradients(self, compute: Pass) -> list[torch.Tensor]:
        """Of some steps in a row as a run takes them: pictures and weights are others in each."""
        self.model.load_state_dict(self.start)
        return [self._step(compute, pictures) for pictures in self.noise]

    def _step(self, compute: Pass, pictures: torch.Tensor) -> torch.Tensor:
        """Against all gradients; these, one after the other."""
        torch.manual_seed(0)
        self.model.zero_grad(set_to_none=True)
        with torch.autocast(self.work.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
            logits = compute(pictures)
        functional.cross_entropy(logits.float(), self.labels).backward()
        learning = [each for each in self.model.parameters() if each.grad is not None]
        with torch.no_grad():
            for each in learning:
                each.sub_(RATE * each.grad)  # type: ignore[operator]
        return torch.cat([each.grad.flatten() for each in learning])  # type: ignore[union-attr]


class Compiled:
    """A network that whole batches in training pass through compiled; all else passes through it as it is.

    Other forms of batches would be compiled anew, and answers stay what the network itself says.
    """

    def __init__(self, model: nn.Module, form: tuple[int, ...], graphs: bool = False):
        self._model, self._fast, self._form = model, fast(model, graphs), form

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        if torch.is_grad_enabled() and tuple(pictures.shape) == self._form:
            try:
                return self._fast(pictures)
            except RuntimeError as error:
                if not type(error).__module__.startswith(COMPILERS):
                    raise
                self._form = ()  # a run that goes on elsewhere may find no compiler there
        return self._model(pictures)
