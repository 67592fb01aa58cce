"""A new head begins small, is always new, and pools as it was asked to."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from core.errors import RecipeError
from core.home import Home
from core.recipe import Recipe
from core.training.model import build
from core.training.parts import classifiers

CLASSES = ("ants", "bees")


def network(recipe: Recipe, home: Home) -> Any:
    """timm's model, whose attributes differ by family."""
    return build(recipe, CLASSES, home).model


@pytest.mark.parametrize("backbone", ["test_efficientnet", "test_resnet", "test_vit", "mobilenetv3_small_050"])
def test_a_new_head_begins_no_larger_than_its_features_ask_for(home: Home, backbone: str):
    """timm begins EfficientNet-like heads up to 0.7 for two classes: a random direction that drowns what is learned."""
    net = build(Recipe(backbone=backbone, pretrained=False, image_size=(64, 64)), CLASSES, home)
    (head,) = classifiers(net.model)
    assert isinstance(head, torch.nn.Linear)
    assert float(head.weight.detach().abs().max()) <= head.in_features**-0.5
    assert head.out_features == 2


def test_the_head_is_drawn_from_the_seed(home: Home):
    heads = [network(Recipe(seed=seed), home).fc.weight for seed in (0, 0, 1)]
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


@pytest.mark.parametrize("backbone", ["thaw_small", "test_vit", "test_convnext", "test_efficientnet"])
def test_both_poolings_are_the_mean_of_average_and_maximum(home: Home, backbone: str):
    pictures = torch.randn(2, 3, 64, 64)
    size = None if backbone == "thaw_small" else (64, 64)

    def features(pooling: str) -> torch.Tensor:
        recipe = Recipe(backbone=backbone, pretrained=backbone == "thaw_small", image_size=size, pooling=pooling)
        model = network(recipe, home).eval()
        model.get_classifier().load_state_dict({"weight": torch.ones(2, model.num_features), "bias": torch.zeros(2)})
        torch.manual_seed(0)
        with torch.no_grad():
            return model.global_pool(model.forward_features(pictures)) if hasattr(model, "layer4") else model(pictures)

    average, maximum, both = features("avg"), features("max"), features("both")
    assert not torch.allclose(average, maximum)
    if backbone == "thaw_small":
        torch.testing.assert_close(both, (average + maximum) / 2)
    else:
        assert not torch.allclose(both, average)


def test_a_wide_picture_keeps_its_shape_before_the_pooling(home: Home):
    model = network(Recipe(image_size=(32, 128)), home).eval()
    with torch.no_grad():
        assert model.forward_features(torch.randn(1, 3, 32, 128)).shape[-2:] == (1, 4)


def test_a_grid_gives_each_cell_its_own_features(home: Home):
    model = network(Recipe(pooling=(1, 3), image_size=(32, 128)), home)
    (head,) = classifiers(model)
    assert head.in_features == 3 * model.num_features
    with pytest.raises(RecipeError, match=r"pooling: \[1, 3\]"):
        build(Recipe(backbone="test_vit", pretrained=False, image_size=(64, 64), pooling=(1, 3)), CLASSES, home)


@pytest.mark.parametrize("size", [(32, 32), (48, 80)])
def test_a_transformer_of_fixed_size_is_built_for_the_pictures_it_gets(home: Home, size: tuple[int, int]):
    net = build(Recipe(backbone="test_vit", pretrained=False, image_size=size), CLASSES, home)
    with torch.no_grad():
        assert net.model.eval()(torch.randn(1, 3, *size)).shape == (1, 2)


def test_stochastic_depth_where_there_is_none_is_a_sentence(home: Home):
    recipe = replace(Recipe(), backbone="vgg11", pretrained=False, regularizers=["drop_path"])
    with pytest.raises(RecipeError, match="drop_path_rate.*vgg11"):
        build(recipe, CLASSES, home)
