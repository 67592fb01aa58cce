"""fastai's `vision_learner`, with its own head and its own transforms; `freeze` where only the classifier learns.

Norms of a frozen network go on learning as its documentation shows it, and at its best rest like everything else.
"""

import time
from collections.abc import Iterator

import torch

from benchmarks.peers import MEAN, STD, WORKERS, Epoch, Task


def epochs(task: Task, count: int) -> Iterator[Epoch]:
    from fastai.vision.all import (  # type: ignore[import-not-found]
        Callback,
        ImageDataLoaders,
        Normalize,
        RandomResizedCrop,
        accuracy,
        vision_learner,
    )

    loaders = ImageDataLoaders.from_folder(
        task.folder,
        train="train",
        valid="val",
        item_tfms=RandomResizedCrop(task.size),
        batch_tfms=Normalize.from_stats(MEAN, STD),
        bs=task.batch,
        drop_last=False,  # everyone learns from the same pictures
        device=torch.device("cpu"),
        **({"num_workers": WORKERS} if task.best else {}),
    )
    learner = vision_learner(
        loaders, task.network, pretrained=False, metrics=accuracy, train_bn=not (task.frozen and task.best)
    )
    learner.model[0].model.load_state_dict(task.model().state_dict(), strict=False)  # all but the classifier
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
