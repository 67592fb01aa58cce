"""What saved weights get right of the pictures they have learned from: as those are, without any variation."""

import numpy as np

from core.home import Home
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.predicting import Predictor

MOST = 2000
"""Training pictures that are looked at; of more, every second, third and so on."""


def fitted(predictor: Predictor, recipe: Recipe, home: Home) -> dict[str, int]:
    """How many training pictures are right, and of how many."""
    lesson = Lesson.load(recipe, home)
    lesson.prepare(predictor.preparation)
    train = lesson.splits["train"]
    some = train[np.linspace(0, len(train) - 1, min(MOST, len(train))).astype(int)]
    said = predictor.probabilities_of(lesson.canvases[some]).argmax(1)
    return {"right": int((said == lesson.source.labels[some]).sum()), "n": len(some)}
