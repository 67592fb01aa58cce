"""What is like nothing in training is told from what is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from core.home import Home
from core.recipe import Recipe
from core.training.familiarity import Familiarity, _mean_and_spread, familiarity
from core.training.lesson import Lesson
from core.training.predicting import Predictor, open_predictor


@pytest.fixture
def learned(run, home: Home, tiny: Recipe, tmp_path: Path) -> tuple[Predictor, Recipe]:
    recipe = replace(tiny, examples_per_class=20, epochs=4)
    run(recipe)
    session = run.sessions[-1]
    session.save_best(tmp_path / "best")
    return open_predictor(tmp_path / "best"), recipe


def share_unlike(known: Familiarity, predictor: Predictor, pictures: list[Image.Image]) -> float:
    canvases = np.stack([predictor.preparation.canvas_of(each) for each in pictures])
    return float(known.judge(predictor, canvases)[1].mean())


def coloured_scene(draw: np.random.Generator) -> Image.Image:
    """Sky, grass and a few things, as a photograph may have them."""
    scene = Image.new("RGB", (90, 60), (120, 170, 230))
    pen = ImageDraw.Draw(scene)
    pen.rectangle((0, 35, 90, 60), fill=(60, 140, 50))
    for _ in range(5):
        x, y = draw.integers((0, 0), (70, 40)).tolist()
        pen.ellipse((x, y, x + 20, y + 15), fill=tuple(draw.integers(0, 256, 3).tolist()))
    return scene


def test_digits_are_like_digits_and_noise_and_scenes_are_not(learned: tuple[Predictor, Recipe], home: Home):
    predictor, recipe = learned
    known = familiarity(predictor, recipe, home)
    lesson = Lesson.load(recipe, home)
    lesson.prepare(predictor.preparation)
    canvases = lesson.canvases[lesson.splits["test"]]
    probabilities, strange = known.judge(predictor, canvases)
    np.testing.assert_allclose(probabilities, predictor.probabilities_of(canvases), atol=1e-5)
    assert strange.mean() <= 0.05
    draw = np.random.default_rng(0)
    noise = [Image.fromarray(draw.integers(0, 256, (40, 40, 3), np.uint8)) for _ in range(20)]
    assert share_unlike(known, predictor, noise) == 1.0
    assert share_unlike(known, predictor, [coloured_scene(draw) for _ in range(20)]) >= 0.95


def test_the_spread_of_a_channel_is_its_standard_deviation():
    channels = torch.randn(3, 4, 50, generator=torch.Generator().manual_seed(0)) * 5 + 100
    mean, spread = _mean_and_spread(channels)
    torch.testing.assert_close(mean, channels.mean(2))
    torch.testing.assert_close(spread, channels.std(2, correction=0))
