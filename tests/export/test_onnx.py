"""What model.onnx answers, beside what the network answers, on real pictures."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from core.data.pixels import Preparation
from core.errors import TrainingError
from core.export.onnx_parity import ALLOWED, Parity, compared, insist_on_likeness, prepared, running
from core.export.onnx_preprocessing import preparing_graph
from tests.export.taken_away import taken_away

ONNX = {"onnx": True}
INSIDE = {"onnx": True, "preprocessing": True}


@pytest.mark.parametrize("backbone", ["thaw_small", "test_vit", "test_convnext", "test_efficientnet"])
def test_the_file_answers_as_the_network_does(home_folder: Path, tmp_path: Path, backbone: str):
    recipe = {"backbone": backbone, "pretrained": backbone == "thaw_small", "image_size": None, "epochs": 1}
    taken = taken_away(home_folder, tmp_path / "taken", ONNX, **recipe)
    parity = taken.told["onnx"]
    assert parity["split"] == "test" and parity["pictures"] == 180
    assert parity["largest"] < ALLOWED
    assert parity["agree_where_clear"] == parity["clear"] > 0
    assert f"at most {parity['largest']:.1e}" in taken.text("README.md")


def test_with_preprocessing_it_takes_pictures_of_any_size_and_many_at_once(home_folder: Path, tmp_path: Path):
    taken = taken_away(home_folder, tmp_path / "taken", INSIDE, epochs=1, pooling=[2, 2])
    run = running(onnx.load(taken.folder / "model.onnx"))
    for count, height, width in ((1, 8, 8), (3, 40, 25)):
        said = run(np.random.default_rng(0).integers(0, 256, (count, height, width, 3), dtype=np.uint8))
        assert said.shape == (count, 10)
        assert said.sum(1) == pytest.approx(np.ones(count), abs=1e-5)
    parity = taken.told["onnx"]
    assert parity["levels_largest"] <= 1.01 and parity["levels_mean"] < 0.1
    assert "Resizing is inside" in taken.text("README.md")


def test_the_file_says_which_classes_it_knows_and_what_it_takes(home_folder: Path, tmp_path: Path):
    taken = taken_away(home_folder, tmp_path / "taken", ONNX, epochs=1)
    told = {each.key: json.loads(each.value) for each in onnx.load(taken.folder / "model.onnx").metadata_props}
    assert told["classes"] == taken.run["classes"]
    assert told["preparation"]["size"] == [24, 24]


@pytest.mark.parametrize("fit", ["squash", "crop", "pad"])
@pytest.mark.parametrize("sides", [(8, 8), (300, 500), (97, 31), (33, 640), (1, 50)])
def test_resizing_inside_is_pillows_to_a_level_or_two(fit: str, sides: tuple[int, int]):
    from onnx import helper

    preparation = Preparation(size=(96, 128), fit=fit, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))
    draw = np.random.default_rng(0)
    coarse = Image.fromarray(draw.integers(0, 256, (sides[0] // 4 + 1, sides[1] // 4 + 1, 3), dtype=np.uint8))
    picture = coarse.resize((sides[1], sides[0]), Image.Resampling.BICUBIC)
    like = helper.make_model(
        helper.make_graph([], "", [], []), opset_imports=[helper.make_opsetid("", 20)], ir_version=10
    )

    theirs = running(preparing_graph(preparation, like))(np.asarray(picture)[None])

    ours = prepared(preparation, preparation.canvas_of(picture)[None])
    levels = np.abs(ours - theirs) * np.array(preparation.std).reshape(1, 3, 1, 1) * 255
    assert levels.shape == (1, 3, 96, 128)
    assert levels.mean() < 0.25 and levels.max() < 2.01


def test_answers_are_compared_picture_by_picture():
    ours = np.array([[0.9, 0.1], [0.50005, 0.49995], [0.2, 0.8]])
    theirs = np.array([[0.8, 0.2], [0.49995, 0.50005], [0.2, 0.8]])
    found = compared(ours, theirs)
    assert found["largest"] == pytest.approx(0.1)
    assert (found["pictures"], found["agree"], found["clear"], found["agree_where_clear"]) == (3, 2, 2, 2)


def test_a_file_that_answers_otherwise_is_refused():
    measured = {"pictures": 10, "split": "test", "largest": 1.0, "clear": 10}
    insist_on_likeness(Parity(**measured, agree=9, agree_where_clear=9))
    with pytest.raises(TrainingError, match="only 5 of 10"):
        insist_on_likeness(Parity(**measured, agree=5, agree_where_clear=5))


@pytest.mark.slow
@pytest.mark.parametrize("how", [ONNX, INSIDE], ids=["prepared", "as they are"])
@pytest.mark.parametrize(
    "backbone", ["resnet18", "mobilenetv2_100", "resnet50", "convnext_atto", "vit_tiny_patch16_224"]
)
def test_on_photographs_of_boats_the_file_answers_as_the_network_does(
    home_folder: Path, tmp_path: Path, real_data: Path, real_weights: Path, backbone: str, how: dict
):
    here = (real_weights / backbone).is_dir()
    recipe = {"dataset": "boats", "image_size": [96, 128], "examples_per_class": 2, "strategy": "head", "epochs": 1}
    taken = taken_away(home_folder, tmp_path / "taken", how, backbone=backbone, pretrained=here, **recipe)
    parity = taken.told["onnx"]
    assert parity["pictures"] == 200
    if how is ONNX:
        assert parity["largest"] < ALLOWED
    assert parity["agree_where_clear"] == parity["clear"]
