"""The exported script trains the same recipe again, without Thaw, and comes to the same losses."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from core.home import Home
from core.service import Workbench
from tests.conftest import HOSTILE_NAME
from tests.export.taken_away import ALIKE, TINY, Taken, losses_of_the_script, losses_without_thaw, taken_away

EVERYTHING = [
    {},
    {"strategy": "gradual", "regularizers": ["l1", "l2"], "optimizer": "sgd", "schedule": "step"},
    {
        "strategy": "layerwise",
        "regularizers": [{"name": "l1", "how": "proximal"}, "l2_sp", "clip", "label_smoothing"],
        "schedule": {"name": "cosine", "warmup": 1},
        "class_balance": "weights",
    },
    {
        "strategy": {"name": "last_layers", "count": 9, "gradually": True, "over_epochs": 1},
        "regularizers": ["dropout", "drop_path", {"name": "weight_decay", "strength": 0.1}],
        "class_balance": "sampling",
        "optimizer": "adam",
        "schedule": "plateau",
        "frozen_norms": "drift",
    },
    {
        "backbone": "test_vit",
        "pretrained": False,
        "image_size": None,
        "strategy": "discriminative",
        "schedule": "constant",
        "regularizers": ["mixup", "random_erasing", {"name": "l2", "on": "head"}],
        "normalisation": "measured",
    },
    {
        "dataset": "digit_sums",
        "image_size": [16, 48],
        "pooling": [1, 3],
        "strategy": "head",
        "examples_per_class": 1,
        "early_stopping": {"patience": 1, "on": "loss"},
    },
    {"fit": "crop", "strategy": "freeze_until", "augmentation": ["resized_crop_flip", "colour", "trivial"]},
    {
        "image_size": 128,
        "strategy": {"name": "swift", "head_epochs": 1, "upper_epochs": 0, "growing_epochs": 2},
        "early_stopping": {"patience": 1},
        "lr": 0.01,
        "examples_per_class": 1,
        "epochs": 5,
    },
    {"fit": "pad", "strategy": "last_blocks", "augmentation": ["crop_flip", "rotation", "randaugment", "flip"]},
]


@pytest.mark.parametrize("recipe", EVERYTHING, ids=lambda each: ", ".join(map(str, each)) or "plain")
def test_the_script_and_thaw_come_to_the_same_losses(home_folder: Path, tmp_path: Path, recipe: dict):
    taken = taken_away(home_folder, tmp_path / "taken", **recipe)
    assert taken.told["notes"] == []
    found = losses_of_the_script(taken)
    assert found == [pytest.approx(each, abs=ALIKE) for each in taken.losses]


def test_the_script_needs_no_thaw_and_keeps_the_weights_that_thaw_kept(home_folder: Path, tmp_path: Path):
    taken = taken_away(home_folder, tmp_path / "taken")
    assert losses_without_thaw(taken) == [pytest.approx(each, abs=ALIKE) for each in taken.losses]
    kept, again = (load_file(taken.folder / file) for file in ("model.safetensors", "trained.safetensors"))
    assert kept.keys() == again.keys()
    assert max(float(np.abs(kept[name] - again[name]).max()) for name in kept) < 1e-3


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    folder = tmp_path_factory.mktemp("once")
    return taken_away(folder / "home", folder / "taken", epochs=1)


def test_another_order_of_the_pictures_would_not_come_to_the_same_losses(taken: Taken, tmp_path: Path):
    """So the losses above agree because the order does."""
    script = taken.text("train.py")
    assert "SEED = 0" in script
    (taken.folder / "train.py").write_text(script.replace("SEED = 0", "SEED = 1"), encoding="utf-8")
    found = losses_of_the_script(taken)
    (taken.folder / "train.py").write_text(script, encoding="utf-8")
    assert abs(found[0][0] - taken.losses[0][0]) > 10 * ALIKE


def test_the_script_imports_neither_thaw_nor_anything_unknown(taken: Taken):
    modules = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(taken.text("train.py")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert modules - sys.stdlib_module_names == {"numpy", "timm", "torch", "PIL", "safetensors"}


def test_the_script_is_clean(taken: Taken):
    """No name is missing, nothing is imported or computed in vain."""
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", "train.py"],
        cwd=taken.folder,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout


def test_the_splits_are_listed_with_their_pictures(taken: Taken):
    splits = json.loads(taken.text("splits.json"))
    assert {name: len(splits[name]) for name in ("train", "val", "test")} == taken.run["pictures"]
    assert splits["classes"] == taken.run["classes"]
    files = [row["file"] for name in ("train", "val", "test") for row in splits[name]]
    assert sorted(files) == sorted(each.name for each in (taken.folder / "pictures").iterdir())


def test_what_the_script_cannot_do_is_said(home_folder: Path, tmp_path: Path):
    taken = taken_away(home_folder, tmp_path / "taken", epochs=1, regularizers=["ema"], time_limit=1000)
    (no_average, no_limit) = taken.told["notes"]
    assert "ema is left out" in no_average and "time limit of 1000 s" in no_limit
    opening = " ".join((ast.get_docstring(ast.parse(taken.text("train.py"))) or "").split())
    assert no_average in opening and no_limit in opening


def test_adapters_get_no_script_but_a_sentence(home_folder: Path, tmp_path: Path):
    taken = taken_away(home_folder, tmp_path / "taken", epochs=1, strategy="lora")
    assert ["LoRA" in note for note in taken.told["notes"]] == [True]
    assert not (taken.folder / "train.py").exists() and not (taken.folder / "splits.json").exists()
    assert (taken.folder / "model.safetensors").exists()


def test_names_that_people_typed_stay_names(home_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A dataset and classes whose names would end a string, or run as code."""
    pictures, draw = tmp_path / "data" / "it's (mine)", np.random.default_rng(0)
    monkeypatch.setenv("THAW_DATA", str(pictures.parent))
    for label in ('"""+{1%0}+"""\\', HOSTILE_NAME.replace("/", "_")):
        (pictures / label).mkdir(parents=True)
        for number in range(6):
            pixels = draw.integers(0, 256, (9, 9, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(pictures / label / f"{number}.png")
    taken = taken_away(home_folder, tmp_path / "taken", dataset=pictures.name, epochs=1, examples_per_class=None)
    found = losses_of_the_script(taken)
    assert found == [pytest.approx(each, abs=ALIKE) for each in taken.losses]


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset of files, one of which is transparent."""
    pictures, draw = tmp_path / "data" / "mine", np.random.default_rng(0)
    monkeypatch.setenv("THAW_DATA", str(pictures.parent))
    for label in ("one", "other"):
        (pictures / label).mkdir(parents=True)
        for number in range(6):
            pixels = draw.integers(0, 256, (9, 9, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(pictures / label / f"{number}.jpg")
        clear = draw.integers(0, 256, (9, 9, 4), dtype=np.uint8)
        Image.fromarray(clear).save(pictures / label / "clear.png")
    return pictures


def test_pictures_beside_are_read_as_thaw_reads_them(home_folder: Path, tmp_path: Path, mine: Path):
    taken = taken_away(home_folder, tmp_path / "taken", dataset="mine", examples_per_class=None)
    assert losses_of_the_script(taken) == [pytest.approx(each, abs=ALIKE) for each in taken.losses]
    splits = json.loads(taken.text("splits.json"))
    endings = {row["name"][-4:]: row["file"][-4:] for name in ("train", "val", "test") for row in splits.get(name, ())}
    assert endings == {".jpg": ".jpg", ".png": ".png"}


def test_pictures_that_are_too_many_are_read_where_they_are(
    home_folder: Path, tmp_path: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
):
    for clear in mine.rglob("clear.png"):
        clear.unlink()
    monkeypatch.setattr("core.export.script_lesson.LARGEST", 0)
    taken = taken_away(home_folder, tmp_path / "taken", dataset="mine", examples_per_class=None)
    assert not (taken.folder / "pictures").exists()
    assert taken.told["notes"] == ["The pictures are not beside it: set PICTURES to the folder of mine."]
    monkeypatch.setenv("PICTURES", str(mine))
    assert losses_of_the_script(taken) == [pytest.approx(each, abs=ALIKE) for each in taken.losses]


def test_many_pictures_that_are_no_files_can_be_asked_for(
    home_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.export.script_lesson.LARGEST", 0)
    taken = taken_away(home_folder, tmp_path / "taken", epochs=1)
    assert ["export again with --pictures" in note for note in taken.told["notes"]] == [True]
    bench = Workbench(Home(home_folder))
    told = bench.export(taken.run["run"], str(tmp_path / "again"), pictures=True)
    bench.close()
    assert told["notes"] == [] and (tmp_path / "again" / "pictures").is_dir()


def test_the_recipes_of_these_tests_hold_every_strategy_schedule_and_optimizer():
    """What is registered later has to be tried here too, or be refused."""
    from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
    from core.catalog.strategies import STRATEGIES
    from core.recipe import Recipe

    recipes = [Recipe.parse({**TINY, **each}) for each in EVERYTHING]
    assert {each.optimizer.name for each in recipes} == {*OPTIMIZERS}
    assert {each.schedule.name for each in recipes} == {*SCHEDULES}
    assert {each.strategy.name for each in recipes} | {"lora", "last_stages"} == {*STRATEGIES}
