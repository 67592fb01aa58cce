"""How long a pupil would study here: a few of its real steps, times how many there will be."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from core.home import Home
from core.learners.course import Course, planned
from core.learners.pupil import Pupil
from core.recipe import Recipe
from core.training.environment import device_of
from core.training.looking import outcome
from core.training.measuring import (
    EVALUATED,
    FEW,
    QUICK,
    Estimate,
    decoding,
    keeping,
    measured,
    of_epochs,
    phases,
    second_time,
    some,
    timed,
    wait_for,
)


def estimated(
    pupil_of: Callable[[Recipe, torch.device, Home], Pupil], recipe: Recipe, home: Home, device: str
) -> Estimate:
    """Let a pupil study for a moment."""
    with measured(device_of(device)) as memory:
        began = time.monotonic()
        course = Course(pupil_of(recipe, device_of(device), home), planned())
        setup = time.monotonic() - began
        whole = dict(course.lesson.splits)
        held_out = len(whole["val"]) + len(whole.get("test", ()))
        once = setup + decoding(course.lesson, np.concatenate([*whole.values()]))
        rows = list(_rows(course))
        judging = _judging(course, whole)
        course.best = course.state_now()
        saving = keeping(course.save_best, home)
        epoch = len(whole["val"]) * judging + timed(course.pupil.extras) + saving
        learning = sum(epochs * (course.steps_per_epoch * step + epoch) for epochs, step in rows)
        return of_epochs(
            recipe,
            once=once + held_out * judging,
            learning=learning,
            judged_again=held_out * judging,
            memory=memory(),
            device=str(course.device),
            steps=course.steps_per_epoch * recipe.epochs,
            seconds_per_step=max(step for _, step in rows),
        )


def _rows(course: Course) -> Iterator[tuple[int, float]]:
    """Epochs in a row in which the same stages learn, and the seconds of a step in them."""
    for epoch, rows in phases(course.recipe.epochs, lambda epoch: tuple(course.pupil.scales(epoch))):
        course.position.epoch = epoch
        course.begin_epoch(epoch)
        seconds_of_step(course, epoch)  # for whatever is slow the first time: pictures that have to be read
        step = seconds_of_step(course, epoch)
        yield from ((epochs, step) for epochs in rows)


def seconds_of_step(course: Course, epoch: int) -> float:
    """The mean seconds of a phase's first steps, but for the very first; waiting for their pictures included."""
    course.position.batch, taken = 0, []
    began = time.monotonic()
    for given in course.batches(epoch):
        course.learn(given)
        wait_for(course.device)
        taken.append(time.monotonic() - began)
        began = time.monotonic()
        if sum(taken) > QUICK / 2:
            break
    return float(np.mean(taken[1:] or taken))


def _judging(course: Course, whole: dict[str, np.ndarray]) -> float:
    """The seconds that judging takes for a picture, by a few and then by as many as can be had in a moment."""
    lesson, each = course.lesson, QUICK / FEW
    for most in (FEW, EVALUATED):
        shown = some(whole["val"], max(FEW, min(most, int(QUICK / each))))
        lesson.canvases.ensure(shown)
        lesson.splits = {**whole, "val": shown}
        each = second_time(lambda: outcome(course.evaluate("val"))) / len(shown)
    lesson.splits = whole
    return each
