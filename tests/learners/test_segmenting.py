"""Pictures of several digits, read digit by digit: learned from single ones, tried on rows that others composed."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.builtin import read_digit_sums
from core.data.splits import split
from core.engines.explaining import explain
from core.engines.predictor import judge_of, opened
from core.errors import RecipeError, WeightsError
from core.events import EpochEnded, Finished, Improved, Predicted
from core.home import Home
from core.learners.parts import PartReader, drawn, open_reader
from core.learners.segmenting import _singles
from core.recipe import Recipe
from tests.conftest import PROJECT
from tests.learners.listening import hear
from tests.learners.strings_of_test import string_of

SMALL = {
    "dataset": "digit_sums",
    "learner": "segment",
    "epochs": 2,
    "examples_per_class": 8,
    "held_out_per_class": 2,
    "batch_size": 20,
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list]:
    """A reader that has learned from all of the small digits: most of a minute."""
    folder = tmp_path_factory.mktemp("segments")
    all_digits = {"examples_per_class": None, "held_out_per_class": None}
    recipe = Recipe.parse({**SMALL, **all_digits, "epochs": 4, "batch_size": 32, "lr": 0.006})

    def keep(event) -> None:
        if isinstance(event, Improved) and event.save:
            event.save(folder / "best")

    return folder / "best", hear(recipe, Home(folder / "home"), during=keep).events


def test_sums_of_unseen_digits_are_read(trained: tuple[Path, list]):
    best, test = trained[0], [e for e in trained[1] if isinstance(e, Predicted) and e.split == "test"]
    assert (best / "model.safetensors").is_file() and not list(best.glob("*.p*"))
    assert [e.weights for e in test] == ["best", "last"]
    assert test[0].n == 592 and test[0].accuracy > 0.9


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("count", [3, 6])
def test_rows_that_other_code_composed_are_read_too(trained: tuple[Path, list], count: int, dark: bool):
    """Their number, their places and their colours are told to nobody; a picture keeps its shape within its canvas."""
    reader, chance = open_reader(trained[0]), np.random.default_rng(count)
    found = []
    for _ in range(30):
        digits = chance.integers(0, 10, count).tolist()
        read = reader.parts(Image.fromarray(string_of(digits, chance, dark=dark)))
        found.append([int(part.label) for part in read.parts] == digits)
    assert np.mean(found) > 0.6


def test_the_parts_of_a_picture_can_be_looked_at(trained: tuple[Path, list]):
    reader, source = open_reader(trained[0]), read_digit_sums()
    picture = source.read(int(split(source)["test"][0]))
    read = reader.parts(picture)
    assert reader.classes[int(reader.probabilities([picture])[0].argmax())] == read.label
    assert [part.box[0] for part in read.parts] == sorted(part.box[0] for part in read.parts)
    assert f"{len(read.parts)} parts: {read.parts[0].label}" in read.in_words()
    colours = {colour for _, colour in drawn(read).convert("RGB").getcolors(1 << 20) or []}
    assert {(0, 114, 178), (213, 94, 0)} <= colours, "neighbours have boxes of two colours"


def test_asked_why_it_shows_its_cuts(trained: tuple[Path, list], tmp_path: Path):
    source = read_digit_sums()
    source.read(int(split(source)["test"][0])).save(tmp_path / "sum.png")
    looks = explain(trained[0], "sum.png", tmp_path / "sum.png", ["7", "30"], "cpu")
    assert [look["label"] for look in looks] == ["7", "30"]
    assert sum(look["probability"] for look in looks) <= 1
    assert "parts: " in looks[0]["where"] and looks[0]["heat"].startswith(b"\x89PNG")


def test_nothing_is_called_strange_where_there_are_no_features_to_compare(trained: tuple[Path, list], home: Home):
    recipe = json.dumps(json.loads((trained[0] / "thaw.json").read_text())["recipe"])
    judge = judge_of(trained[0], recipe, home, "cpu")
    reader = open_reader(trained[0])
    rows, strange = judge(reader, np.zeros((2, *reader.preparation.size, 3), np.uint8))  # type: ignore[arg-type]
    assert (len(rows), list(strange)) == (2, [False, False])


def test_a_picture_without_anything_in_it_could_be_any_sum(trained: tuple[Path, list]):
    reader = open_reader(trained[0])
    empty = Image.new("RGB", (32, 8))
    assert np.allclose(reader.probabilities([empty]), 1 / 37)
    assert reader.parts(empty).in_words() == "no part was found"


def test_doubt_survives_and_each_row_is_a_distribution(trained: tuple[Path, list]):
    reader = open_reader(trained[0])
    rows = reader.probabilities_of(
        np.random.default_rng(0).integers(0, 255, (3, *reader.preparation.size, 3), np.uint8)
    )
    assert np.allclose(rows.sum(1), 1, atol=1e-4) and (rows.max(1) < 0.999).all()


def test_another_process_opens_it_and_says_the_same(trained: tuple[Path, list]):
    canvases = "np.arange(2 * 24 * 96 * 3, dtype=np.uint8).reshape(2, 24, 96, 3)"
    code = f"""
import json, numpy as np
from pathlib import Path
from core.engines.explaining import explain
from core.engines.predictor import judge_of, opened
print(json.dumps(opened(Path({str(trained[0])!r}), "cpu").probabilities_of({canvases}).tolist()))"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stderr
    here = opened(trained[0], "cpu")
    assert isinstance(here, PartReader)
    canvas = np.arange(2 * 24 * 96 * 3, dtype=np.uint8).reshape(2, 24, 96, 3)
    assert json.loads(done.stdout) == here.probabilities_of(canvas).tolist()


def test_weights_that_do_not_fit_get_a_sentence(trained: tuple[Path, list], tmp_path: Path):
    for name in ("model.safetensors", "config.json", "thaw.json"):
        (tmp_path / name).write_bytes((trained[0] / name).read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "part_names": ["0", "1"]}))
    with pytest.raises(WeightsError, match="cannot be opened"):
        open_reader(tmp_path)


@pytest.mark.slow  # that an autoencoder, which keeps the same course, goes on the same is tried in every run
@pytest.mark.parametrize("cuts", ["columns", "components"])
def test_paused_at_any_step_and_resumed_it_says_the_same(home: Home, cuts: str):
    recipe = Recipe.parse({**SMALL, "learner": {"name": "segment", "cuts": cuts}})
    whole = hear(recipe, home)
    plan = whole.events[0].plan  # type: ignore[attr-defined]
    for step in (1, 4, 5):
        paused = hear(recipe, home, wish_at=(step, "pause"))
        assert paused.said(Finished)[0].state == "paused"
        resumed = hear(recipe, home, state=paused.snapshot, plan=plan)
        assert [e.train_loss for e in resumed.said(EpochEnded)][-1] == whole.said(EpochEnded)[-1].train_loss
        assert [e.loss for e in resumed.said(Predicted)] == [e.loss for e in whole.said(Predicted)]


def test_stopped_before_any_validation_there_is_still_something_to_keep(home: Home):
    heard = hear(Recipe.parse(SMALL), home, wish_at=(1, "stop"))
    assert heard.said(Finished)[0].state == "stopped"
    assert heard.said(Improved) and {e.split for e in heard.said(Predicted)} == {"val", "test"}


def test_another_seed_learns_something_else(home: Home):
    recipe = replace(Recipe.parse(SMALL), epochs=1)
    losses = [hear(each, home).said(EpochEnded)[0].train_loss for each in (recipe, recipe, replace(recipe, seed=1))]
    assert losses[0] == losses[1] != losses[2]


def test_no_digit_that_is_learned_from_stands_in_a_held_out_sum(home: Home):
    source = read_digit_sums()
    singles = _singles(Recipe.parse({**SMALL, "examples_per_class": None}), "digits", home)
    assert len(singles.labels) == 1437
    known = {np.round(ink, 3).tobytes() for ink in singles.ink}
    for name in ("val", "test"):
        some = split(source)[name][:40]  # type: ignore[index]
        cells = [
            np.asarray(source.read(int(n)))[:, 8 * p : 8 * p + 8].astype(np.float32) for n in some for p in range(4)
        ]
        inks = [np.maximum(cell.mean(-1) / cell.max() - 0.1, 0) / 0.9 for cell in cells]
        assert inks and not {np.round(ink, 3).astype(np.float32).tobytes() for ink in inks} & known


def test_labels_that_are_no_sums_are_refused_in_one_sentence(home: Home, real_data: Path):
    with pytest.raises(RecipeError, match=r"^dataset: 'hymenoptera' is not possible; segment adds up parts"):
        hear(Recipe.parse({**SMALL, "dataset": "hymenoptera"}), home)
