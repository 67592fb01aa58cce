"""What a run leaves in `best/` is a network that plain timm loads, and it says what `predict` says."""

import json
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image

from core.engines.predictor import pictures_of, predict
from core.home import Home
from core.service import Workbench
from core.training.predicting import normalised, open_predictor

QUICK = {
    "backbone": "thaw_plain",
    "pretrained": False,
    "epochs": 1,
    "examples_per_class": 3,
    "batch_size": 16,
    "precision": "float32",
}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    (folder / ".hidden").mkdir(parents=True)
    draw = np.random.default_rng(0)
    for name in ("b.png", "a.png", ".hidden/c.png", "Thumbs.db"):
        pixels = draw.integers(0, 256, (17, 23, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / name, "PNG")
    return folder


@pytest.mark.parametrize("strategy", ["full", "lora"])
def test_one_line_of_plain_timm_loads_the_best_weights_and_agrees(home_folder: Path, pictures: Path, strategy: str):
    bench = Workbench(Home(home_folder))
    run = bench.train({**QUICK, "strategy": strategy}, device="cpu")
    best = bench.show(run)["best"]
    said = bench.predict(run, [str(pictures)], "cpu")["predictions"]
    bench.close()

    model = timm.create_model(f"local-dir:{best}", pretrained=True).eval()

    labels = json.loads((Path(best) / "config.json").read_text())["label_names"]
    preparation = open_predictor(Path(best)).preparation
    canvases = np.stack([preparation.canvas_of(Image.open(pictures / name)) for name in ("a.png", "b.png")])
    with torch.inference_mode():
        logits = model(normalised(preparation.seen(canvases), preparation, "cpu"))
    for each, row in zip(said, logits.softmax(1).tolist(), strict=True):
        expected = dict(zip(labels, row, strict=True))
        assert {top["label"]: top["probability"] for top in each["top"]} == pytest.approx(
            {top["label"]: expected[top["label"]] for top in each["top"]}, abs=1e-5
        )


def test_a_folder_stands_for_its_pictures_in_order_without_what_is_hidden(pictures: Path):
    assert [Path(name).name for name, _ in pictures_of([str(pictures)])] == ["a.png", "b.png"]
    assert [name for name, _ in pictures_of(["not-there.png"])] == ["not-there.png"]


def test_a_picture_among_many_gets_the_answer_it_gets_alone(home_folder: Path, pictures: Path):
    bench = Workbench(Home(home_folder))
    run = bench.train({**QUICK, "strategy": "head"}, device="cpu")
    best = Path(bench.show(run)["best"])
    bench.close()
    content = (pictures / "a.png").read_bytes()
    (alone,) = predict(best, [("alone.png", content)], "cpu")["predictions"]
    many = [(f"{number}.png", content if number % 50 else b"nonsense") for number in range(200)]
    found = predict(best, many, "cpu")
    assert [each["file"] for each in found["rejected"]] == ["0.png", "50.png", "100.png", "150.png"]
    assert [each["file"] for each in found["predictions"]] == [f"{number}.png" for number in range(200) if number % 50]
    for each in found["predictions"]:
        assert each["label"] == alone["label"]
        assert each["probability"] == pytest.approx(alone["probability"], abs=1e-5)


def test_the_same_recipe_in_two_fresh_homes_tells_the_same_story_bit_for_bit(tmp_path: Path):
    told = []
    for home in ("one", "two"):
        bench = Workbench(Home(tmp_path / home))
        run = bench.train({**QUICK, "epochs": 3, "augmentation": ["rotation"], "regularizers": ["mixup"]}, device="cpu")
        shown = bench.show(run)
        bench.close()
        told.append([(each["train_loss"], each["losses"], each["val_loss"], each["lr"]) for each in shown["epochs"]])
        weights = Path(shown["best"], "model.safetensors").read_bytes()
        told[-1].append(weights)
    assert len(told[0]) == 4 and told[0] == told[1]
