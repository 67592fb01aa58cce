"""The transfer-learning tutorial's recipe as published: what the time to an accuracy is measured against.

torchvision's transforms, a DataLoader with four processes, float32, batches of four, everything trained by SGD at 0.001
with momentum 0.9, and a tenth of that after every seven epochs. Only the network is timm's, for the same weights; and
each epoch draws its chance from the seed and its number, so that it can be interrupted between two of them.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder

from benchmarks.peers import WORKERS
from benchmarks.peers.tutorial_loop import ways_of
from core.home import Home
from core.training.model import blueprint_of, create

BATCH = 4

Size = tuple[int, int]


def learned(pictures: Path, size: Size, epochs: int, seed: int, state: Path) -> Iterator[tuple[float, float]]:
    """Seconds of work until the end of each epoch that is still to come, and the validation accuracy there."""
    began = time.perf_counter()
    torch.manual_seed(seed)
    sets = {name: ImageFolder(str(pictures / name), way) for name, way in ways_of(size).items()}
    network = create(blueprint_of("resnet18", Home.from_environment()), len(sets["train"].classes), pretrained=True)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.001, momentum=0.9)
    schedule = StepLR(optimizer, step_size=7, gamma=0.1)
    memory: dict[str, Any] = {"network": network, "optimizer": optimizer, "schedule": schedule}
    done, earlier = taken_up(memory, state)
    for epoch in range(done, epochs):
        torch.manual_seed(1000 * seed + epoch)
        loaders = {name: DataLoader(each, BATCH, shuffle=True, num_workers=WORKERS) for name, each in sets.items()}
        learn(network, loaders["train"], optimizer)
        schedule.step()
        accuracy = judged(network, loaders["val"])
        earlier += time.perf_counter() - began
        torch.save({**{name: each.state_dict() for name, each in memory.items()}, "at": (epoch + 1, earlier)}, state)
        yield earlier, accuracy
        began = time.perf_counter()


def taken_up(memory: dict[str, Any], state: Path) -> tuple[int, float]:
    """How many epochs were done before, and the seconds that they took."""
    if not state.is_file():
        return 0, 0.0
    kept = torch.load(state, weights_only=True)
    for name, each in memory.items():
        each.load_state_dict(kept[name])
    return kept["at"]


def learn(network: nn.Module, batches: DataLoader, optimizer: torch.optim.Optimizer) -> None:
    network.train()
    for pictures, labels in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(pictures), labels).backward()
        optimizer.step()


def judged(network: nn.Module, batches: DataLoader) -> float:
    network.eval()
    with torch.no_grad():
        right = sum(int((network(pictures).argmax(1) == labels).sum()) for pictures, labels in batches)
    return right / len(batches.dataset)  # type: ignore[arg-type]
