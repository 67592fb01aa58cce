"""fastai's `vision_learner`, with its own head and its own transforms; `freeze` where only the classifier learns."""

import time
from collections.abc import Iterator

import torch

from benchmarks.peers import WORKERS, Epoch, Task


def epochs(task: Task, count: int) -> Iterator[Epoch]:
    from fastai.vision.all import (  # type: ignore[import-not-found]
        Callback,
        ImageDataLoaders,
        RandomResizedCrop,
        accuracy,
        vision_learner,
    )

    loaders = ImageDataLoaders.from_folder(
        task.folder,
        train="train",
        valid="val",
        item_tfms=RandomResizedCrop(task.size),
        bs=task.batch,
        num_workers=WORKERS,
        device=torch.device("cpu"),
    )
    learner = vision_learner(loaders, task.network, pretrained=False, metrics=accuracy)
    told: list[Epoch] = []

    class Clock(Callback):  # type: ignore[misc]
        order = 70  # after the recorder, which knows what an epoch came to

        def before_epoch(self) -> None:
            self.began = time.perf_counter()

        def after_epoch(self) -> None:
            told.append(Epoch(time.perf_counter() - self.began, float(self.learn.recorder.values[-1][-1])))

    class Best(Callback):  # type: ignore[misc]
        """bf16 and channels last, which fastai's own switches have for a GPU alone."""

        def before_fit(self) -> None:
            self.model.to(memory_format=torch.channels_last)

        def before_batch(self) -> None:
            self.learn.xb = tuple(each.contiguous(memory_format=torch.channels_last) for each in self.xb)
            self.autocast = torch.autocast("cpu", torch.bfloat16)
            self.autocast.__enter__()

        def after_pred(self) -> None:
            self.autocast.__exit__(None, None, None)
            self.learn.pred = self.pred.float()

    (learner.freeze if task.frozen else learner.unfreeze)()
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(count, task.lr, cbs=[Clock(), *([Best()] if task.best else [])])
    yield from told
