"""What a frozen prefix computes is computed once, and nothing else changes by that."""

import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import timm
import torch
from torch import nn

from core.data.batches import TURN
from core.events import EpochEnded, Notice, Predicted
from core.home import Home
from core.recipe import Recipe
from core.training.answering import logits_from_features
from core.training.counting import operations_of
from core.training.frozen import Frozen, entering, made_ready
from core.training.modes import at_rest
from core.training.parts import HEAD, classifier_parameters, parts_of
from core.training.placing import Placing, Resident
from core.training.plan import Plan
from core.training.splitting import cut_below
from tests.training.conftest import differing
from tests.training.networks import NETWORKS, network_of_three

brought = Resident.__call__
DEAR, CHEAP = 1.0, 1e18
"""Operations per second of a machine on which computing is never worth it, and of one on which it always is."""


@pytest.mark.parametrize("name", NETWORKS)
def test_a_cut_network_computes_what_the_whole_one_does_at_every_stage(name: str):
    model, pictures = network_of_three(name)
    parts = parts_of(model, "stage")
    found = []
    with torch.no_grad():
        for lowest in range(1, len(parts)):
            learning = {name for part in parts[lowest:] for name in part.parameters}
            cut = cut_below(model, learning, pictures)
            if cut is not None:
                found.append(cut.boundary)
                features = cut.prefix(pictures)
                torch.testing.assert_close(cut.suffix(features), model(pictures), atol=1e-5, rtol=1e-4)
                assert cut.shape == features.shape[1:]
                whole, above = (
                    operations_of(model, each) for each in (partial(model, pictures), partial(cut.suffix, features))
                )
                assert 2 * cut.operations == pytest.approx(whole - above), "of a picture, where two were tried"
                assert 2 * cut.above == pytest.approx(above)
                assert not learning & set(cut.state()), "the prefix depends on nothing that learns"
    assert found[-1] in ("head", "after the last stage"), "two classifiers begin after the last stage"
    assert len(found) >= 2, "more than the head can be cut off"


def test_nothing_is_cut_off_where_the_first_layer_learns():
    model = timm.create_model("test_resnet", num_classes=3).eval()
    names = {name for name, _ in model.named_parameters()}
    assert cut_below(model, names, torch.randn(2, 3, 32, 32)) is None


@pytest.mark.parametrize("strategy", ["head", "last_stages"])
@pytest.mark.parametrize("family", ["thaw_small", "test_vit"])
def test_kept_features_change_no_prediction(run, tiny: Recipe, strategy: str, family: str):
    recipe = replace(tiny, backbone=family, pretrained=family == "thaw_small", strategy=strategy, precision="float32")
    outcomes = []
    for cache in (True, False):
        plan = Plan(cache=cache, precision="float32").to_json()
        outcomes.append(run(recipe, plan=plan))
    kept, afresh = outcomes
    assert [e.cache for e in kept.said(EpochEnded)] == ["computed", "reused", "reused"]
    assert {e.cache for e in afresh.said(EpochEnded)} == {"none"}
    assert [(e.split, e.right) for e in kept.said(Predicted)] == [(e.split, e.right) for e in afresh.said(Predicted)]
    np.testing.assert_allclose(kept.losses, afresh.losses, rtol=1e-4)
    for name, tensor in kept.weights.items():
        torch.testing.assert_close(tensor, afresh.weights[name], rtol=1e-3, atol=1e-4)


def at_the_border(model: nn.Module, boundary: str, pictures: torch.Tensor) -> torch.Tensor:
    """What the whole network, norms and all, computes where it was cut."""
    seen = []
    border = model.get_classifier() if boundary == HEAD else model.get_submodule(boundary)  # type: ignore[operator]
    hook = border.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    with at_rest(model), torch.no_grad():
        model(pictures)
    hook.remove()
    return seen[0]


@pytest.mark.parametrize("strategy", ["head", "last_stages", {"name": "last_stages", "count": 2}])
@pytest.mark.parametrize("backbone", ["resnet18", "mobilenetv2_100", "vit_tiny_patch16_224"])
def test_what_is_kept_is_what_the_whole_network_computes_there(run, tiny: Recipe, backbone: str, strategy):
    recipe = replace(tiny, backbone=backbone, strategy=strategy, epochs=2, precision="float32")
    kept = run(recipe, plan=Plan(pace=DEAR).to_json())
    assert [e.cache for e in kept.said(EpochEnded)] == ["computed", "reused"]
    feeder, numbers = run.sessions[-1].feeder, run.sessions[-1].lesson.splits["val"]
    model = feeder.net.model
    pictures = entering(feeder.plain.pictures(numbers, 0), feeder.net, feeder.plan, feeder.device)
    found = torch.from_numpy(feeder.features_of(numbers))
    wanted = at_the_border(model, feeder.cut.boundary, pictures)
    assert (found - wanted).abs().max() <= 1e-5 * wanted.abs().max()
    with at_rest(model), torch.no_grad():
        assert torch.equal(feeder.logits(found, are_features=True).argmax(1), model(pictures).argmax(1))


def test_a_second_run_on_the_same_prefix_computes_nothing(run, tiny: Recipe, home: Home):
    head_only = replace(tiny, backbone="thaw_small", pretrained=True, strategy="head")
    assert run(head_only).said(EpochEnded)[0].cache == "computed"
    assert run(replace(head_only, lr=0.01, seed=1)).said(EpochEnded)[0].cache == "reused"


def test_other_weights_or_another_preparation_find_no_features(run, tiny: Recipe):
    head_only = replace(tiny, backbone="thaw_small", pretrained=True, strategy="head", epochs=2)
    run(head_only)
    assert run(replace(head_only, pretrained=False)).said(EpochEnded)[0].cache == "computed"
    assert run(replace(head_only, normalisation="imagenet")).said(EpochEnded)[0].cache == "computed"
    assert run(replace(head_only, precision="bf16")).said(EpochEnded)[0].cache == "computed"
    assert run(head_only).said(EpochEnded)[0].cache == "reused"


def test_another_timm_finds_no_features(run, tiny: Recipe, monkeypatch: pytest.MonkeyPatch):
    head_only = replace(tiny, backbone="thaw_small", pretrained=True, strategy="head", epochs=2)
    run(head_only)
    monkeypatch.setattr(timm, "__version__", "another")
    assert run(head_only).said(EpochEnded)[0].cache == "computed"


def test_augmented_views_are_kept_as_many_as_asked(run, tiny: Recipe):
    recipe = replace(tiny, strategy="head", augmentation=["flip"], epochs=5)
    assert [e.cache for e in run(replace(recipe, views=2)).said(EpochEnded)] == [
        "computed", "computed", "reused", "reused", "reused",
    ]  # fmt: skip
    assert {e.cache for e in run(recipe).said(EpochEnded)} == {"afresh"}


@pytest.mark.parametrize(
    "choices",
    [
        {"strategy": "head", "augmentation": ["flip"], "views": 2},
        {"strategy": {"name": "gradual", "epochs_per_stage": 2}},
        {"augmentation": []},
        {"augmentation": ["flip"]},
        {
            "strategy": {"name": "swift", "head_epochs": 1, "upper_epochs": 1, "growing_epochs": 2},
            "image_size": (192, 96),
        },
    ],
)
def test_where_what_is_always_alike_lies_on_the_device_nothing_else_changes(run, tiny: Recipe, monkeypatch, choices):
    recipe = Recipe.parse({**tiny.to_json(), "epochs": 5, "held_out_per_class": 2, "precision": "float32", **choices})
    there, batches = run(recipe), []
    monkeypatch.setattr("core.training.feeding.Placing", partial(Placing, room=lambda device: 2**30))
    monkeypatch.setattr(Resident, "__call__", lambda held, rows: batches.append(rows) or brought(held, rows))
    assert differing(run(recipe).weights, there.weights) == set()
    assert batches, "evaluation's pictures at least are always alike"


def test_mixed_pictures_are_never_kept(run, tiny: Recipe):
    mixed = replace(tiny, strategy="head", regularizers=["mixup"])
    assert {e.cache for e in run(mixed).said(EpochEnded)} == {"afresh"}


def test_a_moving_border_is_followed(run, tiny: Recipe):
    """Each stage rests for two epochs, so each border is cut once and its features are used twice."""
    recipe = replace(tiny, strategy={"name": "gradual", "epochs_per_stage": 2}, epochs=6)
    ended = run(recipe).said(EpochEnded)
    assert [e.cache for e in ended] == ["computed", "reused"] * 3
    assert [e.boundary for e in ended[::2]] == ["head", "layer4.0", "layer3.0"], "and it is said where it lies"
    assert run(replace(tiny, epochs=1)).said(EpochEnded)[0].boundary is None


def test_a_prefix_that_thaws_is_kept_until_then(run, tiny: Recipe):
    thawing = replace(tiny, strategy={"name": "freeze_until", "epoch": 3}, epochs=5)
    assert [e.cache for e in run(thawing).said(EpochEnded)] == ["computed", "reused", "reused", "none", "none"]


def test_varied_pictures_go_through_the_frozen_part_without_its_norms_and_learn_the_same(run, tiny: Recipe):
    recipe = replace(tiny, strategy="last_stages", augmentation=["flip"], precision="float32")
    afresh, uncut = (run(recipe, plan=Plan(cache=cache).to_json()) for cache in (True, False))
    assert {e.cache for e in afresh.said(EpochEnded)} == {"afresh"}
    np.testing.assert_allclose(afresh.losses, uncut.losses, rtol=1e-4)


def test_what_is_sooner_computed_than_read_is_not_kept_and_that_is_said(run, tiny: Recipe):
    recipe = replace(tiny, strategy="last_stages", precision="float32")
    quick, slow = (run(recipe, plan=Plan(pace=pace).to_json()) for pace in (CHEAP, DEAR))
    assert [e.cache for e in quick.said(EpochEnded)] == ["afresh"] * 3
    assert [e.cache for e in slow.said(EpochEnded)] == ["computed", "reused", "reused"]
    np.testing.assert_allclose(quick.losses, slow.losses, rtol=1e-4)
    (said,) = [e.message for e in quick.said(Notice) if e.topic == "features"]
    assert "in every epoch" in said and not slow.said(Notice)


def test_a_resumed_run_keeps_to_what_was_decided_though_everything_costs_something_else_by_now(run, tiny: Recipe):
    recipe = replace(tiny, strategy="last_stages")
    for pace, other in ((CHEAP, DEAR), (DEAR, CHEAP)):
        plan = Plan(pace=pace).to_json()
        whole, paused = run(recipe, plan=plan), run(recipe, plan=plan, pause_at=5)
        resumed = run(recipe, plan={**plan, "pace": other}, state=paused.snapshot)
        assert differing(resumed.weights, whole.weights) == set()
        assert resumed.said(EpochEnded)[-1].cache == whole.said(EpochEnded)[-1].cache
        assert not resumed.said(Notice)


def test_another_grid_of_as_many_cells_finds_no_features(run, tiny: Recipe):
    wide = replace(tiny, strategy="head", image_size=(64, 64), pooling=[1, 2], epochs=2)
    assert run(wide).said(EpochEnded)[0].cache == "computed"
    assert run(replace(wide, pooling=[2, 1])).said(EpochEnded)[0].cache == "computed"


WITH_DROPOUT = (
    *("resnet18", "mobilenetv3_small_050", "test_efficientnet", "test_convnext", "test_vit", "densenet121"),
    *("swin_tiny_patch4_window7_224", "vgg11", "inception_v3", "fastvit_t8", "tiny_vit_5m_224", "efficientvit_b0"),
)


@pytest.mark.parametrize("name", WITH_DROPOUT)
def test_dropout_before_the_classifier_also_works_on_kept_features(name: str):
    torch.manual_seed(0)
    model = timm.create_model(name, num_classes=50, drop_rate=0.5).eval()
    size = {"test_vit": 160}.get(name, 224 if "224" in name else 96)
    pictures = torch.randn(1, 3, size, size)
    cut = cut_below(model, classifier_parameters(model), pictures)
    assert cut is not None and cut.boundary == "head"
    with torch.inference_mode():
        features = cut.prefix(pictures)
        model.train()
        assert not torch.equal(cut.suffix(features), cut.suffix(features)), "each draw blanks others"


def test_a_classifier_that_drops_by_itself_is_given_all():
    model: Any = timm.create_model("levit_256d", num_classes=50, drop_rate=0.5).eval()
    cut = cut_below(model, classifier_parameters(model), torch.randn(1, 3, 224, 224))
    assert cut is not None and cut.boundary == "head"
    given: list[torch.Tensor] = []
    model.get_classifier().register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))
    features = torch.randn(4, *cut.shape)
    model.train()
    cut.suffix(features)
    assert torch.equal(given[0], features)


def test_a_prefix_that_lets_several_things_through_is_no_prefix():
    model = timm.create_model("crossvit_tiny_240", num_classes=3).eval()
    assert cut_below(model, classifier_parameters(model), torch.randn(1, 3, 240, 240)) is None


def test_where_what_learns_is_used_without_being_called_nothing_above_it_is_cut_off():
    model: Any = timm.create_model("test_resnet", num_classes=3).eval()
    below = model.forward_features
    model.scale = nn.Module()
    model.scale.weight = nn.Parameter(torch.tensor(2.0))
    model.forward_features = lambda pictures: below(pictures) * model.scale.weight
    pictures = torch.randn(2, 3, 32, 32)
    assert cut_below(model, classifier_parameters(model), pictures) is not None
    assert cut_below(model, {*classifier_parameters(model), "scale.weight"}, pictures) is None


def rows_of(said: Iterator[np.ndarray] | None) -> np.ndarray:
    assert said is not None, "these weights made the features"
    return np.concatenate([*said])


def test_large_features_are_answered_a_few_at_a_time_and_in_halves_where_there_is_no_room(
    run, tiny: Recipe, monkeypatch: pytest.MonkeyPatch
):
    run(replace(tiny, backbone="thaw_small", pretrained=True, strategy="last_stages", precision="float32"))
    session = run.sessions[-1]
    predictor, held_out = session.predictor(session.best), session.lesson.splits["val"]
    asked = session.feeder, predictor, session.best, held_out
    wanted, seen = rows_of(logits_from_features(*asked)), []

    def crowded(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        seen.append(len(inputs[0]))
        if len(inputs[0]) > 3:
            raise torch.OutOfMemoryError("Tried to allocate more than there is.")

    monkeypatch.setattr("core.training.answering.LARGE", 5 * 4 * math.prod(session.feeder.cut.shape))
    predictor.model.get_classifier().register_forward_pre_hook(crowded)
    found = rows_of(logits_from_features(*asked))
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert max(seen) == 5 and len(held_out) > 5


def test_no_features_are_kept_for_answers_where_the_disk_has_no_room(
    run, tiny: Recipe, monkeypatch: pytest.MonkeyPatch
):
    run(replace(tiny, backbone="thaw_small", pretrained=True, strategy="head", precision="bf16", epochs=2))
    feeder, unseen = run.sessions[-1].feeder, run.sessions[-1].lesson.splits["train"]
    assert feeder.has_features_of(unseen)
    monkeypatch.setattr("core.training.feeding.room_on", lambda folder: 0)
    assert not feeder.has_features_of(unseen)
    assert feeder.has_features_of(run.sessions[-1].lesson.splits["val"]), "they are there"


@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize(("strategy", "split"), [("head", "val"), ("head", "test"), ("last_stages", "val")])
def test_final_predictions_from_kept_features_are_those_of_the_saved_network(
    run, tiny: Recipe, strategy: str, split: str, precision: str
):
    run(replace(tiny, backbone="thaw_small", pretrained=True, strategy=strategy, precision=precision))
    session = run.sessions[-1]
    predictor, held_out = session.predictor(session.best), session.lesson.splits[split]
    said = rows_of(logits_from_features(session.feeder, predictor, session.best, held_out))
    assert not len(session.feeder.answering.rows(session.feeder.plain, 0).missing(held_out))
    np.testing.assert_allclose(said, predictor.logits_of(session.lesson.canvases[held_out]), atol=1e-5, rtol=1e-4)


def test_weights_that_did_not_make_the_features_look_at_the_pictures_themselves(run, tiny: Recipe):
    run(replace(tiny, backbone="thaw_small", pretrained=True, strategy="head", precision="float32"))
    session = run.sessions[-1]
    name = next(iter(session.feeder.cut.state()))
    others = {**session.best, name: session.best[name] + 0.01}
    predictor, held_out = session.predictor(others), session.lesson.splits["val"]
    assert logits_from_features(session.feeder, predictor, others, held_out) is None
    wanted = predictor.logits_of(session.lesson.canvases[held_out])
    np.testing.assert_array_equal(rows_of(session.logits_of(held_out, predictor, others)), wanted)


def test_a_difference_that_two_pictures_do_not_show_is_seen_in_the_weights(run, tiny: Recipe, monkeypatch):
    run(replace(tiny, backbone="thaw_small", pretrained=True, strategy="head", precision="float32"))
    session = run.sessions[-1]
    name = next(iter(session.feeder.cut.state()))
    others = {**session.best, name: session.best[name] * (1 + 1e-6)}
    monkeypatch.setattr("core.training.answering.alike", lambda *answers: True)
    asked = session.feeder, session.predictor(others)
    assert logits_from_features(*asked, session.best, session.lesson.splits["val"]) is not None
    assert logits_from_features(*asked, others, session.lesson.splits["val"]) is None


def test_what_is_learned_in_fewer_digits_is_answered_in_all_from_features_of_their_own(run, tiny: Recipe, monkeypatch):
    made: Counter[str] = Counter()
    features = Frozen.features

    def counting(frozen: Frozen, pictures: np.ndarray) -> np.ndarray:
        made[frozen.plan.precision] += len(pictures)
        return features(frozen, pictures)

    monkeypatch.setattr(Frozen, "features", counting)
    recipe = replace(tiny, backbone="thaw_small", pretrained=True, strategy="head", precision="bf16")
    run(recipe)
    train, val, test = (len(run.sessions[-1].lesson.splits[split]) for split in ("train", "val", "test"))
    assert made == {"bf16": train + val, "float32": val + test}, "however many weights are asked"
    run(replace(recipe, lr=0.5))
    assert made.total() == train + 2 * val + test, "a second run computes nothing"


@pytest.mark.parametrize(
    ("device", "computing", "ahead"), [("cpu", 2, False), ("cpu", 8, False), ("cpu", 1, True), ("cuda", 8, True)]
)
def test_pictures_are_prepared_beside_a_network_only_where_it_leaves_a_core(device: str, computing: int, ahead: bool):
    begun: list[int] = []
    batches = [np.arange(start, start + TURN) for start in range(0, TURN * 20, TURN)]
    plan = Plan(compute_threads=computing)
    ready = made_ready(lambda batch: begun.append(int(batch[0])), batches, plan, torch.device(device))
    next(ready)  # from here on the network would compute with it
    time.sleep(0.05)
    assert (len(begun) > 1) == ahead
    assert len(list(ready)) == len(batches) - 1
