"""A room from the terminal of whoever serves it: who is there, and what all of them see."""

from pathlib import Path

import pytest

from core.home import Home
from core.recipe import Recipe
from core.service import Workbench
from tests.typed import typed


@pytest.fixture
def room(home_folder: Path) -> Workbench:
    bench = Workbench(Home(home_folder))
    bench.seen_by("ada").introduce("Ada ![](http://127.0.0.1:9/x)")
    return bench


def test_who_has_come_in_is_told(room: Workbench, capsys: pytest.CaptureFixture):
    assert typed(capsys, "people", "--json").json["people"] == [
        {"person": "ada", "name": "Ada ![](http://127.0.0.1:9/x)"}
    ]
    assert "ada  Ada" in typed(capsys, "people").out


def test_a_run_is_shared_and_taken_back(room: Workbench, capsys: pytest.CaptureFixture):
    run = room.record.create(Recipe(), owner="ada")
    ben = room.seen_by("ben")
    said = typed(capsys, "share", run)
    assert (said.code, said.out) == (0, f"The run {run} is seen by everybody in the room.\n")
    assert [each["run"] for each in ben.runs()] == [run]
    assert typed(capsys, "share", run, "--undo", "--json").json["shared"] is False
    assert ben.runs() == []


def test_only_what_was_imported_can_be_shared_as_a_dataset(capsys: pytest.CaptureFixture):
    said = typed(capsys, "share", "digits", "--dataset")
    assert said.code == 2 and "no imported dataset called 'digits'" in said.err
    assert typed(capsys, "share", "nothing").code == 2
