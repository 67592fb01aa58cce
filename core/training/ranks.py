"""A team of processes that torch.distributed connects.

Whoever starts the processes opens the process group (gloo on CPUs, nccl on GPUs) and gives each its device; then every
process makes a `Ranks` and hands it to `train`. The tensors of a step travel over that group; all else goes over a
second one, on the CPU, so that agreeing on a verdict never waits for a GPU. Members wait for each other only there, and
for at most `PATIENCE`; the given group's own timeout need only outlast one step. A process that dies is noticed
at once, one that hangs after that time; whoever started them then ends the others.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import distributed

from core.errors import TrainingError
from core.training.team import VERDICTS, Verdict

PATIENCE = timedelta(hours=1)
"""How long members wait for one that stores a snapshot, makes a plan, or decodes pictures for the first time."""

AT_ONCE = 2**24
"""Numbers that travel together: what is copied for the way must fit into memory beside the network."""


class Ranks:
    """This process's place in the team; all processes make one at the same time."""

    def __init__(self, patience: timedelta = PATIENCE):
        self.rank, self.size = distributed.get_rank(), distributed.get_world_size()
        self._control = self._meet(distributed.new_group, backend="gloo", timeout=patience)

    def share(self, numbers: np.ndarray) -> np.ndarray:
        return shares_of(numbers, self.size)[self.rank]

    def total(self, tensors: Sequence[torch.Tensor]) -> None:
        for some in _together(tensors):
            flat = torch.cat([each.reshape(-1) for each in some])
            self._meet(distributed.all_reduce, flat)
            for each, summed in zip(some, flat.split([each.numel() for each in some]), strict=True):
                each.copy_(summed.view_as(each))

    def summed(self, figures: Sequence[float]) -> list[float]:
        return self._reduced(figures, distributed.ReduceOp.SUM)

    def agree(self, verdict: Verdict) -> Verdict:
        return VERDICTS[int(self._reduced([VERDICTS.index(verdict)], distributed.ReduceOp.MAX)[0])]

    def told(self, content: bytes) -> bytes:
        length = int(self.summed([len(content) if self.rank == 0 else 0])[0])
        said = torch.frombuffer(bytearray(content), dtype=torch.uint8) if self.rank == 0 else None
        told = torch.empty(length, dtype=torch.uint8) if said is None else said
        self._meet(distributed.broadcast, told, src=0, group=self._control)
        return told.numpy().tobytes()

    @contextmanager
    def handed(self, folder: Path | None) -> Iterator[Path | None]:
        """A copy for all but the first: they may be on other machines."""
        names = json.loads(self.told(json.dumps(_names_in(folder)).encode()))
        if names is None:
            yield None
            return
        with tempfile.TemporaryDirectory() as copies:
            for name in names:
                content = self.told((folder / name).read_bytes() if folder and self.rank == 0 else b"")
                if self.rank:
                    (Path(copies) / name).write_bytes(content)
            yield Path(copies) if self.rank else folder

    def _reduced(self, figures: Sequence[float], how: Any) -> list[float]:
        shared = torch.tensor(figures, dtype=torch.float64)
        self._meet(distributed.all_reduce, shared, how, group=self._control)
        return shared.tolist()

    def _meet(self, meeting: Callable[..., Any], *args: Any, **options: Any) -> Any:
        try:
            return meeting(*args, **options)
        except RuntimeError as error:
            said = (str(error).strip().splitlines() or ["no reason given"])[0].rstrip(".")
            message = f"One of the {self.size} processes of this run has ended or does not answer ({said})."
            raise TrainingError(message) from error


def shares_of(numbers: np.ndarray, size: int) -> list[np.ndarray]:
    """As even as can be, but never a single one while there are more: BatchNorm cannot learn from one picture."""
    sharing = max(1, min(size, len(numbers) // 2))
    return [*np.array_split(numbers, sharing), *[numbers[:0]] * (size - sharing)]


def _names_in(folder: Path | None) -> list[str] | None:
    if folder is None:
        return None
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def _together(tensors: Sequence[torch.Tensor]) -> Iterator[list[torch.Tensor]]:
    """The tensors in their order, in lots of about as many numbers as may travel at once."""
    some: list[torch.Tensor] = []
    room = AT_ONCE
    for each in tensors:
        some.append(each)
        room -= each.numel()
        if room <= 0:
            yield some
            some, room = [], AT_ONCE
    if some:
        yield some
