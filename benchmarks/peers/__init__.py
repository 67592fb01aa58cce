"""The loops that people would use otherwise, as their documentation shows them, at their defaults and at their best.

A peer is given a task and tells the seconds of its epochs, training and validation together. Only its epochs count:
loading, building and the first epoch, in which everything warms up, do not.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
WORKERS = 4
"""Processes that load pictures: what the tutorial and timm's script take without being asked. `Trainer` takes none."""

PEERS = {"tutorial": ["torch"], "timm": ["timm"], "fastai": ["fastai"], "trainer": ["accelerate", "transformers"]}
"""Those there are, each with what must be installed for it."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What everyone trains."""

    folder: Path
    """With `train` and `val`, each of class folders."""
    classes: int
    network: str
    """timm's name."""
    weights: Path
    """A folder with model.safetensors; without one everyone begins at random weights."""
    frozen: bool
    """Whether only the classifier learns. Nobody may forget to say so: a peer that trains everything looks slow."""
    best: bool = False
    """With the best flags: bf16, channels last."""
    size: tuple[int, int] = (224, 224)
    batch: int = 32
    lr: float = 0.001

    def model(self) -> Any:
        """timm's network with the weights and a new classifier, of which the learning part requires gradients."""
        import timm
        import torch

        source = {"file": str(self.weights / "model.safetensors")} if self.weights.exists() else {}
        model = timm.create_model(
            self.network,
            pretrained=bool(source),
            pretrained_cfg_overlay=source or None,
            num_classes=self.classes,
        )
        if self.frozen:
            model.requires_grad_(False)
            model.get_classifier().requires_grad_(True)  # type: ignore[operator]
        return model.to(memory_format=torch.channels_last) if self.best else model


@dataclass(frozen=True)
class Epoch:
    """What one epoch took, and how it judged itself."""

    seconds: float
    accuracy: float


def here() -> list[str]:
    """The peers that are installed."""
    return [name for name, needed in PEERS.items() if all(map(find_spec, needed))]


def timed(name: str, task: Task, count: int) -> list[Epoch]:
    """A peer's epochs, the first left out: in it everything warms up."""
    return list(epochs_of(name, task, 1 + count))[1:]


def epochs_of(name: str, task: Task, count: int) -> Iterator[Epoch]:
    """So many epochs of a peer."""
    as_a_process_begins()
    yield from import_module(f"benchmarks.peers.{name}_loop").epochs(task, count)


def as_a_process_begins() -> None:
    """What Thaw has set for this process is taken back: a peer would begin without it."""
    import torch

    from core.training.memory import release_freed_memory

    torch.set_num_threads(THREADS)
    release_freed_memory()
