"""A path of heads: one frozen backbone, its features computed once, and upon them many linear heads at a time."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from core.catalog.learners import LEARNERS, HeadPath, OnFeatures
from core.catalog.paths import penalties_of, rates_of
from core.catalog.regularizers import REGULARIZERS
from core.errors import RecipeError, TrainingError
from core.events import Event, Wish
from core.home import Home
from core.learners.backbones import Branch, branches_of, build_backbones
from core.learners.collecting import Collection
from core.learners.path_course import PathCourse
from core.learners.path_heads import Heads
from core.learners.path_walker import Walker
from core.learners.remarks import Remark, on_recipe
from core.learners.saving import is_all_that_follows
from core.learners.search import planned
from core.recipe import Recipe
from core.training.environment import device_of
from core.training.lesson import Lesson
from core.training.loop import learn
from core.training.model import Net, build
from core.training.objective import class_weights
from core.training.plan import FORWARD_AND_BACKWARD, SMALL_STEP, Plan

AS_A_HEAD = OnFeatures()
"""How the backbone is read: at its end, where its own head stands."""
MOST_NUMBERS = 2**27
"""Of all heads' weights, and of their scores for a batch: half a gigabyte, and four times that to learn with."""
MOST_HEADS = 10_000
"""Each has a line wherever the path is told."""


def learn_path(
    recipe: Recipe,
    device: str = "auto",
    plan: dict[str, Any] | None = None,
    state: Path | None = None,
    home: Home | None = None,
    **others: Any,
) -> Generator[Event, Wish, None]:
    """All heads learn, and the best of them says so."""
    known = Plan.from_json(plan) if plan else None
    yield from learn(course_of(recipe, device_of(device), home or Home.from_environment(), known), state)


def course_of(recipe: Recipe, device: torch.device, home: Home, known: Plan | None) -> PathCourse:
    plan = known or planned(recipe)
    chosen = LEARNERS.build(recipe.learner)
    assert isinstance(chosen, HeadPath), "its entry in the catalog"
    chosen.check(recipe)
    lesson = Lesson.load(recipe, home)
    _check_classes(lesson)
    (net,) = build_backbones(recipe, AS_A_HEAD, lesson)
    (branch,) = branches_of([net], recipe, AS_A_HEAD)
    own = _linear(recipe, net, branch)
    _check_memory(recipe, chosen, own, lesson)
    starts = [own, *_further_starts(recipe, chosen, lesson)]
    branch.eval().to(device, memory_format=plan.layout)  # type: ignore[call-overload]
    walker = Walker(
        recipe=recipe,
        device=device,
        lesson=lesson,
        model=Heads(starts, rates_of(chosen, recipe.lr), penalties_of(chosen)).to(device),
        chosen=chosen,
        net=net,
        features=Collection(recipe, lesson, [net], [branch], plan, device),
        softening=[REGULARIZERS.build(each) for each in recipe.regularizers],
        weights=class_weights(lesson).to(device) if recipe.class_balance == "weights" else None,
    )
    walker.notices.extend(_notices(walker))
    return PathCourse(walker, known or _with_threads(plan, walker))


def _with_threads(plan: Plan, walker: Walker) -> Plan:
    """As for any network: in a small step threads wait for each other longer than they help."""
    pictures = min(walker.recipe.batch_size, len(walker.lesson.splits["train"]))
    small = FORWARD_AND_BACKWARD * 2 * walker.model.weight.numel() * pictures < SMALL_STEP
    return replace(plan, compute_threads=1 if small else torch.get_num_threads())


def _further_starts(recipe: Recipe, chosen: HeadPath, lesson: Lesson) -> Iterator[nn.Linear]:
    """The head that a network of each further seed begins with."""
    plain = replace(recipe, regularizers=(), augmentation=())
    for seed in range(recipe.seed + 1, recipe.seed + chosen.seeds):
        yield build(replace(plain, seed=seed), lesson.source.classes, lesson.home).model.get_classifier()  # type: ignore[operator]


def _linear(recipe: Recipe, net: Net, branch: Branch) -> nn.Linear:
    own = net.model.get_classifier()  # type: ignore[operator]
    if isinstance(own, nn.Linear) and own.bias is not None and is_all_that_follows(net, branch, own):
        return own
    raise RecipeError("backbone", recipe.backbone, "its head is more, or less, than one linear layer, choose another")


def _check_classes(lesson: Lesson) -> None:
    labels = np.unique(lesson.source.labels[lesson.splits["train"]])
    if len(labels) < 2:
        known = lesson.source.classes[labels[0]]
        raise TrainingError(f"All training pictures are of one class, {known}; add another class.")


def _check_memory(recipe: Recipe, chosen: HeadPath, start: nn.Linear, lesson: Lesson) -> None:
    heads = chosen.seeds * len(rates_of(chosen, recipe.lr)) * chosen.count
    scores = start.out_features * min(recipe.batch_size, len(lesson.splits["train"]))
    most = min(MOST_HEADS, MOST_NUMBERS // max(start.weight.numel(), scores))
    if heads > most:
        said = f"with {start.out_features:,} classes upon {start.in_features:,} features it is at most {most:,}"
        raise RecipeError("learner", f"a path of {heads:,} heads", f"{said}, choose a smaller count, or fewer seeds")


def _notices(walker: Walker) -> Iterator[Remark]:
    recipe = walker.recipe
    asked, have = recipe.batch_size, len(walker.lesson.splits["train"])
    if asked > have:
        yield "batch_size", f"A batch of {asked} is more than the {have} training pictures: {have} it is."
    if recipe.precision == "bf16":
        yield "precision", "Features are computed in bf16, and the heads learn in float32."
    yield (
        "path",
        "What is told of an epoch's training is of the head that validation found best before it (in the first epoch, "
        "of one without a penalty), and what is told of validation, of the one that it finds best after it.",
    )
    yield from (each for each in on_recipe(recipe, AS_A_HEAD, [walker.net]) if each[0] != "class_balance")
