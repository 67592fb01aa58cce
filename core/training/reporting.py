"""From an attempt's figures to the events that say them."""

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core.events import EpochEnded, Event, Finished, Improved, Looked, Notice, Predicted, Started, Step, Wish
from core.training.attempt import Attempt
from core.training.endings import Ending
from core.training.environment import peak_memory
from core.training.lesson import Lesson
from core.training.looking import Look, Outcome
from core.training.predicting import Answers, softmax
from core.training.weights import Tensors

Weights = Literal["best", "last"]


def notices(attempt: Attempt[Any]) -> Iterator[Notice]:
    while attempt.notices:
        topic, message = attempt.notices.pop(0)
        yield Notice(elapsed=attempt.elapsed, topic=topic, message=message)


def started(attempt: Attempt[Any], resumed: bool) -> Started:
    parts, stages = attempt.described()
    return Started(
        elapsed=attempt.elapsed,
        classes=list(attempt.classes),
        pictures=attempt.lesson.pictures,
        steps_per_epoch=attempt.steps_per_epoch,
        epochs=attempt.recipe.epochs,
        parts=parts,
        stages=stages,
        parameters={
            "trained": sum(each["trained"] for each in stages),
            "total": sum(each["parameters"] for each in stages),
        },
        plan=attempt.plan.to_json(),
        environment=attempt.environment(),
        resumed=resumed,
    )


def looked(attempt: Attempt[Any], look: Look) -> Looked:
    """Who is not heard now has nothing to save: a team, and whoever judges."""
    save = attempt.save if attempt.team.size == 1 and look.purpose == "features" else None
    return Looked(elapsed=attempt.elapsed, **look._asdict(), save=save)


def judging(attempt: Attempt[Any], looks: Generator[Look, None, Outcome]) -> Generator[Event, Wish, Outcome]:
    """Says how far it is with judging, to which nobody's answer is heard; returns what came of it."""
    while True:
        try:
            look = next(looks)
        except StopIteration as ended:
            return ended.value
        yield looked(attempt, look)


def step(attempt: Attempt[Any], epoch: int, lr: float, pictures: int) -> Step:
    return Step(
        elapsed=attempt.elapsed,
        epoch=epoch,
        step=attempt.position.step,
        pictures=pictures,
        lr=lr,
        loss=attempt.loss if math.isfinite(attempt.loss or 0.0) else None,
        save=attempt.save,
    )


def epoch_ended(attempt: Attempt[Any], epoch: int, scales: list[float], loss: float, accuracy: float) -> EpochEnded:
    sums = attempt.position.sums
    pictures = max(1.0, sums.get("pictures", 0.0))
    losses = {name.removeprefix("loss "): total / pictures for name, total in sums.items() if name.startswith("loss ")}
    seconds = {name.removeprefix("seconds "): spent for name, spent in sums.items() if name.startswith("seconds ")}
    busy = sum(spent for name, spent in seconds.items() if name != "evaluation")
    groups = [group for group in attempt.optimizer.param_groups if group["scale"] > 0]
    cache, boundary = attempt.kept()
    return EpochEnded(
        elapsed=attempt.elapsed,
        epoch=epoch,
        step=attempt.position.step,
        train_loss=sum(losses.values()),
        losses=losses,
        train_accuracy=sums.get("right", 0.0) / max(1.0, sums.get("answers", pictures)),
        val_loss=loss,
        val_accuracy=accuracy,
        lr=max(group["lr"] / group["scale"] for group in groups),
        lr_scales=scales,
        stages=attempt.stages_now(),
        seconds=seconds,
        pictures_per_second=pictures / max(busy, 1e-9),
        cache=cache,
        boundary=boundary,
        extras=attempt.extras(),
        save=attempt.judged and attempt.judged.saving(epoch, attempt.recipe.epochs),
    )


def improved(attempt: Attempt[Any], epoch: int, loss: float, accuracy: float) -> Improved:
    return Improved(elapsed=attempt.elapsed, epoch=epoch, val_loss=loss, val_accuracy=accuracy, save=attempt.save_best)


def predictions(attempt: Attempt[Any], ending: Ending | None) -> Generator[Event, Wish, None]:
    """What the best epoch's weights say about every picture held out, and the last epoch's beside it.

    The first member says so, and the others, which it needs no more, need not wait.
    """
    position, ended = attempt.position, ending.state if ending else "done"
    if ended == "paused" or position.best_epoch is None or attempt.team.rank > 0:
        return
    with_last = ended != "diverged"
    best, last = position.best_epoch, position.epoch if position.batch else position.epoch - 1
    answers, said = attempt.predictor(attempt.best), []
    for each in _predicted_all(attempt, answers, attempt.best, "best", best):
        if isinstance(each, Predicted):
            said.append(each)
            each = attempt.completed(each)
        yield each
    if with_last and last == best:
        for each in said:
            yield replace(each, weights="last", elapsed=attempt.elapsed)
    elif with_last:
        with attempt.evaluated():
            state = attempt.state_now()
        yield from _predicted_all(attempt, attempt.predictor(state, answers), state, "last", last)


def _predicted_all(
    attempt: Attempt[Any], answers: Answers, state: Tensors, weights: Weights, epoch: int
) -> Generator[Event, Wish, None]:
    lesson = attempt.lesson
    for split in lesson.splits:
        if split != "train":
            logits = yield from judging(attempt, attempt.predict(lesson.splits[split], answers, state))
            yield predicted(lesson, split, softmax(logits), elapsed=attempt.elapsed, weights=weights, epoch=epoch)


def predicted(
    lesson: Lesson, split: str, probabilities: np.ndarray, *, elapsed: float, weights: Weights, epoch: int
) -> Predicted:
    """What was said about a split, a row of probabilities for each of its pictures."""
    indices = lesson.splits[split]
    labels = lesson.source.labels[indices]
    right = int((probabilities.argmax(1) == labels).sum())
    true = np.clip(probabilities[np.arange(len(labels)), labels], 1e-12, 1.0)
    return Predicted(
        elapsed=elapsed,
        split=split,
        weights=weights,
        epoch=epoch,
        n=len(labels),
        right=right,
        accuracy=right / len(labels),
        loss=float(-np.log(true).mean()),
        save=_columns(probabilities, labels, [str(lesson.source.files[index]) for index in indices]),
    )


def _columns(probabilities: np.ndarray, labels: np.ndarray, files: list[str]) -> Callable[[Path], None]:
    def save(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / "predictions.npz", probabilities=probabilities, labels=labels, files=np.array(files))

    return save


def finished(attempt: Attempt[Any], ending: Ending) -> Finished:
    return Finished(
        elapsed=attempt.elapsed,
        state=ending.state,
        reason=ending.reason,
        best_epoch=attempt.position.best_epoch,
        epochs=attempt.position.epoch,
        seconds={**attempt.position.seconds, "all": attempt.elapsed},
        peak_memory=peak_memory(attempt.device),
    )
