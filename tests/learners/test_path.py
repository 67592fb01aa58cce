"""A path of heads: each of them learns what a network of that penalty, seed and rate learns alone; the best is kept."""

import json
import math
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import load_file

from core.catalog.learners import HeadPath
from core.catalog.paths import penalties_of
from core.data.finding import open_source
from core.engines.base import learner_of
from core.engines.predictor import opened
from core.errors import RecipeError, TrainingError
from core.events import EpochEnded, Finished, Improved, Looked, Notice, Predicted, Started
from core.home import Home
from core.recipe import Recipe
from core.training.plan import Plan
from tests.learners.listening import Heard, hear
from tests.learners.test_classical import paint

FEW = {"dataset": "digits", "examples_per_class": 8, "held_out_per_class": 5, "epochs": 2, "batch_size": 16}
OPTIMIZERS = [
    {"optimizer": "sgd", "lr": 0.1},
    {"optimizer": {"name": "sgd", "nesterov": True}, "lr": 0.03},
    {"optimizer": "adam", "lr": 0.01},
    {"optimizer": "adamw", "lr": 0.01},
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def two_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The small digits 3 and 8, as a folder."""
    digits = open_source("digits", Home(tmp_path / "elsewhere"))
    for label in (3, 8):
        (tmp_path / "data" / "pairs" / str(label)).mkdir(parents=True)
        for index in np.flatnonzero(digits.labels == label)[:30]:
            digits.read(int(index)).save(tmp_path / "data" / "pairs" / str(label) / f"{index}.png")
    monkeypatch.setenv("THAW_DATA", str(tmp_path / "data"))
    return "pairs"


def path_of(*, path: dict[str, Any] | None = None, **changed: Any) -> Recipe:
    return Recipe.parse({**FEW, "learner": {"name": "path", "count": 4, **(path or {})}, **changed})


def walked(recipe: Recipe, home: Home) -> tuple[Heard, dict[str, Any], dict[str, torch.Tensor]]:
    """What was said, and the whole path as it was kept."""
    kept = home.folder / "kept"

    def keep(event: Any) -> None:
        if isinstance(event, Improved) and event.save:
            event.save(home.folder / "best")
        if isinstance(event, Predicted) and (event.split, event.weights) == ("val", "best") and event.save:
            event.save(kept)

    heard = hear(recipe, home, during=keep)
    return heard, json.loads((kept / "path.json").read_text()), load_file(kept / "path.safetensors")


def alone(recipe: Recipe, head: dict[str, Any], kind: str) -> Recipe:
    """The recipe of a network that learns one head of the path."""
    how = {"how": "proximal"} if kind == "l1" else {}
    held = [{"name": kind, "strength": head["penalty"], "on": "head", **how}] if head["penalty"] else []
    kept = [each.to_json() for each in recipe.regularizers]
    document = {**recipe.to_json(), "learner": "network", "strategy": "head", "regularizers": [*kept, *held]}
    return Recipe.parse({**document, "seed": head["seed"], "lr": head["rate"]})


def assert_as_alone(recipe: Recipe, home: Home) -> None:
    said, about, tensors = walked(recipe, home)
    steps = recipe.epochs * said.said(Started)[0].steps_per_epoch
    for head in about["heads"]:
        heard = hear(alone(recipe, head, about["kind"]), home, wish_at=(steps, None))
        assert heard.snapshot
        learned = load_file(heard.snapshot / "state.safetensors")
        weight, bias = learned["model/fc.weight"], learned["model/fc.bias"]
        assert torch.allclose(tensors["weight"][head["number"]], weight, atol=1e-5), head
        assert torch.allclose(tensors["bias"][head["number"]], bias, atol=1e-5), head
        assert torch.equal(tensors["weight"][head["number"]] == 0, weight == 0), "the same exact zeros"
        last = heard.said(EpochEnded)[-1]
        assert head["val_loss"] == pytest.approx(last.val_loss, abs=1e-5)
        assert head["val_right"] == round(last.val_accuracy * about["pictures"]["val"])
        assert head["zeros"] == int((weight == 0).sum())


@pytest.mark.parametrize(("kind", "stepping"), list(product(("l1", "l2"), OPTIMIZERS)))
def test_each_head_is_what_a_network_learns_alone(kind: str, stepping: dict[str, Any], home: Home):
    assert_as_alone(path_of(path={"penalty": kind}, **stepping), home)


@pytest.mark.parametrize("kind", ["l1", "l2"])
def test_of_two_classes_too(kind: str, two_classes: str, home: Home):
    path = {"penalty": kind, "count": 3, "seeds": 2}
    assert_as_alone(path_of(dataset=two_classes, path=path, optimizer="sgd", lr=0.1), home)


def test_seeds_and_rates_are_as_alone_each_in_its_own_order(home: Home):
    recipe = path_of(path={"count": 2, "seeds": 2, "rates": "0.1, 0.003"}, seed=5)
    assert_as_alone(recipe, home)
    _, about, tensors = walked(recipe, home)
    told = [(head["seed"], head["rate"], head["penalty"]) for head in about["heads"]]
    assert told == list(product((5, 6), (0.1, 0.003), (10.0, 0.0)))
    assert len({each.numpy().tobytes() for each in tensors["weight"][1::2]}) == 4, "without a penalty all are others"


@pytest.mark.parametrize(
    "wishes",
    [
        {"class_balance": "weights"},
        {"class_balance": "sampling"},
        {"regularizers": ["label_smoothing"]},
        {"schedule": {"name": "step", "every": 1}, "batch_size": 1000},
        {"normalisation": "measured", "fit": "crop", "pooling": [1, 2]},
    ],
    ids=str,
)
def test_what_the_recipe_asks_for_is_honoured(wishes: dict[str, Any], home: Home):
    assert_as_alone(path_of(path={"count": 2}, optimizer="sgd", lr=0.1, **wishes), home)


def test_the_best_head_is_a_network_that_plain_timm_loads(home: Home):
    heard, about, _ = walked(path_of(epochs=4), home)
    best = home.folder / "best"
    model = timm.create_model(f"local-dir:{best}", pretrained=True, num_classes=10).eval()
    said = heard.said(Predicted)[0]
    predictor = opened(best, "cpu")
    picture = np.zeros((1, *predictor.preparation.canvas, 3), np.uint8)
    assert predictor.probabilities_of(picture).shape == (1, 10)
    assert model(torch.zeros(1, 3, *predictor.preparation.size)).shape == (1, 10)
    ended = {event.epoch: event for event in heard.said(EpochEnded)}
    assert said.accuracy == ended[about["best"]["epoch"]].val_accuracy
    assert said.loss == pytest.approx(ended[about["best"]["epoch"]].val_loss, abs=1e-5)
    assert json.loads((best / "thaw.json").read_text())["head"]["penalty"] in penalties_of(HeadPath(count=4))


def test_what_is_told_of_an_epoch_is_of_the_best_head_then(home: Home):
    heard, about, _ = walked(path_of(epochs=3, schedule="constant"), home)
    last = heard.said(EpochEnded)[-1]
    assert last.val_accuracy == max(head["val_right"] for head in about["heads"]) / about["pictures"]["val"]
    among = [head for head in about["heads"] if head["val_right"] == last.val_accuracy * about["pictures"]["val"]]
    assert last.val_loss == pytest.approx(min(head["val_loss"] for head in among), abs=1e-6)
    stages = {stage["name"]: stage for stage in heard.said(Started)[0].stages}
    assert stages["head"]["trained"] == 4 * (about["weights"] + 10)
    assert not any(stage["trained"] for name, stage in stages.items() if name != "head")


def test_where_the_loss_decides_it_is_of_the_head_that_loses_least(home: Home):
    heard, about, _ = walked(path_of(early_stopping={"on": "loss", "patience": 5}), home)
    least = min(about["heads"], key=lambda head: head["val_loss"])
    assert heard.said(EpochEnded)[-1].val_loss == pytest.approx(least["val_loss"], abs=1e-6)
    assert about["best"]["number"] == least["number"]


def test_confusions_are_of_each_head(home: Home):
    _, about, tensors = walked(path_of(), home)
    counts = tensors["confusions"]
    assert counts.sum((1, 2)).tolist() == [about["pictures"]["val"]] * 4
    assert counts.diagonal(dim1=1, dim2=2).sum(1).tolist() == [head["val_right"] for head in about["heads"]]


@pytest.mark.parametrize("path", [{"penalty": "l1"}, {"penalty": "l2", "seeds": 2, "rates": "0.1,0.01"}])
def test_paused_at_any_step_and_resumed_it_says_the_same(path: dict[str, Any], home: Home):
    recipe = path_of(path=path)
    whole = hear(recipe, home)
    steps = whole.said(Started)[0].steps_per_epoch
    for step in (1, steps, steps + 1, 2 * steps):
        paused = hear(recipe, home, wish_at=(step, "pause"))
        assert paused.said(Finished)[0].state == "paused"
        resumed = hear(recipe, home, state=paused.snapshot, plan=whole.said(Started)[0].plan)
        assert [figures(each) for each in resumed.said(EpochEnded)] == [
            figures(each) for each in whole.said(EpochEnded)
        ][-len(resumed.said(EpochEnded)) :]
        assert [each.loss for each in resumed.said(Predicted)] == [each.loss for each in whole.said(Predicted)]


def figures(event: EpochEnded) -> dict[str, Any]:
    timed = ("elapsed", "seconds", "pictures_per_second", "cache")
    return {name: value for name, value in event.to_json().items() if name not in timed}


def test_features_are_shared_with_a_network_that_learns_its_head_alone(home: Home):
    recipe = path_of()
    hear(Recipe.parse({**recipe.to_json(), "learner": "network", "strategy": "head"}), home)
    assert [event.cache for event in hear(recipe, home).said(EpochEnded)] == ["reused", "reused"]


def test_so_strong_a_penalty_leaves_nothing_and_is_no_error(home: Home):
    heard, about, _ = walked(path_of(path={"strongest": 1e9, "weakest": 1e8, "count": 3}), home)
    assert [head["zeros"] for head in about["heads"]] == [about["weights"], about["weights"], 0]
    assert heard.said(Finished)[0].state == "done"


def test_a_head_that_loses_its_way_takes_no_other_with_it(home: Home):
    path = {"penalty": "l2", "strongest": 1e9, "weakest": 1e-3, "count": 3, "rates": "1e10, 0.1"}
    heard, about, _ = walked(path_of(path=path, optimizer="sgd", epochs=3), home)
    lost = [head for head in about["heads"] if head["val_loss"] is None]
    assert 0 < len(lost) < len(about["heads"]) and heard.said(Finished)[0].state == "done"
    kept = next(head for head in about["heads"] if head["number"] == about["best"]["number"])
    assert kept["val_loss"] is not None and kept["rate"] == 0.1
    assert all(np.isfinite(event.train_loss) for event in heard.said(EpochEnded)[1:])


def test_only_if_all_heads_lose_their_way_the_run_does(home: Home):
    recipe = path_of(path={"penalty": "l2", "rates": "1e9, 1e12"}, optimizer="sgd", epochs=8)
    assert hear(recipe, home).said(Finished)[0].state == "diverged"


def test_one_head_alone_is_a_path_too(home: Home):
    recipe = path_of(path={"count": 1})
    _, about, _ = walked(recipe, home)
    assert [head["penalty"] for head in about["heads"]] == [0.0]
    assert_as_alone(recipe, home)


def test_rates_that_look_alike_are_two(home: Home):
    _, about, _ = walked(path_of(path={"count": 1, "rates": "0.1, 0.1, 0.1000001"}), home)
    assert [head["rate"] for head in about["heads"]] == [0.1, 0.1000001]


def test_penalties_go_from_the_strongest_to_the_weakest_and_to_none():
    assert penalties_of(HeadPath(count=4, strongest=100.0, weakest=1.0)) == pytest.approx((100, 10, 1, 0))
    assert penalties_of(HeadPath(count=2, strongest=5.0)) == (5.0, 0.0)
    assert len(penalties_of(HeadPath())) == 40


def refused() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "regularizers: .* a path has penalties of its own", {"regularizers": ["l2"]}
    yield "regularizers: .* keep label_smoothing at most", {"regularizers": ["label_smoothing", "dropout"]}
    yield "schedule: .*plateau.* choose another", {"schedule": "plateau"}
    yield "pretrained: .*choose true", {"pretrained": False, "path": {"seeds": 2}}
    yield "learner.weakest: .*less than the strongest", {"path": {"strongest": 1e-3, "weakest": 1e-2}}
    yield "learner.rates: .*fast.* it is numbers", {"path": {"rates": "0.1, fast"}}
    yield "learner.rates: .*nan.* it is numbers", {"path": {"rates": "nan"}}
    yield "frozen_norms: .*choose hold", {"frozen_norms": "drift"}
    yield "workers: 2 .* learns alone", {"workers": 2}
    yield "seed: .* choose a lower one", {"seed": 2**32 - 1, "path": {"seeds": 2}}
    yield "learner: .*100,000 heads.* at most 10,000, choose a smaller count", {"path": {"count": 1000, "seeds": 100}}


@pytest.mark.parametrize(("sentence", "choices"), list(refused()))
def test_what_it_cannot_do_is_refused_in_a_sentence(sentence: str, choices: dict[str, Any], home: Home):
    with pytest.raises(RecipeError, match=sentence):
        hear(path_of(**choices), home)


def test_a_single_class_to_learn_from_gets_a_sentence(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_DATA", str(tmp_path / "data"))
    paint(tmp_path / "data" / "alone", {"train": (0,), "val": (0, 200)})
    with pytest.raises(TrainingError, match="All training pictures are of one class, shade 0; add another class"):
        hear(path_of(dataset="alone"), home)


def test_a_backbone_whose_head_is_more_than_a_layer_is_refused(home: Home):
    with pytest.raises(RecipeError, match="its head is more, or less, than one linear layer"):
        hear(path_of(backbone="levit_128s", pretrained=False), home)


def test_augmentation_is_told_to_be_unused(home: Home):
    notices = [event.message for event in hear(path_of(augmentation=["flip"]), home).said(Notice)]
    assert any("Augmentation is not used" in message for message in notices)


def test_stopped_while_its_backbone_looks_at_pictures_it_keeps_what_was_seen(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.training.attempt.SIGN_OF_LIFE", math.inf)
    recipe, plan = path_of(), Plan(eval_batch=8).to_json()
    learning = learner_of(recipe)(recipe, "cpu", plan=plan, home=home)
    seen = next(event for event in learning if isinstance(event, Looked))
    assert (seen.pictures, seen.pictures < seen.of) == (8, True)
    finished = learning.send("stop")
    assert isinstance(finished, Finished) and (finished.state, finished.best_epoch) == ("stopped", None)
    again = hear(recipe, home, plan=plan)
    assert again.said(Looked)[-1].of == seen.of - seen.pictures
    assert {each.cache for each in again.said(EpochEnded)} == {"computed", "reused"}
