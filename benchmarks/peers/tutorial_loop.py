"""The loop of the transfer-learning tutorial, line by line: torchvision's transforms, a DataLoader, two phases."""

import time
from collections.abc import Iterator

import torch
from torch import nn, optim
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from benchmarks.peers import MEAN, STD, WORKERS, Epoch, Task

USUAL = (224, 224)
ENLARGED = 256
"""What the shorter side is resized to before the centre is cut out, at the usual size."""


def ways_of(size: tuple[int, int]) -> dict[str, transforms.Compose]:
    """How pictures are prepared to learn from, and to be judged on."""
    usual = [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    cut = [transforms.Resize(ENLARGED), transforms.CenterCrop(size)] if size == USUAL else [transforms.Resize(size)]
    return {
        "train": transforms.Compose([transforms.RandomResizedCrop(size), transforms.RandomHorizontalFlip(), *usual]),
        "val": transforms.Compose([*cut, *usual]),
    }


def loaders_of(task: Task) -> dict[str, DataLoader]:
    return {
        split: DataLoader(
            datasets.ImageFolder(str(task.folder / split), way),
            batch_size=task.batch,
            shuffle=True,
            num_workers=WORKERS,
            persistent_workers=task.best,
        )
        for split, way in ways_of(task.size).items()
    }


def epochs(task: Task, count: int) -> Iterator[Epoch]:
    loaders, model = loaders_of(task), task.model()
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD((p for p in model.parameters() if p.requires_grad), lr=task.lr, momentum=0.9, fused=task.best)
    for _ in range(count):
        began, right = time.perf_counter(), 0
        for phase in ("train", "val"):
            model.train(phase == "train")
            for inputs, labels in loaders[phase]:
                if task.best:
                    inputs = inputs.contiguous(memory_format=torch.channels_last)
                optimizer.zero_grad()
                with torch.set_grad_enabled(phase == "train"):
                    with torch.autocast("cpu", torch.bfloat16, enabled=task.best):
                        outputs = model(inputs)
                        loss = criterion(outputs, labels)
                    if phase == "train":
                        loss.backward()
                        optimizer.step()
                loss.item()
                right += int((outputs.argmax(1) == labels).sum()) if phase == "val" else 0
        yield Epoch(time.perf_counter() - began, right / len(loaders["val"].dataset))  # type: ignore[arg-type]
