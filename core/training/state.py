"""Everything that a run needs to go on as if it had never stopped, and writing and reading it.

Chance is addressed (core/data/batches.py), a phase is a function of the epoch, and the schedule of the losses so far;
so the state is small: weights, the optimizer's memory, the regularizers' states, the best weights, and a position.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from core.errors import TrainingError
from core.training.weights import Tensors, hash_of, read_tensors, write_tensors

TENSORS, POSITION = "state.safetensors", "position.json"


@dataclass
class Position:
    """Where a run is: what cannot be computed from the recipe."""

    epoch: int = 0
    batch: int = 0
    """Batches of this epoch that are done."""
    step: int = 0
    elapsed: float = 0.0
    val_losses: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    best_rank: list[float] | None = None
    """What the best epoch is compared by: smaller is better."""
    waited: int = 0
    """Epochs since then."""
    pieces: int = 1
    """Parts that each batch is computed in, so that it fits into memory."""
    kept: dict[str, bool] = field(default_factory=dict)
    """Which features of what is frozen were found worth keeping, and which not: decided once."""
    recent_loss: float | None = None
    sums: dict[str, float] = field(default_factory=dict)
    """This epoch's totals so far: losses, right answers, gradient norms, seconds."""
    seconds: dict[str, float] = field(default_factory=dict)
    fingerprint: str = ""
    weights: str = ""

    def add(self, name: str, value: float) -> None:
        """Count something in this epoch's totals."""
        self.sums[name] = self.sums.get(name, 0.0) + value

    def count(self, losses: Mapping[str, float], right: float, pictures: int) -> None:
        """Count a step in this epoch's totals: the parts of its loss, each a mean over its pictures."""
        for name, loss in losses.items():
            self.add(f"loss {name}", loss * pictures)
        self.add("right", right)
        self.add("pictures", pictures)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Count the seconds spent on something, in this epoch and in the run."""
        began = time.monotonic()
        try:
            yield
        finally:
            spent = time.monotonic() - began
            self.add(f"seconds {what}", spent)
            self.seconds[what] = self.seconds.get(what, 0.0) + spent


def write_state(folder: Path, tensors: dict[str, Tensors], position: Position) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    flat = {
        f"{kind}/{name}": each.detach().cpu().contiguous()
        for kind, group in tensors.items()
        for name, each in group.items()
    }
    write_tensors({name: each.clone() for name, each in flat.items()}, folder / TENSORS)
    document = {**asdict(position), "hash": hash_of(flat)}
    (folder / POSITION).write_text(json.dumps(document), encoding="utf-8")


def read_state(folder: Path) -> tuple[dict[str, Tensors], Position]:
    flat = read_tensors(folder / TENSORS)
    try:
        document: dict[str, Any] = json.loads((folder / POSITION).read_text(encoding="utf-8"))
        whole, position = document.pop("hash") == hash_of(flat), _position(document)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise TrainingError(f"The snapshot in {folder.name} cannot be read ({error!r}); start the run anew.") from None
    if not whole:
        raise TrainingError(
            f"The snapshot in {folder.name} is torn: its weights are not those that were saved with it."
        )
    tensors: dict[str, Tensors] = {}
    for name, tensor in flat.items():
        kind, _, rest = name.partition("/")
        tensors.setdefault(kind, {})[rest] = tensor
    return tensors, position


def _position(document: Mapping[str, Any]) -> Position:
    position = Position(**document)
    if position.best_rank and len(position.best_rank) == 2:  # of a time when every epoch was ready to be the best
        position.best_rank = [0.0, *position.best_rank]
    return position


def optimizer_memory(optimizer: torch.optim.Optimizer) -> Tensors:
    """What the optimizer remembers of each parameter, by the parameter's name."""
    return {
        f"{name}/{key}": torch.as_tensor(value)
        for group in optimizer.param_groups
        for name, parameter in zip(group["names"], group["params"], strict=True)
        for key, value in optimizer.state.get(parameter, {}).items()
        if value is not None
    }


def remind_optimizer(optimizer: torch.optim.Optimizer, memory: Tensors) -> None:
    for group in optimizer.param_groups:
        for name, parameter in zip(group["names"], group["params"], strict=True):
            own = {key.rpartition("/")[2]: value for key, value in memory.items() if key.rpartition("/")[0] == name}
            if own:
                optimizer.state[parameter] = {key: _laid_out(value, parameter) for key, value in own.items()}


def _laid_out(value: torch.Tensor, parameter: torch.Tensor) -> torch.Tensor:
    """In memory as the parameter lies there: a fused step walks over both without asking for their strides."""
    if value.shape == parameter.shape:
        return torch.empty_like(parameter, requires_grad=False).copy_(value)
    return value.to(parameter.device)
