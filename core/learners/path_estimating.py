"""How long a path would take here: a moment of looking at pictures, and a few real steps of all its heads.

Steps and judging need no features to be there: whatever the numbers are, they take as long.
"""

import time

import numpy as np

from core.home import Home
from core.learners.estimating_search import looked
from core.learners.estimating_study import seconds_of_step
from core.learners.path import course_of
from core.learners.path_course import PathCourse
from core.recipe import Recipe
from core.training.environment import device_of
from core.training.looking import outcome
from core.training.measuring import FEW, Estimate, keeping, measured, of_epochs, second_time, some


def estimate_path(recipe: Recipe, home: Home, device: str) -> Estimate:
    """Let a path begin for a moment."""
    with measured(device_of(device)) as memory:
        began = time.monotonic()
        course = course_of(recipe, device_of(device), home, None)
        setup, splits = time.monotonic() - began, course.lesson.splits
        kept = np.concatenate([splits["train"], splits["val"]])
        with course.looking():
            _, looking = looked(course.pupil.features, kept)
        step = _step(course)
        judging = second_time(lambda: outcome(course.evaluate("val")))
        course.best = course.state_now()
        saving = keeping(course.save_best, home)
        answering = (len(splits["val"]) + len(splits.get("test", ()))) * _answering(course)
        whole_path = judging * len(kept) / len(splits["val"])
        return of_epochs(
            recipe,
            once=setup + looking + answering + whole_path,
            learning=recipe.epochs * (course.steps_per_epoch * step + judging) + saving,
            judged_again=answering,
            memory=memory(),
            device=str(course.device),
            steps=course.steps_per_epoch * recipe.epochs,
            seconds_per_step=step,
        )


def _step(course: PathCourse) -> float:
    course.begin_epoch(0)
    seconds_of_step(course, 0)  # for whatever is slow the first time
    return seconds_of_step(course, 0)


def _answering(course: PathCourse) -> float:
    """The seconds that the best head, as a network, takes for a picture."""
    few = some(course.lesson.splits["val"], 4 * FEW)
    answers = course.predictor(course.state_now())
    return second_time(lambda: answers.logits_of(course.lesson.canvases[few])) / len(few)
