"""Folders of weights from elsewhere: read where they make sense, one sentence where they don't."""

import json
from pathlib import Path

import pytest
import timm
import torch

from core.errors import WeightsError
from core.home import Home
from core.training.model import blueprint_of
from core.training.weights import Unfilled


def folder_with(config: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "weights" / "theirs"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    monkeypatch.setenv("THAW_WEIGHTS", str(folder.parent))


@pytest.mark.parametrize("facts", [{}, {"pretrained_cfg": None, "model_args": None}, {"pretrained_cfg": {}}])
def test_a_folder_that_says_little_is_taken_at_its_word(facts, home: Home, tmp_path: Path, monkeypatch):
    folder_with({"architecture": "resnet18", **facts}, tmp_path, monkeypatch)
    blueprint = blueprint_of("theirs", home)
    assert (blueprint.architecture, blueprint.model_args, blueprint.about) == ("resnet18", {}, {})


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ([], "names no architecture"),
        ({"architecture": ["resnet18"]}, "names no architecture"),
        ({"architecture": "resnet18", "pretrained_cfg": ["mean"]}, "pretrained_cfg in its config.json"),
        ({"architecture": "resnet18", "model_args": "global_pool"}, "model_args in its config.json"),
    ],
)
def test_a_folder_that_says_nonsense_is_refused(config, sentence: str, home: Home, tmp_path: Path, monkeypatch):
    folder_with(config, tmp_path, monkeypatch)
    with pytest.raises(WeightsError, match=sentence):
        blueprint_of("theirs", home)


@pytest.mark.parametrize(
    ("name", "side"),
    [("resnet18", 64), ("test_vit", 160), ("test_efficientnet", 64), ("swin_tiny_patch4_window7_224", 224)],
)
def test_a_network_that_is_built_to_be_filled_draws_nothing_and_is_the_same_once_it_is(name: str, side: int):
    whole = timm.create_model(name).eval()
    before = torch.random.get_rng_state()
    with Unfilled():
        other = timm.create_model(name).eval()
    assert torch.equal(torch.random.get_rng_state(), before)
    other.load_state_dict(whole.state_dict())
    pictures = torch.randn(1, 3, side, side)
    with torch.no_grad():
        assert torch.equal(other(pictures), whole(pictures))
