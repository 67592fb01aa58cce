"""A finished run answers for its twin, for its owner and for others, and only where it truly is one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from core.catalog.learners import Network
from core.data.finding import open_source
from core.engines.immediate import Immediate
from core.events import Event, Started, Wish
from core.home import SHIPPED, Home
from core.recipe import Recipe
from core.runs.folders import read_json, write_json
from core.service import Workbench, open_workbench
from core.service.reusing import answer
from core.training.origins import origin_of
from tests import short_learner
from tests.typed import PROJECT

Finish = Callable[..., str]


def learn_truly(
    recipe: Recipe, device: str, plan: Any = None, state: Path | None = None, home: Home | None = None
) -> Generator[Event, Wish, None]:
    """The short learner's story, but the pictures and the weights that it says it began with are the real ones."""
    story = short_learner.learn(recipe, device, plan, state, home)
    started = next(story)
    assert home is not None and isinstance(started, Started)
    began = {"data": open_source(recipe.dataset, home).fingerprint, "origin": origin_of(recipe, home)}
    yield replace(started, environment={"device": device, **began})
    yield from story


@pytest.fixture(autouse=True)
def true_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("true_learner")
    module.learn = learn_truly  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "true_learner", module)
    monkeypatch.setattr(Network, "generator", "true_learner:learn")


@pytest.fixture
def bench(home_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_ENGINE", "immediate")
    bench = open_workbench(Home(home_folder))
    yield bench
    bench.close()


@pytest.fixture
def finish(bench: Workbench) -> Finish:
    def finish(recipe: Recipe, owner: str = "ann", **facts: Any) -> str:
        run = bench.record.create(recipe, owner=owner, **facts)
        Immediate(bench.record).submit(run, "cpu")
        assert bench.record.find(run).state == "done"
        return run

    return finish


@pytest.fixture
def beetles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder below THAW_DATA: a dataset that everybody here may use."""
    folder = tmp_path / "data" / "beetles"
    for label, shade in (("stag", 40), ("dung", 200)):
        (folder / label).mkdir(parents=True)
        for number in range(4):
            Image.new("RGB", (8, 8), (shade, number, 0)).save(folder / label / f"{number}.png")
    monkeypatch.setenv("THAW_DATA", str(folder.parent))
    return folder


@pytest.fixture
def my_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder below THAW_WEIGHTS, as a backbone called `mine`."""
    folder = tmp_path / "weights" / "mine"
    shutil.copytree(SHIPPED / "thaw_small", folder)
    monkeypatch.setenv("THAW_WEIGHTS", str(folder.parent))
    return folder


def test_the_owners_own_finished_run_is_the_answer_itself(bench: Workbench, finish: Finish):
    run = finish(Recipe(), "ann")
    said = bench.submit(Recipe(), owner="ann")
    assert said == {"run": run, "state": "done", "reused": True} and bench.record.store.count() == 1


def test_another_person_gets_a_run_of_their_own(bench: Workbench, finish: Finish):
    run = finish(Recipe(), "ann", name="my secret")
    said = bench.submit(Recipe(), owner="ben", request="pressed once")
    copy = bench.record.find(said["run"])
    assert (said["reused"], said["state"]) == (True, "done") and copy.id != run
    assert (copy.owner, copy.name, copy.attempt) == ("ben", "digits thaw_small full", 0)
    assert bench.show(copy.id)["val"] == bench.show(run)["val"] is not None
    assert bench.submit(Recipe(), owner="ben")["run"] == copy.id  # by now it is ben's own


def test_ones_own_comes_before_a_newer_one_of_another(bench: Workbench, finish: Finish):
    run = finish(Recipe(), "ann")
    finish(Recipe(), "ben")
    assert bench.submit(Recipe(), owner="ann")["run"] == run


def test_training_here_and_now_is_answered_alike(bench: Workbench, finish: Finish):
    run = finish(Recipe(), "ann")
    assert bench.train(Recipe(), owner="ann") == run
    copy = bench.record.find(bench.train(Recipe(), owner="ben", name="mine"))
    assert (copy.owner, copy.name, copy.reason[:16]) == ("ben", "mine", "Answered at once")


def test_again_trains_anew(bench: Workbench, finish: Finish):
    run = finish(Recipe(), "ann")
    said = bench.submit(Recipe(), owner="ann", again=True, device="cpu")
    assert said["run"] != run and said["reused"] is False


@pytest.mark.parametrize("other", [{"seed": 1}, {"lr": 0.5}, {"split_seed": 1}])
def test_another_recipe_is_no_twin(bench: Workbench, finish: Finish, other: dict[str, Any]):
    finish(Recipe(), "ann")
    assert answer(bench.record, Recipe.parse(other), "ann") is None


@pytest.mark.parametrize("lr", [13, 14])
def test_only_a_run_that_is_done_answers(bench: Workbench, lr: float):
    run = bench.record.create(Recipe(lr=lr), owner="ann")
    try:
        Immediate(bench.record).submit(run, "cpu")
    except ZeroDivisionError:
        assert lr == 14
    assert bench.record.find(run).state == "failed"
    assert answer(bench.record, Recipe(lr=lr), "ann") is None


def test_a_folder_that_everybody_may_use_answers_for_others(bench: Workbench, finish: Finish, beetles: Path):
    run = finish(Recipe(dataset="beetles"), "ann")
    copy = answer(bench.record, Recipe(dataset="beetles"), "ben")
    assert copy not in (None, run)


def test_private_data_answer_their_owner_alone(bench: Workbench, finish: Finish, beetles: Path):
    bench.import_dataset(str(beetles), "private")
    run = finish(Recipe(dataset="private"), "ann")
    assert answer(bench.record, Recipe(dataset="private"), "ben") is None
    assert bench.record.store.count() == 1
    assert answer(bench.record, Recipe(dataset="private"), "ann") == run


def test_who_begins_with_a_persons_run_has_no_twin_of_another(bench: Workbench, finish: Finish):
    base = finish(Recipe(), "ann")
    shutil.copy(SHIPPED / "thaw_small" / "config.json", bench.record.folder(base) / "best")
    further = Recipe(backbone=f"run:{base}")
    run = finish(further, "ann")
    assert answer(bench.record, further, "ben") is None
    assert answer(bench.record, further, "ann") == run


def test_other_pictures_under_the_same_name_are_no_twin(bench: Workbench, finish: Finish, beetles: Path):
    recipe = Recipe(dataset="beetles")
    run = finish(recipe, "ann")
    before = (beetles / "stag" / "0.png").read_bytes()
    Image.new("RGB", (9, 9)).save(beetles / "stag" / "0.png")
    assert answer(bench.record, recipe, "ann") is None
    (beetles / "stag" / "0.png").write_bytes(before)
    assert answer(bench.record, recipe, "ann") == run


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_other_weights_under_the_same_name_are_no_twin(bench: Workbench, finish: Finish, my_weights: Path, file: str):
    recipe = Recipe(backbone="mine")
    run = finish(recipe, "ann")
    before = (my_weights / file).read_bytes()
    (my_weights / file).write_bytes(before + b"\n")
    assert answer(bench.record, recipe, "ann") is None
    (my_weights / file).write_bytes(before)
    assert answer(bench.record, recipe, "ann") == run


def test_from_scratch_other_weights_do_not_matter(bench: Workbench, finish: Finish, my_weights: Path):
    recipe = Recipe(backbone="mine", pretrained=False)
    run = finish(recipe, "ann")
    (my_weights / "model.safetensors").write_bytes(b"other")
    assert answer(bench.record, recipe, "ann") == run


@pytest.mark.parametrize("learner", ["autoencoder", "segment"])
def test_a_learner_without_a_backbone_has_twins_too_whatever_weights_there_are(
    bench: Workbench, finish: Finish, my_weights: Path, learner: str
):
    few = {"dataset": "digit_sums", "examples_per_class": 2, "held_out_per_class": 2, "epochs": 1, "backbone": "mine"}
    recipe = Recipe.parse({**few, "learner": learner})
    run = finish(recipe)
    (my_weights / "model.safetensors").write_bytes(b"other")
    assert answer(bench.record, recipe, "ann") == run


def test_a_run_of_another_version_is_no_twin(bench: Workbench, finish: Finish):
    run = finish(Recipe(), "ann")
    with bench.record.store.writing() as db:
        db.execute("UPDATE runs SET version = '0.0.0' WHERE id = ?", [run])
    assert answer(bench.record, Recipe(), "ann") is None


def test_a_run_that_did_not_say_what_it_began_from_is_no_twin(bench: Workbench, finish: Finish):
    run = finish(Recipe(), "ann")
    place = bench.record.folder(run) / "environment.json"
    began = read_json(place) or {}
    for unknown in ({**began, "origin": None}, {key: began[key] for key in began if key != "origin"}):
        write_json(place, unknown)
        assert answer(bench.record, Recipe(), "ann") is None


def test_a_deleted_run_answers_no_more_and_its_copy_still_does(bench: Workbench, finish: Finish):
    run = finish(Recipe(), "ann")
    copy = answer(bench.record, Recipe(), "ben")
    bench.delete(run)
    assert answer(bench.record, Recipe(), "ben") == copy
    assert answer(bench.record, Recipe(), "ann") not in (None, run, copy)  # copied back


def test_torch_is_not_needed_to_find_and_copy_a_twin(bench: Workbench, finish: Finish):
    finish(Recipe(), "ann")
    code = (
        "import json, sys\n"
        "from core.recipe import Recipe\n"
        "from core.service import open_workbench\n"
        "said = open_workbench().submit(Recipe(), owner='ben')\n"
        "print(json.dumps([said['reused'], sorted({'torch', 'timm', 'sklearn'} & {*sys.modules})]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [True, []]
