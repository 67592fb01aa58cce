"""What a recipe would do, before anything is trained: the heat map, the rates, and the real first batch."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.learners import LEARNERS
from core.catalog.optimizers import SCHEDULES
from core.catalog.strategies import STRATEGIES
from core.data.batches import Varied
from core.home import Home
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.model import Net, build
from core.training.sizing import PictureSizes

POINTS = 240


@dataclass(frozen=True)
class Preview:
    """A recipe, seen before it runs."""

    stages: list[dict[str, Any]]
    """Per stage: name, parameters, how many of them ever learn, and its scale in each epoch; of a learner that follows
    no strategy nothing of this is known beforehand."""
    picture_sizes: list[dict[str, int]]
    """Every size of the training pictures, and the epoch that it comes with; nothing where there is no strategy."""
    rates: list[float]
    """The learning rate at equal steps through the run (of a plateau: as long as validation improves); nothing of a
    learner that takes no steps."""
    steps_per_epoch: int
    splits: dict[str, int]
    pictures: np.ndarray
    """The first batch of the first epoch, augmented, as bytes."""
    labels: list[str]
    files: list[str]

    def to_json(self) -> dict[str, Any]:
        parameters = {
            key: sum(each[of] for each in self.stages) for key, of in (("trained", "trained"), ("total", "parameters"))
        }
        return {
            "stages": self.stages,
            "parameters": parameters,
            "picture_sizes": self.picture_sizes,
            "rates": self.rates,
            "steps_per_epoch": self.steps_per_epoch,
            "pictures": self.splits,
            "batch": [{"file": file, "label": label} for file, label in zip(self.files, self.labels, strict=True)],
        }


def preview(recipe: Recipe, home: Home) -> Preview:
    """Everything that can be known without a step: the network is built, the first batch is made."""
    lesson, learner = Lesson.load(recipe, home), LEARNERS.entry(recipe.learner.name)
    net = build(recipe, lesson.source.classes, home)
    lesson.prepare(net.preparation)
    batches = lesson.batches(recipe, min(recipe.pictures_per_step, len(lesson.splits["train"])), 0)
    first = batches[0]
    varied = Varied(lesson.canvases, [AUGMENTATIONS.build(each) for each in recipe.augmentation], recipe.seed)
    sizes = PictureSizes(STRATEGIES.build(recipe.strategy), net, recipe.epochs)
    return Preview(
        stages=_stages(recipe, net) if learner.follows_strategy else [],
        picture_sizes=sizes.over(recipe.epochs) if learner.follows_strategy else [],
        rates=[] if "rate" in learner.without else _rates(recipe),
        steps_per_epoch=len(batches),
        splits=lesson.pictures,
        pictures=varied.pictures(first, 0, size=sizes.at(0) if learner.follows_strategy else None),
        labels=[lesson.source.classes[label] for label in lesson.source.labels[first]],
        files=[str(lesson.source.files[index]) for index in first],
    )


def _stages(recipe: Recipe, net: Net) -> list[dict[str, Any]]:
    strategy = STRATEGIES.build(recipe.strategy)
    sizes = {name: parameter.numel() for name, parameter in net.model.named_parameters()}
    part_of = {name: place for place, part in enumerate(net.parts) for name in part.parameters}
    scales = [strategy.lr_scales(len(net.parts), epoch) for epoch in range(recipe.epochs)]
    stages = []
    for stage in net.stages:
        able = [name for name in stage.parameters if net.can_learn(name)]
        over_time = [max((each[part_of[name]] for name in able), default=0.0) for each in scales]
        learns = [name for name in able if any(each[part_of[name]] for each in scales)]
        stages.append(
            {
                "name": stage.name,
                "parameters": sum(sizes[name] for name in stage.parameters),
                "trained": sum(sizes[name] for name in learns),
                "scales": over_time,
            }
        )
    return stages


def _rates(recipe: Recipe) -> list[float]:
    schedule = SCHEDULES.build(recipe.schedule)
    places = [recipe.epochs * point / POINTS for point in range(POINTS)]
    return [recipe.lr * schedule.at(place, recipe.epochs) for place in places]
