"""What is measured or counted once and then kept: how a run is computed, which changes nothing that it asks for.

No single setting is right for every network and machine, so runs compare as many as they are long enough for
(calibrating.py), and what was found is remembered (remembered.py). What was chosen, and why, is stored with the run; a
resume reads it and never measures.
"""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch

from core.recipe import Recipe
from core.training.calibrating import EVALUATED, Measured, Setting, Work, calibrated
from core.training.compiling import tried
from core.training.counting import FORWARD_AND_BACKWARD
from core.training.hardware import CLEARLY, gain_of_bf16, has_large_products_alone
from core.training.memory import ran_out
from core.training.remembered import keep, keep_compiling, keep_gain, recall, recall_compiling, recall_gain

WORTH_MEASURING = 4500
"""Pictures in steps of the whole network; a comparison is about as dear as 130 of them, 3% of these."""

WORTH_A_GLANCE = 1200
"""The same for comparing precisions alone, which is about as dear as 35."""

FREE = frozenset({"precision", "memory_format", "threads"})
"""What a comparison may change; a precision that the recipe names stays."""

SMALL_STEP = 5e9
"""Operations per step under which threads wait for each other longer than they help, and measuring is not worth it."""

USUAL_PACE = 2e11
"""Operations per second that are reckoned with where nobody has measured: one core, convolving in float32."""


@dataclass(frozen=True)
class Plan:
    """How a run is computed: nothing here changes what the recipe asks for."""

    precision: str = "float32"
    memory_format: str = "channels_last"
    threads: int = 2
    eval_batch: int = 128
    cache: bool = True
    compute_threads: int = 1
    """torch's threads: sums depend on how many share them, so a resume uses as many."""
    pace: float = USUAL_PACE
    """Operations per second without a way back: what decides whether features are kept."""
    compiled: bool = False
    """Whether whole batches pass through a compiled network while it learns."""
    graphs: bool = False
    """Whether what was compiled is recorded too, and handed to the GPU as a whole."""
    why: str = "nothing was measured"

    @property
    def layout(self) -> torch.memory_format:
        return Setting(memory_format=self.memory_format).layout

    def computing(self, device: torch.device) -> AbstractContextManager[object]:
        """The precision, for as long as something is computed in it."""
        return torch.autocast(device.type, torch.bfloat16) if self.precision == "bf16" else nullcontext()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Plan":
        """What another version planned beyond this is passed over."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in given.items() if name in known})


def make_plan(recipe: Recipe, work: Work, cache: Path) -> Plan:
    """The plan of a new run; what is measured for it is remembered in the cache."""
    if work.device.type != "cpu":
        return _compiled_if_it_pays(_of_accelerator(recipe, work.device), work, cache)
    asked = recipe.precision != "auto"
    start = Setting("float32" if not asked else recipe.precision, threads=torch.get_num_threads())
    if FORWARD_AND_BACKWARD * work.batch_size * work.net.operations < SMALL_STEP:
        why = f"{start.precision} on one thread: a step is too small to gain from anything else"
        return Plan(precision=start.precision, why=why)
    free = FREE - {"precision"} if asked else FREE
    return _of_processor(replace(work, start=start, free=free), cache)


def _of_accelerator(recipe: Recipe, device: torch.device) -> Plan:
    plan = Plan(compute_threads=torch.get_num_threads())
    if recipe.precision != "auto":
        return replace(plan, precision=recipe.precision, why="the recipe says so")
    if device.type == "cuda":
        precision = "bf16" if torch.cuda.is_bf16_supported() else "float32"
        return replace(plan, precision=precision, why=f"this GPU computes {precision} in hardware")
    return replace(plan, why="float32 is what this device computes best")


def _compiled_if_it_pays(plan: Plan, work: Work, cache: Path) -> Plan:
    if work.device.type != "cuda" or not work.whole:
        return plan
    found = recall_compiling(cache, work, plan.precision)
    if found is None and (found := tried(work, plan.precision)) and found.compiled:
        keep_compiling(cache, work, plan.precision, found)
    if found is None:
        return replace(plan, why=f"{plan.why}; {work.whole} steps are too few to repay compiling")
    repays = found.repays(work.whole)
    return replace(plan, compiled=repays, graphs=repays and found.graphs, why=f"{plan.why}; {found}")


def _of_processor(work: Work, cache: Path) -> Plan:
    """As it was found, now or earlier; as usual where it was not."""
    for each, worth in ((work, WORTH_MEASURING), (work.at_a_glance, WORTH_A_GLANCE)):
        if found := recall(cache, each):
            return _as_found(work, found, f"{found}; it was measured by an earlier run")
        if each.free and work.pictures >= worth:
            return _compared(each, cache)
    return _unmeasured(work, cache)


def _unmeasured(work: Work, cache: Path) -> Plan:
    """As usual; in bf16, where that is known to be quicker without a look at this network."""
    why = f"{work.steps} steps of the whole network are too few to compare others"
    if "precision" in work.free and has_large_products_alone(work.net.model):
        gain = _gain_of_bf16(cache, work.start.threads)
        if gain >= CLEARLY and _saves_time(work, gain):
            work = replace(work, start=replace(work.start, precision="bf16"))
            why = f"{why}, and this processor convolves {gain:.1f} times as quickly as in float32"
    return _as_usual(work, why)


def _saves_time(work: Work, gain: float) -> bool:
    """Whether it makes good for looking once more, in float32, at what is judged: answers are given in that."""
    passes = FORWARD_AND_BACKWARD * work.pictures + work.judged_once
    return passes * (1 - 1 / gain) > work.judged_once


def _gain_of_bf16(cache: Path, threads: int) -> float:
    known = recall_gain(cache, threads)
    if known is None:
        keep_gain(cache, threads, known := gain_of_bf16(threads))
    return known


def _compared(work: Work, cache: Path) -> Plan:
    try:
        found = calibrated(work)
    except (RuntimeError, MemoryError) as error:
        if not ran_out(error):
            raise
        return _as_usual(work, "there was not enough memory to compare")
    keep(cache, work, found)
    return _as_found(work, found, str(found))


def _as_usual(work: Work, why: str) -> Plan:
    start = work.start
    return Plan(start.precision, eval_batch=EVALUATED[0], compute_threads=start.threads, why=f"{start}: {why}")


def _as_found(work: Work, found: Measured, why: str) -> Plan:
    return Plan(
        precision=found.setting.precision,
        memory_format=found.setting.memory_format,
        eval_batch=found.eval_batch,
        compute_threads=found.setting.threads,
        pace=work.net.operations / found.pace,
        why=f"{found.setting}: {why}",
    )
