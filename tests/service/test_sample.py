"""What can be done with the sample: everything that looks, nothing that changes, in a project that can't be written."""

import hashlib
import inspect
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import RecordError
from core.home import SAMPLE, SHIPPED, Home
from core.insight.scores import score
from core.runs.predictions import read_predictions
from core.service import Workbench

PROJECT = SHIPPED.parent.parent
FOLDER = SHIPPED / SAMPLE
SAID = {"name": "another", "note": "a note", "priority": 1}


@pytest.fixture
def bench(home_folder: Path) -> Iterator[Workbench]:
    with closing(Workbench(Home(home_folder))) as bench:
        yield bench


def contents() -> dict[str, str]:
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.rglob("*") if file.is_file()}


def actions_on_a_run() -> Iterator[tuple[str, bool]]:
    """Every action that takes a run, and whether it changes it: then it looks for one's own."""
    for name, action in inspect.getmembers(Workbench, inspect.isfunction):
        if not name.startswith("_") and next(iter([*inspect.signature(action).parameters][1:]), "") == "run":
            source = inspect.getsource(action)
            yield name, "find_own(" in source or "self._after(" in source


@pytest.mark.faults
@pytest.mark.parametrize("name", [name for name, changes in actions_on_a_run() if changes])
def test_an_action_that_changes_a_run_refuses_the_sample_in_one_sentence(bench: Workbench, name: str):
    before, action = contents(), getattr(bench, name)
    wanted = [each for each in inspect.signature(action).parameters.values() if each.default is each.empty][1:]
    with pytest.raises(RecordError, match=r"^The sample can't be changed; train a run of your own\.$"):
        action(SAMPLE, *(SAID[each.name] for each in wanted))
    assert contents() == before


def test_the_actions_that_change_a_run_are_known_by_how_they_find_it():
    changing = {name for name, changes in actions_on_a_run() if changes}
    assert {"stop", "pause", "resume", "delete", "rename", "note", "tag"} <= changing
    assert not {"show", "glance", "events", "predict"} & changing


def test_it_is_shown_in_full_with_a_best_epoch_before_the_last_and_mistakes(bench: Workbench):
    shown = bench.show(SAMPLE)
    assert (shown["run"], shown["state"], len(shown["epochs"])) == (SAMPLE, "done", shown["planned_epochs"])
    assert shown["best_epoch"] < len(shown["epochs"]) - 1
    assert 0.85 < shown["test"]["accuracy"] < 0.95 and shown["last"]["test"]["accuracy"] < shown["test"]["accuracy"]
    thaws = [sum(scale > 0 for scale in epoch["lr_scales"]) for epoch in shown["epochs"]]
    assert thaws == sorted(thaws) and (thaws[0], thaws[-1]) == (1, len(shown["stages"]))
    assert {"cross_entropy"} < shown["epochs"][-1]["losses"].keys()
    assert bench.runs() == []


def test_what_it_scored_is_what_would_be_worked_out_today(bench: Workbench):
    for split in ("val", "test"):
        said = read_predictions(FOLDER, split, "best")
        assert said is not None
        today = score(said.probabilities, said.labels, [str(digit) for digit in range(10)])
        assert json.loads(json.dumps(today)) == bench.show(SAMPLE)[split]


def test_its_weights_tell_its_test_pictures_as_it_did(bench: Workbench):
    said = read_predictions(FOLDER, "test", "best")
    assert said is not None
    pictures = [(file, bench.picture(SAMPLE, "test", index, 8)) for index, file in enumerate(said.files[:12])]
    told = bench.predict(SAMPLE, [(file, content) for file, content in pictures if content])
    assert [each["label"] for each in told["predictions"]] == [str(each.argmax()) for each in said.probabilities[:12]]


def test_a_run_can_begin_with_its_weights(bench: Workbench):
    recipe = {"backbone": f"run:{SAMPLE}", "strategy": "head", "epochs": 1, "examples_per_class": 2}
    own = bench.show(bench.train(recipe, device="cpu"))
    assert own["state"] == "done"
    assert {each["run"] for each in bench.compare([SAMPLE, own["run"]])["runs"]} == {SAMPLE, own["run"]}


def test_the_project_may_be_read_only(tmp_path: Path, home_folder: Path):
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "core", project / "core", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(SHIPPED, project / "checkpoints" / "shipped")
    folders = [project, *(each for each in project.rglob("*") if each.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        done = subprocess.run(
            [sys.executable, "-B", "-m", "core", "show", SAMPLE, "--json"],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(project), "THAW_HOME": str(home_folder)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["best"] == str(project / "checkpoints" / "shipped" / SAMPLE / "best")
    finally:
        for folder in folders:
            folder.chmod(0o755)
