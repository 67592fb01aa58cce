"""Smaller training pictures enter where a strategy wants them and the network takes them, and nothing else changes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.catalog.registry import Choice
from core.catalog.strategies import STRATEGIES, HeadOnly
from core.events import EpochEnded, Notice
from core.home import Home
from core.recipe import Recipe
from core.training.preview import preview
from core.training.session import Session
from core.training.sizing import PictureSizes
from core.training.team import ALONE

FULL = (160, 256)
OF_ONE_SIZE = "vit_tiny_patch16_224"
"""Its positions are as many as its pictures had patches when it was built."""


def growing(**more: float) -> Choice:
    settings = {"head_epochs": 1, "upper_epochs": 1, "growing_epochs": 2, "smallest": 0.4, **more}
    return STRATEGIES.choose("swift", **settings)


@pytest.fixture
def recipe(tiny: Recipe) -> Recipe:
    return replace(tiny, strategy=growing(), image_size=FULL, epochs=5, held_out_per_class=2)


def session_of(recipe: Recipe, home: Home) -> Session:
    return Session(recipe, torch.device("cpu"), home, None, ALONE)


def entering(session: Session) -> Iterator[np.ndarray]:
    """The first batch of each epoch."""
    for epoch in range(session.recipe.epochs):
        session.make_ready(epoch)
        yield next(session.feed(epoch)).inputs.numpy()


def test_pictures_grow_while_everything_learns_and_are_judged_at_their_full_size(recipe: Recipe, home: Home):
    session = session_of(replace(recipe, views=0, augmentation=["crop_flip"]), home)
    shapes = [batch.shape[1:3] for batch in entering(session)]
    assert shapes == [FULL, FULL, (96, 160), (128, 192), FULL]
    session.make_ready(2)
    assert next(session.feeder.evaluation(session.lesson.splits["val"])).inputs.shape[1:3] == FULL


def test_a_small_picture_shows_what_the_large_one_does(recipe: Recipe, home: Home):
    session = session_of(replace(recipe, augmentation=["crop_flip"]), home)
    numbers = session.lesson.splits["train"][:4]
    large, small = (session.feeder.varied.pictures(numbers, 3, size=size) for size in (None, (80, 128)))
    halved = functional.avg_pool2d(torch.from_numpy(large).permute(0, 3, 1, 2).float(), 2).permute(0, 2, 3, 1).numpy()
    assert np.abs(halved - small).mean() < 5, "the same crops, mirrored alike"


def test_features_are_kept_of_whole_pictures_alone(run, recipe: Recipe):
    outcome = run(replace(recipe, strategy=growing(head_epochs=2, upper_epochs=2), epochs=6))
    assert [ended.cache for ended in outcome.said(EpochEnded)] == [*["computed", "reused"] * 2, "none", "none"]


class SmallHead(HeadOnly):
    """The head alone, from pictures of half their size."""

    def picture_share(self, epoch: int) -> float:
        return 0.5


def test_a_frozen_prefix_sees_small_pictures_too_where_the_strategy_wants_them(recipe: Recipe, home: Home):
    session = session_of(replace(recipe, strategy="head", image_size=(128, 128)), home)
    feeder = session.feeder
    feeder.sizes = PictureSizes(SmallHead(), session.net, recipe.epochs)
    session.make_ready(0)
    fed = next(session.feed(0))
    assert fed.inputs.shape[1:3] == (96, 96) and not fed.are_features
    assert feeder.cut and feeder.note == "afresh" and next(feeder.evaluation(fed.indices)).are_features
    before = {name: each.clone() for name, each in session.net.model.state_dict().items()}
    session.learn(fed)
    moved = {name for name, each in session.net.model.state_dict().items() if not torch.equal(each, before[name])}
    assert moved == session.net.head


def sizes_told(outcome: Any) -> list[str]:
    return [notice.message for notice in outcome.said(Notice) if notice.topic == "picture_size"]


def test_a_run_tells_the_sizes_of_its_pictures_where_they_change(run, recipe: Recipe):
    told = sizes_told(run(replace(recipe, epochs=4)))
    assert told == ["Training pictures are 160 x 256, then 96 x 160 from epoch 3, 128 x 192 from epoch 4."]


def test_a_network_of_one_size_keeps_it_and_says_so(run, recipe: Recipe):
    outcome = run(replace(recipe, backbone=OF_ONE_SIZE, epochs=4, held_out_per_class=1))
    shapes = {batch.shape[1:3] for batch in entering(run.sessions[-1]) if batch.ndim == 4}
    assert shapes == {FULL}
    assert sizes_told(outcome) == [f"{OF_ONE_SIZE} takes no smaller pictures: they stay 160 x 256 in every epoch."]


def test_what_is_small_already_stays_as_it_is_without_a_word(run, recipe: Recipe):
    outcome = run(replace(recipe, image_size=(64, 48), epochs=3))
    assert {batch.shape[1:3] for batch in entering(run.sessions[-1]) if batch.ndim == 4} == {(64, 48)}
    assert not sizes_told(outcome)


def test_a_preview_tells_the_sizes_that_then_enter(recipe: Recipe, home: Home):
    told = preview(recipe, home).picture_sizes
    assert [(each["epoch"], each["height"], each["width"]) for each in told] == [
        (0, 160, 256),
        (2, 96, 160),
        (3, 128, 192),
        (4, 160, 256),
    ]
    assert len(preview(replace(recipe, backbone=OF_ONE_SIZE), home).picture_sizes) == 1


def test_a_preview_shows_the_first_batch_at_the_size_that_it_enters_with(recipe: Recipe, home: Home):
    at_once = replace(recipe, strategy=growing(head_epochs=0, upper_epochs=0))
    assert preview(at_once, home).pictures.shape[1:3] == (96, 160)


def test_early_stopping_leaves_the_head_and_the_upper_stages_their_time(recipe: Recipe, home: Home):
    at_once = growing(growing_epochs=0)
    session = session_of(
        replace(recipe, strategy=at_once, early_stopping={"on": "accuracy", "patience": 2}, epochs=9), home
    )
    endings = []
    for epoch in range(6):
        session.improved(epoch, loss=1.0 + epoch, accuracy=0.5)
        session.end_epoch(1.0 + epoch)
        endings.append(session.patience_ended())
    assert [ending is not None for ending in endings] == [False, False, False, True, True, True]
