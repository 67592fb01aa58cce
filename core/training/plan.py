"""What is measured once and then kept: precision, memory format, threads, the evaluation batch, caching.

No single setting is right for every network and machine, so the candidates take a few real training steps each. What
was chosen, and why, is stored with the run; a resume reads it and never measures again.
"""

import copy
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from core.recipe import Recipe
from core.training.memory import ran_out
from core.training.model import Net
from core.training.modes import at_rest

WORTH_MEASURING = 130
"""Steps under which a comparison, which takes four, would cost more than 3% of the run."""

SMALL_STEP = 5e9
"""Operations per step under which threads wait for each other longer than they help, and measuring is not worth it."""

FORWARD_AND_BACKWARD = 3
"""A step costs about three forward passes."""

WORTH_CHANGING = 1.15
"""How much faster bf16 must be before a run gives up float32."""


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
    why: str = "nothing was measured"

    @property
    def layout(self) -> torch.memory_format:
        return torch.channels_last if self.memory_format == "channels_last" else torch.contiguous_format

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Plan":
        """What another version planned beyond this is passed over."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in given.items() if name in known})


def make_plan(
    recipe: Recipe, net: Net, device: torch.device, steps: int, batch_size: int, tried: int | None = None
) -> Plan:
    """The plan of a new run of so many steps; `tried` is how many pictures measuring takes, if not a whole batch."""
    small = operations_per_step(net.model, net.preparation.size, batch_size) < SMALL_STEP
    fixed = Plan(compute_threads=1 if small else torch.get_num_threads())
    if recipe.precision != "auto":
        return replace(fixed, precision=recipe.precision, why="the recipe says so")
    if device.type == "mps":
        return replace(fixed, why="float32 is what this device computes best")
    if device.type == "cuda":
        precision = "bf16" if torch.cuda.is_bf16_supported() else "float32"
        return replace(fixed, precision=precision, why=f"this GPU computes {precision} in hardware")
    if small:
        return replace(fixed, why="float32 on one thread: a step is too small to gain from anything else")
    return _measured(net, device, steps, min(batch_size, tried or batch_size), fixed)


def operations_per_step(model: nn.Module, size: tuple[int, int], batch_size: int) -> float:
    """About how many additions and multiplications a training step takes: counted, so that it is always the same."""
    done: list[float] = []

    def count(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        weight = module.weight
        done.append(output.numel() * weight.numel() / weight.shape[0])  # type: ignore[union-attr, operator]

    layers = [module for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    parameter = next(model.parameters())
    with at_rest(model), torch.no_grad():
        model(torch.zeros(1, 3, *size, device=parameter.device, dtype=parameter.dtype))
    for hook in hooks:
        hook.remove()
    return FORWARD_AND_BACKWARD * 2 * sum(done) * batch_size


def _measured(net: Net, device: torch.device, steps: int, batch_size: int, fixed: Plan) -> Plan:
    if steps < WORTH_MEASURING:
        return replace(fixed, why=f"float32: {steps} steps of the whole network are too few to repay a comparison")
    try:
        slow, quick = (_seconds_per_step(net, device, batch_size, each) for each in ("float32", "bf16"))
    except RuntimeError as error:
        if not ran_out(error):
            raise
        return replace(fixed, why="float32: there was not enough memory to compare")
    precision = "bf16" if slow / quick >= WORTH_CHANGING else "float32"
    why = f"{precision}: a step took {slow * 1000:.0f} ms in float32 and {quick * 1000:.0f} ms in bf16"
    return replace(fixed, precision=precision, why=why)


def _seconds_per_step(net: Net, device: torch.device, batch_size: int, precision: str) -> float:
    """One step on noise after another that warms up, on a copy: the run itself is not touched."""
    generator = torch.Generator().manual_seed(0)
    pictures = torch.randn(batch_size, 3, *net.preparation.size, generator=generator).to(device)
    pictures = pictures.contiguous(memory_format=torch.channels_last)
    labels = torch.zeros(batch_size, dtype=torch.long, device=device)
    model = copy.deepcopy(net.model)
    before = torch.get_rng_state()

    def step() -> None:
        with at_rest(model), torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
            loss = functional.cross_entropy(model(pictures).float(), labels)
        loss.backward()

    seconds = min(_timed(step) for _ in range(2))
    torch.set_rng_state(before)
    return seconds


def _timed(step: Callable[[], None]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began
