"""Recipes as they are typed: checked without being trained, begun from a preset, planned as a sweep."""

import shlex

import pytest

from core.catalog.presets import PRESETS
from core.recipe import Recipe
from tests.typed import typed


def test_a_recipe_is_checked_and_told_in_full(capsys: pytest.CaptureFixture):
    told = typed(capsys, "check", "--set", "strategy=gradual", "--set", "epochs=3", "--json").json
    assert told["recipe"]["strategy"] == {"name": "gradual", "epochs_per_stage": 1}
    assert [each["name"] for each in told["fields"] if each["changed"]] == ["strategy", "epochs"]
    program, _, core, _, *words = shlex.split(told["command"])
    assert (program, core) == ("python", "core")
    assert typed(capsys, "check", *words, "--json").json["hash"] == told["hash"]


def test_people_see_what_was_changed(capsys: pytest.CaptureFixture):
    said = typed(capsys, "check", "--set", "lr=0.5")
    starred = [line.split() for line in said.out.splitlines() if line.startswith("*")]
    assert starred == [["*", "lr", "0.5"]]
    assert "--set lr=0.5" in said.out


def test_what_cannot_be_trained_is_refused(capsys: pytest.CaptureFixture):
    said = typed(capsys, "check", "--set", "dataset=nothing_here")
    assert said.code == 2
    assert "nothing_here" in said.err


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_laid_over_before_what_is_set(capsys: pytest.CaptureFixture, name: str):
    told = typed(capsys, "check", "--preset", name, "--set", "epochs=7", "--json").json
    assert told["hash"] == Recipe.suggested().with_preset(name).with_overrides(["epochs=7"]).hash


def test_a_sweep_is_planned_without_a_run(capsys: pytest.CaptureFixture):
    words = ["--grid", "lr=0.001,0.01", "--seeds", "2", "--plan"]
    planned = typed(capsys, "submit", *words, "--json").json
    assert planned == {"runs": [{"lr": lr, "seed": seed} for seed in (0, 1) for lr in (0.001, 0.01)], "merged": 0}
    assert "That makes 4 runs." in typed(capsys, "submit", *words).out
    assert typed(capsys, "runs", "--json").json["runs"] == []
