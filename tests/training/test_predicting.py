"""What a run saves is what `predict` opens, and what plain timm loads in one line."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import timm
import torch

from core.data.pixels import Preparation
from core.events import Improved, Predicted
from core.recipe import Recipe
from core.training.loop import train
from core.training.predicting import normalised, open_predictor

CASES = {
    "a network": {},
    "lora, merged": {"strategy": "lora"},
    "averaged weights": {"regularizers": ["ema"]},
    "wide pictures": {"dataset": "digit_sums", "image_size": [16, 64], "examples_per_class": 1, "fit": "pad"},
    "both poolings": {"pooling": "both"},
    "a transformer": {"backbone": "test_vit", "pretrained": False, "image_size": [48, 48]},
    "our own plain network": {"backbone": "thaw_plain", "pretrained": False},
    "measured colours, cropped": {"normalisation": "measured", "fit": "crop"},
    "kept features": {"strategy": "head"},
}


@pytest.fixture
def saved(home, tiny: Recipe, tmp_path: Path):
    """Train, and save what the run offers to save."""

    def go(**changes) -> tuple[Path, dict[str, np.ndarray]]:
        recipe = replace(tiny, **{"backbone": "thaw_small", "pretrained": True, "image_size": None, **changes})
        folder = tmp_path / "saved"
        columns: dict[str, np.ndarray] = {}
        for event in train(recipe, "cpu", home=home):
            if isinstance(event, Improved) and event.save:
                event.save(folder / "best")
            if isinstance(event, Predicted) and event.save and (event.split, event.weights) == ("val", "best"):
                event.save(folder / "val")
        with np.load(folder / "val" / "predictions.npz", allow_pickle=False) as file:
            columns = {name: file[name] for name in file.files}
        return folder / "best", columns

    return go


@pytest.mark.parametrize("case", CASES)
def test_plain_timm_loads_the_best_weights_and_predicts_the_same(saved, home, case: str):
    from core.data.finding import open_source

    best, columns = saved(**CASES[case])
    predictor = open_predictor(best)
    source = open_source(CASES[case].get("dataset", "digits"), home)
    place = {file: index for index, file in enumerate(source.files)}
    pictures = [source.read(place[str(file)]) for file in columns["files"][:20]]
    np.testing.assert_allclose(predictor.probabilities(pictures), columns["probabilities"][:20], atol=1e-5)

    model = timm.create_model(f"local-dir:{best}", pretrained=True, num_classes=len(predictor.classes)).eval()
    canvases = np.stack([predictor.preparation.canvas_of(picture) for picture in pictures])
    with torch.inference_mode():
        theirs = model(normalised(predictor.preparation.seen(canvases), predictor.preparation, "cpu")).numpy()
    np.testing.assert_allclose(theirs, predictor.logits_of(canvases), atol=1e-5)


def test_the_columns_say_which_picture_is_which(saved, home):
    from core.data.finding import open_source

    best, columns = saved()
    source = open_source("digits", home)
    label_of = dict(zip(source.files, source.labels, strict=True))
    assert [label_of[str(file)] for file in columns["files"]] == columns["labels"].tolist()
    assert columns["probabilities"].dtype == np.float32
    np.testing.assert_allclose(columns["probabilities"].sum(axis=1), 1.0, atol=1e-5)
    config = json.loads((best / "config.json").read_text())
    assert config["label_names"] == list(source.classes)


def test_a_grid_of_features_is_read_back_by_our_own_predictor(saved, home):
    from core.data.finding import open_source

    best, columns = saved(pooling=[1, 3], dataset="digit_sums", image_size=[32, 128], examples_per_class=1)
    predictor = open_predictor(best)
    source = open_source("digit_sums", home)
    place = {file: index for index, file in enumerate(source.files)}
    pictures = [source.read(place[str(file)]) for file in columns["files"][:5]]
    np.testing.assert_allclose(predictor.probabilities(pictures), columns["probabilities"][:5], atol=1e-5)


def test_a_finished_run_can_be_the_start_of_another(saved, home, tiny: Recipe):
    best, _ = saved()
    place = home.runs / "abc123" / "best"
    place.parent.mkdir(parents=True)
    best.rename(place)
    events = list(train(replace(tiny, backbone="run:abc123", pretrained=True, image_size=None), "cpu", home=home))
    assert events[-1].to_json()["state"] == "done"
    assert events[0].to_json()["environment"]["weights"] != ""


@pytest.mark.parametrize("count", [0, 1, 5])
def test_pictures_are_normalised_colour_by_colour_to_the_last_bit(count: int):
    preparation = Preparation(size=(7, 9), fit="squash", mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    pictures = np.random.default_rng(0).integers(0, 256, (count, 7, 9, 3), np.uint8)
    mean, std = (torch.tensor(each).view(1, 3, 1, 1) for each in (preparation.mean, preparation.std))
    wanted = (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255 - mean) / std
    assert torch.equal(normalised(pictures, preparation, "cpu"), wanted)
