"""Steps from features have little left to do: threads and bf16 are for what makes the features."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from core.recipe import Recipe
from core.training.calibrating import undisturbed
from core.training.feeding import HARDLY_ANYTHING, LITTLE_LEFT
from core.training.frozen import Frozen
from core.training.plan import Plan
from core.training.session import Session
from core.training.stepper import Stepper

DEAR = 1.0
"""Operations per second of a machine on which computing is never worth it."""


def noting_threads(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """torch's threads whenever something is computed."""
    seen: dict[str, set[int]] = {}
    for owner, name in ((Stepper, "learn"), (Frozen, "features"), (Session, "answers"), (Session, "logits_of")):
        monkeypatch.setattr(owner, name, _noting(seen.setdefault(name, set()), getattr(owner, name)))
    return seen


def _noting(seen: set[Any], act, look: Callable[[], Any] = torch.get_num_threads):
    def noting(*given):
        seen.add(look())
        return act(*given)

    return noting


def test_what_begins_with_features_takes_one_thread_and_what_makes_them_takes_all(run, tiny: Recipe, monkeypatch):
    seen = noting_threads(monkeypatch)
    recipe = replace(tiny, backbone="thaw_small", pretrained=True, strategy="head")
    with undisturbed():
        run(recipe, plan=Plan(compute_threads=2, precision="bf16").to_json())
    assert seen == {"learn": {1}, "features": {2}, "answers": {1}, "logits_of": {2}}


@pytest.mark.parametrize(
    ("choices", "small"),
    [({"strategy": "full"}, LITTLE_LEFT), ({"augmentation": ["flip"]}, LITTLE_LEFT), ({}, 1)],
    ids=["nothing is frozen", "features are made afresh", "much is left to be done"],
)
def test_otherwise_everything_takes_all_threads(run, tiny: Recipe, monkeypatch, choices, small):
    seen = noting_threads(monkeypatch)
    monkeypatch.setattr("core.training.feeding.LITTLE_LEFT", small)
    recipe = replace(tiny, backbone="thaw_small", pretrained=True, **{"strategy": "head", **choices})
    with undisturbed():
        run(recipe, plan=Plan(compute_threads=2).to_json())
    assert seen.pop("features") <= {2} and set(map(frozenset, seen.values())) == {frozenset({2})}


@pytest.mark.parametrize(
    ("choices", "hardly", "half"),
    [
        ({}, HARDLY_ANYTHING, False),
        ({}, 1, True),
        ({"precision": "bf16"}, HARDLY_ANYTHING, True),
        ({"augmentation": ["flip"]}, HARDLY_ANYTHING, True),
    ],
    ids=["hardly anything is left to be done", "more is", "the recipe asks for it", "features are made afresh"],
)
def test_in_bf16_what_is_hardly_anything_stays_float32(run, tiny: Recipe, monkeypatch, choices, hardly: float, half):
    in_bf16: dict[type, set[bool]] = {nn.Conv2d: set(), nn.Linear: set()}
    for layer, seen in in_bf16.items():
        monkeypatch.setattr(layer, "forward", _noting(seen, layer.forward, partial(torch.is_autocast_enabled, "cpu")))
    monkeypatch.setattr("core.training.feeding.HARDLY_ANYTHING", hardly)
    recipe = replace(tiny, backbone="thaw_small", pretrained=True, strategy="head", **choices)
    run(recipe, plan=Plan(precision="bf16").to_json())
    assert True in in_bf16[nn.Conv2d] and (True in in_bf16[nn.Linear]) == half, "answers are float32 anyway"


def test_threads_follow_a_border_that_moves(run, tiny: Recipe, monkeypatch):
    seen = noting_threads(monkeypatch)
    with undisturbed():
        plan = Plan(compute_threads=2, pace=DEAR).to_json()
        run(replace(tiny, strategy={"name": "freeze_until", "epoch": 2}, epochs=4), plan=plan)
    assert seen["learn"] == {1, 2} and seen["features"] == seen["logits_of"] == {2}
