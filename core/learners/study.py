"""study(): a pupil's course becomes a stream of events, as `core.training.loop` makes one of a network's training."""

import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.events import EpochEnded, Event, Finished, Improved, Notice, Predicted, Started, Step, Wish
from core.learners.course import JUDGED_AT_ONCE, Course
from core.learners.pupil import Answers, Pupil
from core.learners.surroundings import surroundings
from core.training.predicting import softmax
from core.training.reporting import Weights, peak_memory, predicted
from core.training.session import Ending
from core.training.weights import Tensors

Opens = Callable[[Path, str], Answers]


def study(pupil: Pupil, opens: Opens, plan: dict[str, Any] | None, state: Path | None) -> Generator[Event, Wish, None]:
    """Learn, and say so. Answer an event with "stop" or "pause" to end early; with nothing to go on."""
    course = Course(pupil, plan)
    resumed = course.took_up(state)
    position = course.position
    yield _started(course, resumed)
    for topic, message in pupil.notices:
        yield Notice(elapsed=course.elapsed, topic=topic, message=message)

    ending = None
    while ending is None and position.epoch < pupil.recipe.epochs:
        epoch = position.epoch
        scales = course.begin_epoch(epoch)
        for batch, fed in course.batches(epoch):
            lr = course.learn(fed, len(batch))
            wish = yield _step(course, epoch, lr, len(batch))
            if wish == "pause":
                yield _finished(course, "paused", f"Paused in epoch {epoch + 1}, after step {position.step}.")
                return
            ending = course.ending(wish)
            if ending:
                break
        if course.deserves_validation(ending):
            loss, accuracy = course.evaluate()
            if diverged := course.diverged(loss):
                ending = diverged
                break
            better = course.improved(epoch, loss, accuracy)
            yield _epoch_ended(course, epoch, scales, loss, accuracy)
            if better:
                yield _improved(course, epoch, loss, accuracy)
            course.end_epoch(loss)
            ending = ending or course.patience_ended()
    yield from _predictions(course, opens, ending)
    yield _finished(course, *(ending or ("done", f"All {pupil.recipe.epochs} epochs are done.")))


def _started(course: Course, resumed: bool) -> Started:
    pupil = course.pupil
    stages = [_described(course, name, place) for place, name in enumerate(pupil.stages)]
    return Started(
        elapsed=course.elapsed,
        classes=list(pupil.classes),
        pictures=course.lesson.pictures,
        steps_per_epoch=course.steps_per_epoch,
        epochs=course.recipe.epochs,
        parts=stages,
        stages=stages,
        parameters={
            "trained": sum(each["trained"] for each in stages),
            "total": sum(each["parameters"] for each in stages),
        },
        plan=course.plan.to_json(),
        environment=surroundings(pupil, course.position.weights),
        resumed=resumed,
    )


def _described(course: Course, name: str, place: int) -> dict[str, Any]:
    pupil = course.pupil
    size = sum(each.numel() for each in pupil.stages[name].parameters())
    ever = any(pupil.scales(epoch)[place] for epoch in range(course.recipe.epochs))
    return {"name": name, "parameters": size, "trained": size if ever else 0}


def _step(course: Course, epoch: int, lr: float, pictures: int) -> Step:
    loss = course.position.recent_loss
    return Step(
        elapsed=course.elapsed,
        epoch=epoch,
        step=course.position.step,
        pictures=pictures,
        lr=lr,
        loss=loss if loss is not None and np.isfinite(loss) else None,
        save=course.save,
    )


def _improved(course: Course, epoch: int, loss: float, accuracy: float) -> Improved:
    return Improved(elapsed=course.elapsed, epoch=epoch, val_loss=loss, val_accuracy=accuracy, save=course.save_best)


def _epoch_ended(course: Course, epoch: int, scales: list[float], loss: float, accuracy: float) -> EpochEnded:
    sums = course.position.sums
    pictures = max(1.0, sums.get("pictures", 0.0))
    losses = {name.removeprefix("loss "): total / pictures for name, total in sums.items() if name.startswith("loss ")}
    seconds = {name.removeprefix("seconds "): spent for name, spent in sums.items() if name.startswith("seconds ")}
    busy = sum(spent for name, spent in seconds.items() if name != "evaluation")
    rates = [group["lr"] for group in course.optimizer.param_groups]
    return EpochEnded(
        elapsed=course.elapsed,
        epoch=epoch,
        step=course.position.step,
        train_loss=sum(losses.values()),
        losses=losses,
        train_accuracy=sums.get("right", 0.0) / max(1.0, sums.get("answers", 0.0)),
        val_loss=loss,
        val_accuracy=accuracy,
        lr=max(rate / scale for rate, scale in zip(rates, scales, strict=True) if scale),
        lr_scales=scales,
        stages=list(_stages(course, scales, rates)),
        seconds=seconds,
        pictures_per_second=pictures / max(busy, 1e-9),
        cache="none",
        extras=course.pupil.extras(),
        save=course.judged and course.judged.saving(epoch, course.recipe.epochs),
    )


def _stages(course: Course, scales: list[float], rates: list[float]) -> Iterator[dict[str, Any]]:
    for name, scale, rate in zip(course.pupil.stages, scales, rates, strict=True):
        yield {"name": name, "scale": scale, "lr": rate, **course.moved(name)}


def _predictions(course: Course, opens: Opens, ending: Ending | None) -> Iterator[Event]:
    """What the best epoch's weights say about every picture held out, and the last epoch's beside it."""
    position = course.position
    if position.best_epoch is None:
        return
    best, last = position.best_epoch, position.epoch if position.batch else position.epoch - 1
    said = list(_predicted_all(course, opens, course.best, "best", best))
    yield from (each for each in said)  # a list has no ear for the wish that answers each
    if ending and ending.state == "diverged":
        return
    if last == best:
        yield from (replace(each, weights="last", elapsed=course.elapsed) for each in said)
    else:
        yield from _predicted_all(course, opens, dict(course.pupil.model.state_dict()), "last", last)


def _predicted_all(course: Course, opens: Opens, state: Tensors, weights: Weights, epoch: int) -> Iterator[Predicted]:
    """By what `predict` would open: read back from its saved form."""
    lesson = course.lesson
    with tempfile.TemporaryDirectory() as folder:
        course.pupil.save(Path(folder), state)
        answers = opens(Path(folder), str(course.pupil.device))
    for split, indices in lesson.splits.items():
        if split != "train":
            chunks = np.split(indices, range(JUDGED_AT_ONCE, len(indices), JUDGED_AT_ONCE))
            logits = np.concatenate([answers.logits_of(lesson.canvases[chunk]) for chunk in chunks])
            yield predicted(lesson, split, softmax(logits), elapsed=course.elapsed, weights=weights, epoch=epoch)


def _finished(course: Course, state: Any, reason: str) -> Finished:
    return Finished(
        elapsed=course.elapsed,
        state=state,
        reason=reason,
        best_epoch=course.position.best_epoch,
        epochs=course.position.epoch,
        seconds={**course.position.seconds, "all": course.elapsed},
        peak_memory=peak_memory(course.pupil.device),
    )
