"""Any timm name becomes a network that fits its pictures, or one sentence that says why it can't."""

import json
import math
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from safetensors.torch import save_file

from core.errors import ExplorerError, WeightsError
from core.events import Finished, Notice
from core.home import Home
from core.recipe import Recipe
from core.training.loop import train
from core.training.model import Net, blueprint_of, build, create
from core.training.origins import WEIGHTS
from core.training.weights import DRAWN, Tensors, Unfilled
from tests.training.conftest import differing

FITTING = {
    "vit_tiny_patch16_224": (96, 96),
    "swin_tiny_patch4_window7_224": (96, 320),
    "levit_128s": (224, 224),
    "deit_tiny_distilled_patch16_224": (96, 96),
    "dla34": (64, 64),
    "resnetv2_18": (64, 64),
    "inception_v3": (96, 96),
}
"""Transformers of a fixed size at others, two classifiers, classifiers that are convolutions, and an old one."""

REFUSED = {
    "no stochastic depth": ({"backbone": "vgg11", "regularizers": ["drop_path"]}, "regularizers: 'drop_path_rate'"),
    "a pooling that timm has not": ({"backbone": "mixer_s32_224", "pooling": "max"}, "pooling: 'max' is not possible"),
    "a grid before a convolution": (
        {"backbone": "mobilenetv3_small_050", "pooling": [1, 3], "image_size": [32, 96]},
        r"pooling: \[1, 3\] is not possible; mobilenetv3_small_050",
    ),
    "a grid before a norm": (
        {"backbone": "convnext_atto", "pooling": [1, 3], "image_size": [32, 96]},
        r"pooling: \[1, 3\] is not possible; convnext_atto",
    ),
    "pictures too small": ({"backbone": "inception_v3", "image_size": [16, 16]}, r"image_size: \[16, 16\] is not"),
    "no stages": ({"backbone": "caformer_s18", "image_size": [64, 64]}, "does not say which stages"),
}


@pytest.mark.parametrize("name", FITTING)
def test_a_network_of_any_shape_answers_one_row_per_picture(name: str, home: Home):
    net = build(Recipe(backbone=name, pretrained=False, image_size=FITTING[name]), ["a", "b"], home)
    net.model.eval()
    with torch.no_grad():
        assert net.model(torch.randn(3, 3, *FITTING[name])).shape == (3, 2)
    assert net.parts[-1].name == "head" and net.parts[-1].parameters
    assert sorted(name for part in net.parts for name in part.parameters) == sorted(
        name for name, _ in net.model.named_parameters()
    )


class Spoiled(Unfilled):
    """What is not drawn shows."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = super().__torch_function__(func, types, args, kwargs)
        return found.detach().fill_(math.nan) if func.__name__ in DRAWN else found


@pytest.mark.parametrize(
    "backbone", ["resnet18", "test_convnext", "test_mambaout", "test_nfnet", "test_vit", "levit_128s"]
)
def test_of_a_pretrained_network_nothing_but_the_head_is_drawn(
    backbone: str, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def begun(seed: int = 0) -> Net:
        return build(Recipe(backbone=backbone, seed=seed), ["a", "b"], home)

    given = hand_out(backbone, tmp_path)
    monkeypatch.setenv("THAW_WEIGHTS", str(tmp_path))
    net = begun()
    state = net.model.state_dict()
    assert {name for name in given if not torch.equal(given[name], state[name])} <= net.head < state.keys()
    changed = differing(begun(seed=1).model.state_dict(), state)
    assert changed and changed <= net.head
    for otherwise in (Spoiled, nullcontext):
        monkeypatch.setattr("core.training.model.Unfilled", otherwise)
        assert not differing(begun().model.state_dict(), state), "whatever stood there before the file was read"


def test_a_network_is_whole_as_soon_as_it_is_created(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    hand_out("resnet18", tmp_path)
    monkeypatch.setenv("THAW_WEIGHTS", str(tmp_path))
    monkeypatch.setattr("core.training.model.Unfilled", Spoiled)
    model = create(blueprint_of("resnet18", home), 2, pretrained=True)
    assert all(each.isfinite().all() for each in model.state_dict().values()), "its head too"


def hand_out(backbone: str, folder: Path, **instead: torch.Tensor | None) -> Tensors:
    """A folder of weights, made by chance for seven classes; a tensor that is None instead is left out."""
    made = {**timm.create_model(backbone, num_classes=7).state_dict(), **instead}
    tensors = {name: tensor for name, tensor in made.items() if tensor is not None}
    (folder / backbone).mkdir()
    (folder / backbone / "config.json").write_text(json.dumps({"architecture": backbone}))
    save_file(tensors, folder / backbone / WEIGHTS)
    return tensors


@pytest.mark.parametrize(
    ("instead", "sentence"),
    [
        ({"layer4.1.bn2.running_var": None}, r"not hold the weights .*: layer4\.1\.bn2\.running_var is missing"),
        ({"layer1.0.conv1.weight": None}, r"not hold the weights .*: layer1\.0\.conv1\.weight is missing"),
        ({"conv1.weight": torch.zeros(64, 3, 3, 3)}, "does not fit resnet18: .*conv1.weight"),
    ],
)
def test_a_folder_that_fills_only_a_part_of_a_network_is_refused(
    instead: dict[str, torch.Tensor | None], sentence: str, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    hand_out("resnet18", tmp_path, **instead)
    monkeypatch.setenv("THAW_WEIGHTS", str(tmp_path))
    with pytest.raises(WeightsError, match=sentence) as refused:
        build(Recipe(backbone="resnet18"), ["a", "b"], home)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_built_is_one_sentence(case: str, home: Home):
    choices, sentence = REFUSED[case]
    with pytest.raises(ExplorerError, match=sentence) as refused:
        build(Recipe(pretrained=False, **choices), ["a", "b"], home)
    assert len(str(refused.value).splitlines()) == 1


def test_a_network_that_pools_its_own_way_does_so_and_says_it(tiny: Recipe, home: Home):
    recipe = replace(tiny, backbone="mixer_s32_224", image_size=(224, 224), examples_per_class=1, epochs=1)
    recipe = replace(recipe, held_out_per_class=1)
    distilled = replace(recipe, backbone="deit_tiny_distilled_patch16_224", image_size=(32, 32), strategy="head")
    assert "pooling" not in {e.topic for e in train(recipe, "cpu", home=home) if isinstance(e, Notice)}
    events = list(train(distilled, "cpu", home=home))
    assert "a way of its own" in next(e.message for e in events if isinstance(e, Notice))
    assert [e.state for e in events if isinstance(e, Finished)] == ["done"]


@pytest.mark.parametrize("pooling", ["avg", "max", "both"])
@pytest.mark.parametrize("name", ["thaw_small", "test_efficientnet", "test_convnext", "test_vit", "densenet121"])
def test_each_pooling_pools_otherwise(name: str, pooling: str, home: Home):
    recipe = Recipe(backbone=name, pretrained=False, image_size=(64, 96))
    answers = []
    for each in {"avg", pooling}:
        model = build(replace(recipe, pooling=each), ["a", "b"], home).model.eval()
        with torch.no_grad():
            answers.append(model(torch.randn(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))))
    assert pooling == "avg" or not torch.equal(*answers)


@pytest.mark.parametrize("pooling", ["avg", "max", "both"])
@pytest.mark.parametrize("name", ["vit_tiny_patch16_224", "deit_tiny_patch16_224"])
def test_a_transformer_keeps_the_norm_that_its_weights_come_with(name: str, pooling: str, home: Home):
    names = set(build(Recipe(backbone=name, pretrained=False, pooling=pooling), ["a", "b"], home).model.state_dict())
    assert "norm.weight" in names and not any("fc_norm" in each for each in names)
