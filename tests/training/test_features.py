"""What a frozen prefix computes is computed once, and nothing else changes by that."""

from dataclasses import replace

import numpy as np
import pytest
import timm
import torch

from core.events import EpochEnded, Predicted
from core.home import Home
from core.recipe import Recipe
from core.training.parts import classifier_parameters, parts_of
from core.training.plan import Plan
from core.training.splitting import cut_below

NETWORKS = {
    "resnet18": 32,
    "mobilenetv3_small_050": 32,
    "efficientnet_b0": 32,
    "convnext_atto": 32,
    "vit_tiny_patch16_224": 224,
    "swin_tiny_patch4_window7_224": 224,
    "regnetx_002": 32,
    "densenet121": 32,
    "vgg11": 32,
    "deit_tiny_distilled_patch16_224": 224,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_cut_network_computes_what_the_whole_one_does_at_every_stage(name: str):
    torch.manual_seed(0)
    model = timm.create_model(name, num_classes=3).eval()
    pictures = torch.randn(2, 3, NETWORKS[name], NETWORKS[name])
    parts = parts_of(model, "stage")
    found = []
    with torch.no_grad():
        for lowest in range(1, len(parts)):
            learning = {name for part in parts[lowest:] for name in part.parameters}
            cut = cut_below(model, learning, pictures)
            if cut is not None:
                found.append(cut.boundary)
                torch.testing.assert_close(cut.suffix(cut.prefix(pictures)), model(pictures), atol=1e-5, rtol=1e-4)
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


def test_features_equal_those_computed_afresh(run, tiny: Recipe):
    run(replace(tiny, backbone="thaw_small", pretrained=True, strategy="head"))
    session = run.sessions[-1]
    numbers = session.lesson.splits["val"]
    kept = session.feeder._features_of(session.feeder.plain, numbers, 0).inputs
    afresh = session.feeder.features(session.feeder.plain.pictures(numbers, 0))
    assert np.abs(kept - afresh).max() <= 1e-5 * np.abs(afresh).max()


def test_a_second_run_on_the_same_prefix_computes_nothing(run, tiny: Recipe, home: Home):
    head_only = replace(tiny, backbone="thaw_small", pretrained=True, strategy="head")
    assert run(head_only).said(EpochEnded)[0].cache == "computed"
    assert run(replace(head_only, lr=0.01, seed=1)).said(EpochEnded)[0].cache == "reused"


def test_other_weights_or_another_preparation_find_no_features(run, tiny: Recipe):
    head_only = replace(tiny, backbone="thaw_small", pretrained=True, strategy="head", epochs=2)
    run(head_only)
    assert run(replace(head_only, pretrained=False)).said(EpochEnded)[0].cache == "computed"
    assert run(replace(head_only, normalisation="imagenet")).said(EpochEnded)[0].cache == "computed"


def test_augmented_views_are_kept_as_many_as_asked(run, tiny: Recipe):
    recipe = replace(tiny, strategy="head", augmentation=["flip"], epochs=5)
    assert [e.cache for e in run(replace(recipe, views=2)).said(EpochEnded)] == [
        "computed", "computed", "reused", "reused", "reused",
    ]  # fmt: skip
    assert {e.cache for e in run(recipe).said(EpochEnded)} == {"afresh"}


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


def test_another_grid_of_as_many_cells_finds_no_features(run, tiny: Recipe):
    wide = replace(tiny, strategy="head", image_size=(64, 64), pooling=[1, 2], epochs=2)
    assert run(wide).said(EpochEnded)[0].cache == "computed"
    assert run(replace(wide, pooling=[2, 1])).said(EpochEnded)[0].cache == "computed"


WITH_DROPOUT = (
    *("resnet18", "mobilenetv3_small_050", "test_efficientnet", "test_convnext", "test_vit", "densenet121"),
    *("swin_tiny_patch4_window7_224", "vgg11", "inception_v3", "fastvit_t8", "tiny_vit_5m_224"),
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
