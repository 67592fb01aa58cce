"""What was learned by heart is right of the training pictures, and a network that learned nothing guesses."""

from dataclasses import replace
from pathlib import Path

from core.home import Home
from core.recipe import Recipe
from core.training.fitting import fitted
from core.training.predicting import open_predictor


def test_training_pictures_are_counted_as_they_are_without_variation(run, home: Home, tiny: Recipe, tmp_path: Path):
    recipe = replace(
        tiny, examples_per_class=3, epochs=12, augmentation=Recipe.parse({"augmentation": ["rotation"]}).augmentation
    )
    run(recipe)
    run.sessions[-1].save_best(tmp_path / "best")
    learned = fitted(open_predictor(tmp_path / "best"), recipe, home)
    assert learned["n"] == 30 and learned["right"] > 15
