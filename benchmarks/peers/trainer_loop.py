"""Hugging Face's `Trainer` with timm's network: the same transforms as the tutorial, its own loop and optimizer."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torchvision import datasets

from benchmarks.peers import WORKERS, Epoch, Task
from benchmarks.peers.tutorial_loop import ways_of


class Named(nn.Module):
    """A network as `Trainer` wants it: called by names, answering with its loss."""

    def __init__(self, model: nn.Module, channels_last: bool):
        super().__init__()
        self.model, self.channels_last = model, channels_last

    def forward(self, pixel_values: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        if self.channels_last:
            pixel_values = pixel_values.contiguous(memory_format=torch.channels_last)
        logits = self.model(pixel_values)
        return {"loss": nn.functional.cross_entropy(logits.float(), labels), "logits": logits}


def epochs(task: Task, count: int) -> Iterator[Epoch]:
    from transformers import Trainer, TrainerCallback, TrainingArguments  # type: ignore[import-not-found]

    learning, judged = (
        datasets.ImageFolder(str(task.folder / split), transform) for split, transform in ways_of(task.size).items()
    )
    told: list[Epoch] = []

    class Clock(TrainerCallback):  # type: ignore[misc]
        """Training and validation of an epoch: `Trainer` judges after it has said that the epoch ended."""

        def on_epoch_begin(self, *_: Any, **__: Any) -> None:
            self.began = time.perf_counter()

        def on_evaluate(self, *_: Any, metrics: dict[str, float], **__: Any) -> None:
            told.append(Epoch(time.perf_counter() - self.began, metrics["eval_accuracy"]))

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            num_train_epochs=count,
            per_device_train_batch_size=task.batch,
            per_device_eval_batch_size=task.batch,
            learning_rate=task.lr,
            dataloader_num_workers=WORKERS,
            dataloader_persistent_workers=task.best,
            eval_strategy="epoch",
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            bf16=task.best,
            disable_tqdm=True,
            remove_unused_columns=False,
        )
        trainer = Trainer(
            model=Named(task.model(), task.best),
            args=arguments,
            train_dataset=learning,
            eval_dataset=judged,
            data_collator=collated,
            compute_metrics=lambda said: {"accuracy": float((np.argmax(said[0], 1) == said[1]).mean())},
            callbacks=[Clock()],
        )
        trainer.train()
    yield from told


def collated(pairs: Sequence[tuple[torch.Tensor, int]]) -> dict[str, torch.Tensor]:
    return {
        "pixel_values": torch.stack([picture for picture, _ in pairs]),
        "labels": torch.tensor([label for _, label in pairs]),
    }
