"""A classical learner tells the story of its search, and what it saves answers as it did."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from core.catalog.learners import LEARNERS
from core.data.finding import open_source
from core.engines.base import learner_of
from core.engines.predictor import opened
from core.errors import ExplorerError, RecipeError, TrainingError, WeightsError
from core.events import EpochEnded, Finished, Improved, Looked, Notice, Predicted, Started
from core.home import SHIPPED, Home
from core.learners.search import Search
from core.recipe import Recipe
from core.training.attribution import looks
from tests.learners.listening import Heard, hear

CLASSICAL = ("linear_svm", "rbf_svm", "logistic", "knn", "class_mean")
WAYS = {
    "an rbf svm": {"learner": "rbf_svm"},
    "a linear svm": {"learner": "linear_svm"},
    "logistic regression": {"learner": "logistic"},
    "neighbours": {"learner": "knn"},
    "class means": {"learner": "class_mean"},
    "a grid of cells": {"learner": "logistic", "pooling": [1, 2]},
    "an earlier stage, greatest values": {"learner": {"name": "rbf_svm", "stage": 2}, "pooling": "max"},
    "an earlier stage in cells": {"learner": {"name": "class_mean", "stage": 1}, "pooling": [2, 1]},
    "two backbones": {"learner": {"name": "rbf_svm", "join": "test_resnet"}, "pretrained": False},
    "a transformer": {"learner": "rbf_svm", "backbone": "test_vit", "pretrained": False, "image_size": [32, 32]},
    "a transformer's block": {
        "learner": {"name": "logistic", "stage": 1},
        "backbone": "test_vit",
        "pretrained": False,
        "image_size": [32, 32],
        "pooling": [2, 2],
    },
    "a modern network": {"learner": "knn", "backbone": "test_convnext", "pretrained": False, "image_size": 32},
    "measured colours, cropped": {"learner": "logistic", "normalisation": "measured", "fit": "crop"},
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def recipe_of(**changes) -> Recipe:
    return Recipe.parse({"dataset": "digits", "examples_per_class": 5, "learner": "rbf_svm", **changes})


def best_of(heard: Heard, folder: Path) -> Path:
    """The last of what was to be kept as the best."""
    kept = heard.said(Improved)[-1]
    assert kept.save
    kept.save(folder / "best")
    return folder / "best"


def columns_of(heard: Heard, folder: Path, split: str) -> dict[str, np.ndarray]:
    said = next(each for each in heard.said(Predicted) if (each.split, each.weights) == (split, "best"))
    assert said.save
    said.save(folder / split)
    with np.load(folder / split / "predictions.npz", allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


@pytest.mark.parametrize("way", WAYS)
def test_what_was_saved_answers_as_the_run_did(way: str, home: Home, tmp_path: Path):
    heard = hear(recipe_of(**WAYS[way]), home)
    predictor = opened(best_of(heard, tmp_path), "cpu")
    columns = columns_of(heard, tmp_path, "test")
    source = open_source("digits", home)
    place = {file: index for index, file in enumerate(source.files)}
    pictures = [source.read(place[str(file)]) for file in columns["files"][:40]]
    np.testing.assert_allclose(predictor.probabilities(pictures), columns["probabilities"][:40], atol=1e-4)
    assert heard.said(Finished)[-1].state == "done"


@pytest.mark.parametrize("learner", CLASSICAL)
def test_every_learner_beats_chance_by_far_on_digits(learner: str, home: Home):
    heard = hear(recipe_of(learner=learner, examples_per_class=20), home)
    test = next(each for each in heard.said(Predicted) if each.split == "test")
    assert test.accuracy > 0.9


@pytest.mark.parametrize("learner", ["logistic", "class_mean"])
def test_a_sum_of_features_is_a_plain_network_that_timm_loads(learner: str, home: Home, tmp_path: Path):
    best = best_of(hear(recipe_of(learner=learner), home), tmp_path)
    model = timm.create_model(f"local-dir:{best}", pretrained=True, num_classes=10).eval()
    predictor = opened(best, "cpu")
    assert type(predictor.model) is type(model)
    noise = torch.rand(3, 3, *predictor.preparation.size)
    with torch.inference_mode():
        torch.testing.assert_close(model(noise), predictor.model.to(memory_format=torch.contiguous_format)(noise))  # type: ignore[call-overload]


def test_each_candidate_is_an_epoch_and_the_best_by_validation_is_kept(home: Home):
    heard = hear(recipe_of(), home)
    epochs, finished = heard.said(EpochEnded), heard.said(Finished)[-1]
    assert [each.extras["C"] for each in epochs] == sorted(each.extras["C"] for each in epochs)
    assert heard.said(Started)[0].epochs == len(epochs) == finished.epochs > 1
    best = min(epochs, key=lambda each: (-each.val_accuracy, each.val_loss))
    assert (finished.best_epoch, heard.said(Improved)[-1].epoch) == (best.epoch, best.epoch)
    assert {"features", "preparing", "search", "fit", "all"} <= finished.seconds.keys()
    assert finished.seconds["fit"] < finished.seconds["search"] + finished.seconds["preparing"]


def test_only_the_head_learns(home: Home):
    heard = hear(recipe_of(), home)
    *body, head = heard.said(Started)[0].stages
    assert head["name"] == "head" and head["trained"] == head["parameters"] > 0
    assert len(body) > 1 and all(each["trained"] == 0 < each["parameters"] for each in body)
    assert heard.said(EpochEnded)[0].lr_scales == [0.0] * len(body) + [1.0]


def test_the_test_pictures_have_no_say(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever their labels are: what is tried, and what is chosen, stays the same."""
    monkeypatch.setenv("THAW_DATA", str(tmp_path / "data"))
    paint(tmp_path / "data" / "honest", {"train": (0, 80, 160), "val": (0, 80, 160), "test": (0, 80, 160)})
    paint(
        tmp_path / "data" / "mixed up", {"train": (0, 80, 160), "val": (0, 80, 160), "test": (80, 160, 0)}, mixed=True
    )
    honest, mixed_up = (hear(recipe_of(dataset=name), home) for name in ("honest", "mixed up"))
    figures = [[(each.val_loss, each.extras) for each in heard.said(EpochEnded)] for heard in (honest, mixed_up)]
    assert figures[0] == figures[1]
    assert honest.said(Predicted)[-1].accuracy > 0.9 > 0.1 > mixed_up.said(Predicted)[-1].accuracy


def test_the_same_recipe_finds_the_same_again(home: Home, tmp_path: Path):
    first, second = (hear(recipe_of(), Home(tmp_path / name)) for name in ("one", "other"))
    one, other = (columns_of(heard, tmp_path / str(at), "test") for at, heard in enumerate((first, second)))
    assert (one["probabilities"] == other["probabilities"]).all()


def test_features_are_computed_once_and_shared_with_a_lone_head(home: Home):
    looked = hear(recipe_of(), home).said(Looked)
    assert looked and looked[-1].pictures == looked[-1].of
    assert hear(recipe_of(learner="logistic"), home).said(Looked) == []
    head = hear(recipe_of(learner="network", strategy="head", epochs=2, precision="float32"), home)
    assert {each.cache for each in head.said(EpochEnded)} == {"reused"}


def test_a_wish_is_heeded_between_candidates_and_what_there_is_is_judged(home: Home):
    heard = Heard()
    learning, wish = learner_of(recipe_of())(recipe_of(), "cpu", home=home), None
    try:
        while True:
            event = learning.send(wish)
            heard.events.append(event)
            wish = "stop" if isinstance(event, EpochEnded) else None
    except StopIteration:
        pass
    assert len(heard.said(EpochEnded)) == 1
    assert heard.said(Finished)[-1].state == "stopped" and heard.said(Predicted)


def test_a_pause_among_the_features_keeps_those_that_are_there(home: Home):
    learning = learner_of(recipe_of())(recipe_of(examples_per_class=20), "cpu", home=home)
    event = next(learning)
    while not isinstance(event, Looked):
        event = learning.send(None)
    assert 0 < event.pictures < event.of
    last = learning.send("pause")
    assert isinstance(last, Finished) and last.state == "paused"
    again = hear(recipe_of(examples_per_class=20), home)
    assert event.of == sum(again.said(Started)[0].pictures.values())
    assert again.said(Looked)[-1].of == event.of - event.pictures


def test_augmentation_and_random_weights_are_spoken_of(home: Home):
    heard = hear(recipe_of(augmentation=["rotation"], pretrained=False, backbone="test_resnet"), home)
    assert {each.topic for each in heard.said(Notice)} >= {"augmentation", "pretrained"}


def test_a_class_without_training_pictures_is_never_the_answer(home: Home, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("THAW_DATA", str(tmp_path / "data"))
    paint(tmp_path / "data" / "shades", {"train": (0, 80, 160), "val": (0, 80, 160, 240)})
    heard = hear(recipe_of(dataset="shades"), home)
    assert any("shade 240" in each.message for each in heard.said(Notice))
    said = columns_of(heard, tmp_path, "val")
    absent = heard.said(Started)[0].classes.index("shade 240")
    assert (said["probabilities"][:, absent] < 1e-6).all()
    assert np.isfinite(heard.said(EpochEnded)[0].val_loss)


def test_one_class_alone_teaches_nothing(home: Home, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("THAW_DATA", str(tmp_path / "data"))
    paint(tmp_path / "data" / "alone", {"train": (0,), "val": (0, 200)})
    with pytest.raises(TrainingError, match="All training pictures are of one class, shade 0"):
        hear(recipe_of(dataset="alone"), home)


def paint(folder: Path, splits: dict[str, tuple[int, ...]], mixed: bool = False) -> None:
    """Six noisy pictures of each shade in a folder that tells it; mixed up, the folders of the test tell another."""
    draw = np.random.default_rng(0)
    for split, shades in splits.items():
        told = sorted(shades) if mixed else shades
        for shade, name in zip(shades, told, strict=True):
            (folder / split / f"shade {name}").mkdir(parents=True)
            for number in range(6):
                pixels = np.clip(shade + draw.integers(0, 40, (40, 40, 3)), 0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(folder / split / f"shade {name}" / f"{number}.png")


def test_features_that_are_no_numbers_are_refused(home: Home, tmp_path: Path, monkeypatch):
    shutil.copytree(SHIPPED / "thaw_small", tmp_path / "broken")
    tensors = load_file(tmp_path / "broken" / "model.safetensors")
    save_file(
        {name: each / 0 if each.is_floating_point() else each for name, each in tensors.items()},
        tmp_path / "broken" / "model.safetensors",
    )
    monkeypatch.setenv("THAW_WEIGHTS", str(tmp_path))
    with pytest.raises(TrainingError, match="not all finite numbers"):
        hear(recipe_of(backbone="broken"), home)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"learner": {"name": "rbf_svm", "stage": 99}}, "fewer stages"),
        ({"learner": {"name": "rbf_svm", "join": "no_such_net"}}, "neither Thaw nor timm knows it"),
        ({"workers": 2}, "learns alone"),
    ],
)
def test_a_choice_that_cannot_be_made_is_a_sentence(changes: dict, words: str, home: Home):
    with pytest.raises(RecipeError, match=words):
        hear(recipe_of(**changes), home)


@pytest.mark.parametrize("join", ["../secret", "a,,b", "a;b", 7, "x" * 500])
def test_names_that_are_joined_are_checked(join: object):
    with pytest.raises(RecipeError, match="learner.join"):
        LEARNERS.parse({"name": "rbf_svm", "join": join})


def test_names_that_are_joined_are_read_however_they_are_spaced():
    choice = LEARNERS.parse({"name": "rbf_svm", "join": " resnet18 ,resnet50 "})
    assert choice["join"] == "resnet18, resnet50"
    assert LEARNERS.build(choice).joined == ("resnet18", "resnet50")  # type: ignore[attr-defined]


def test_another_process_opens_it_and_tells_why(home: Home, tmp_path: Path):
    """Attribution and familiarity ask for timm's stages: a decision on features passes them on."""
    recipe = recipe_of(learner={"name": "rbf_svm", "join": "test_resnet"}, pretrained=False)
    best = best_of(hear(recipe, home), tmp_path)
    script = (
        "import sys; from pathlib import Path; from PIL import Image; from core.engines.predictor import opened\n"
        "from core.training.attribution import looks\n"
        "from core.training.familiarity import statistics_of\n"
        "import numpy as np, json\n"
        "predictor = opened(Path(sys.argv[1]), 'cpu'); picture = Image.new('RGB', (40, 40), 'white')\n"
        "rows = statistics_of(predictor, predictor.preparation.canvas_of(picture)[None])\n"
        "print(json.dumps([len(looks(predictor, picture, [3])[1]), rows.shape[1] > 6]))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(best)], capture_output=True, text=True)
    assert (json.loads(done.stdout or "null"), done.stderr) == ([1, True], "")


def test_votes_that_count_alike_have_no_places_to_show(home: Home, tmp_path: Path):
    best = best_of(hear(recipe_of(learner={"name": "knn", "vote": "equal"}), home), tmp_path)
    with pytest.raises(ExplorerError, match="counts votes"):
        looks(opened(best, "cpu"), Image.new("RGB", (40, 40), "white"), [0])


def test_damaged_savings_are_a_sentence(home: Home, tmp_path: Path):
    best = best_of(hear(recipe_of(), home), tmp_path)
    thaw = json.loads((best / "thaw.json").read_text())
    thaw["classical"]["branches"] = "gone"
    (best / "thaw.json").write_text(json.dumps(thaw))
    with pytest.raises(WeightsError, match="cannot be read"):
        opened(best, "cpu")


def test_features_that_a_gpu_may_round_are_never_taken_for_exact_ones(home: Home):
    search = Search(recipe_of(), torch.device("cpu"), home, None)
    features, (net,), (branch,) = search.features, search.nets, search.branches
    plan = features.plan
    assert features._made(net, branch)["computed"] == [plan.precision, plan.memory_format, "cpu"], "as a head's are"
    features.device = torch.device("cuda")
    assert features._made(net, branch)["computed"] != [plan.precision, plan.memory_format, "cuda"]
