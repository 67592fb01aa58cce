"""The Train page, from the recipe to the run: what it would cost, sweeps, and a start that happens once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.catalog.learners import LEARNERS
from core.home import Home
from core.service import open_workbench
from tests.engine_of_test import engine, wait_until
from tests.pages.reading import as_read
from tests.pages.train_page import anew, chosen, one_home, page, sound

__all__ = ["anew", "engine", "one_home", "page"]


MEASURED = re.compile(r"^About .+ on .+ \(.+ to .+\), about [\d,]+ MiB of memory\.$")


def test_a_sweep_says_how_many_runs_it_has_before_it_is_started(page: AppTest):
    page.multiselect(key="train_grid").set_value(["lr", "strategy"]).run()
    page.text_input(key="train_grid_lr").set_value("0.001, 0.01")
    page.multiselect(key="train_grid_strategy").set_value(["head", "full"])
    sound(page.number_input(key="train_seeds").set_value(3).run())
    assert any("**12 runs**" in each.value for each in page.markdown)
    assert (page.button(key="train_start").label, page.button(key="train_start").proto.type) == (
        "Start this one alone",
        "secondary",
    )
    page.text_input(key="train_grid_lr").set_value("fast").run()
    assert len(page.error) == 1 and not page.exception


def test_what_is_varied_waits_for_its_values_and_is_still_there_after_a_look_elsewhere(page: AppTest):
    page.multiselect(key="train_grid").set_value(["regularizers"]).run()
    assert any(each.value == "Give regularizers some values." for each in page.caption) and not page.error
    sound(page.multiselect(key="train_grid_regularizers").set_value(["none", "l1", "l1+l2"]).run())
    assert any("**3 runs**" in each.value for each in page.markdown)
    page.switch_page("pages/help.py").run()
    page.switch_page("pages/train.py").run()
    assert any("**3 runs**" in each.value for each in sound(page).markdown)


def test_a_finished_run_can_be_where_another_begins(
    anew: Callable[[], AppTest], home_with_a_run: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THAW_HOME", str(home_with_a_run))
    page = anew()
    run = open_workbench().runs(1)[0]["run"]
    sound(page.selectbox(key="train_set_backbone").set_value(f"run:{run}").run())
    assert chosen(page).backbone == f"run:{run}"
    assert not page.button(key="train_start").disabled


def test_a_second_press_is_the_same_run_and_a_finished_one_is_told(anew: Callable[[], AppTest], engine: Home):
    page = anew()
    page.session_state["train_recipe"] = {"epochs": 1, "examples_per_class": 3, "strategy": "head"}
    page.run()
    started = page.button(key="train_start").click().run()
    assert not started.exception
    bench = open_workbench()
    (run,) = bench.runs()
    assert started.session_state["last_run"] == run["run"]

    page = started.switch_page("pages/train.py").run()
    page.button(key="train_start").click().run()
    wait_until(lambda: bench.glance(run["run"])["state"] == "done")
    page = page.switch_page("pages/train.py").run()
    page = page.button(key="train_start").click().run()
    assert len(bench.runs()) == 1
    assert any("Already trained" in each.value for each in page.info)

    page.button(key="train_again").click().run()
    assert len(bench.runs()) == 2


def test_a_sweep_is_started_once_and_its_runs_are_there(anew: Callable[[], AppTest], engine: Home):
    page = anew()
    page.session_state["train_recipe"] = {"epochs": 1, "examples_per_class": 3, "strategy": "head"}
    page.run()
    page.multiselect(key="train_grid").set_value(["lr"]).run()
    page.text_input(key="train_grid_lr").set_value("0.001, 0.01").run()
    sound(page.button(key="train_start_sweep").click().run())
    assert any("2 runs" in each.value for each in page.success)
    sound(page.run())
    assert "train_start_sweep" not in [each.key for each in page.button]
    assert [len(open_workbench().sweep(each["sweep"])["runs"]) for each in open_workbench().sweeps()] == [2]


@pytest.mark.parametrize("learner", LEARNERS)
def test_seconds_and_memory_are_told_of_every_learner_that_can_tell(page: AppTest, learner: str):
    page.session_state["train_recipe"] = {"learner": learner, "epochs": 1, "examples_per_class": 3}
    sound(page.run())
    sound(page.button(key="train_measure").click().run())
    wait_until(lambda: any(MEASURED.search(each.value) for each in sound(page.run()).caption), seconds=60)
    assert any(MEASURED.search(each.value) for each in page.caption)


def test_what_stands_below_the_heat_map_tells_of_pictures_that_grow(page: AppTest):
    swift = {"name": "swift", "head_epochs": 1, "upper_epochs": 0, "growing_epochs": 1}
    recipe = {"strategy": swift, "image_size": [128, 128], "epochs": 3, "examples_per_class": 3}
    page.session_state["train_recipe"] = recipe
    told = "Training pictures are 128 x 128, then 96 x 96 from epoch 2, 128 x 128 from epoch 3"
    wait_until(lambda: any(told in as_read(each.value) for each in sound(page.run()).caption), seconds=60)
    page.session_state["train_recipe"] = {**recipe, "strategy": "full"}
    wait_until(lambda: any("learn from epoch 1" in each.value for each in sound(page.run()).caption), seconds=60)
    assert not any("Training pictures" in each.value for each in page.caption)


def test_a_press_compares_all_runs_of_a_sweep(anew: Callable[[], AppTest], engine: Home):
    page = anew()
    page.session_state["train_recipe"] = {"epochs": 1, "examples_per_class": 3, "strategy": "head"}
    page.run()
    page.multiselect(key="train_grid").set_value(["lr"]).run()
    page.text_input(key="train_grid_lr").set_value("0.001, 0.01, 0.1").run()
    sound(page.button(key="train_start_sweep").click().run())
    bench = open_workbench()
    wait_until(lambda: [each["state"] for each in bench.runs()] == ["done"] * 3)
    page.button(key="train_compare_sweep").click().run()
    assert not page.exception and page.title[0].value == "Compare"
    assert sorted(page.multiselect(key="compare_runs").value) == sorted(each["run"] for each in bench.runs())
