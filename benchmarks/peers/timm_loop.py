"""timm's own loop: its dataset, its loader with its transforms, one epoch as its training script goes through it."""

import time
from collections.abc import Iterator
from typing import Any

import torch
from timm.data.dataset_factory import create_dataset
from timm.data.loader import create_loader
from timm.optim._optim_factory import create_optimizer_v2
from torch import nn

from benchmarks.peers import MEAN, STD, WORKERS, Epoch, Task


def epochs(task: Task, count: int) -> Iterator[Epoch]:
    device = torch.device("cpu")
    model = task.model()
    learning, judged = (
        create_loader(
            create_dataset("", root=str(task.folder), split=split, is_training=split == "train"),  # type: ignore[arg-type]
            input_size=(3, *task.size),
            batch_size=task.batch if split == "train" else 2 * task.batch,
            is_training=split == "train",
            mean=MEAN,
            std=STD,
            num_workers=WORKERS,
            pin_memory=False,
            device=device,
        )
        for split in ("train", "val")
    )
    batches: Any = learning
    batches.loader.batch_sampler.drop_last = False  # everyone learns from the same pictures
    optimizer = create_optimizer_v2(model, opt="sgd", lr=task.lr, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    for _ in range(count):
        began, right = time.perf_counter(), 0
        model.train()
        for inputs, labels in learning:
            with torch.autocast("cpu", torch.bfloat16, enabled=task.best):
                loss = criterion(model(_laid(inputs, task)), labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        model.eval()
        with torch.inference_mode():
            for inputs, labels in judged:
                with torch.autocast("cpu", torch.bfloat16, enabled=task.best):
                    right += int((model(_laid(inputs, task)).argmax(1) == labels).sum())
        yield Epoch(time.perf_counter() - began, right / len(judged.dataset))  # type: ignore[arg-type]


def _laid(inputs: torch.Tensor, task: Task) -> torch.Tensor:
    return inputs.contiguous(memory_format=torch.channels_last) if task.best else inputs
