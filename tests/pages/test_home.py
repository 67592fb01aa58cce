"""Home: three ways to begin, the newest runs as cards, all of them in a table; whatever people named stays text."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.home import Home
from core.recipe import Recipe
from core.runs.record import Record
from tests.conftest import HOSTILE_NAME
from tests.pages.reading import as_read, everything_said


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def many_runs(folder: Path, count: int) -> list[str]:
    """Runs that wait, the oldest first."""
    record, recipe = Record(Home(folder)), Recipe()
    runs = [record.create(recipe, name=f"run {number}") for number in range(count)]
    record.close()
    return runs


def test_an_empty_home_offers_three_ways_to_begin_and_shows_the_sample(app: AppTest, home_folder: Path):
    app.run()
    assert not app.exception and app.title[0].value == "Watch a frozen network thaw"
    assert {"Train on digits", "Open the sample", "Replay a report"} <= {*labels(app)}
    assert [button.label for button in app.button if button.proto.type == "primary"] == ["Train on digits"]
    assert "Ten digits, thawed stage by stage" in as_read(everything_said(app))
    assert not home_folder.exists(), "looking must write nothing"


def test_without_the_sample_an_empty_home_says_what_to_do(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_SAMPLE", "0")
    app.run()
    assert not app.exception and not {"Open the sample", "Put the sample away"} & {*labels(app)}
    assert "“Train on digits” makes the first one" in everything_said(app)


def test_the_sample_can_be_put_away_and_comes_back(app: AppTest):
    app.run().button(key="home_sample_away").click().run()
    assert "Open the sample" not in labels(app) and "Ten digits" not in everything_said(app)
    app.button(key="home_sample_back").click().run()
    assert "Open the sample" in labels(app)


def test_a_finished_run_is_a_card_with_its_interval_and_a_name_that_stays_text(
    app: AppTest, home_with_a_run: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THAW_HOME", str(home_with_a_run))
    app.run()
    assert not app.exception and app.button(key="home_run_0_open").label == "Open"
    said = everything_said(app)
    assert " to " in said and "of 180 on validation" in said
    assert HOSTILE_NAME not in said and HOSTILE_NAME in as_read(said)


def test_three_newest_runs_are_cards_and_the_rest_stands_in_pages(app: AppTest, home_folder: Path):
    runs = many_runs(home_folder, 120)
    app.run()
    said = everything_said(app)
    assert [f"run {number}" in said for number in (119, 118, 117, 116)] == [True, True, True, False]
    app.session_state["home_all_open"] = True
    app.run()
    assert list(app.dataframe[0].value["run"]) == runs[:-51:-1]
    app.button(key="home_older").click().run()
    assert list(app.dataframe[0].value["run"]) == runs[-51:-101:-1]
    app.button(key="home_older").click().run()
    assert list(app.dataframe[0].value["run"]) == runs[19::-1] and app.button(key="home_older").disabled
    app.button(key="home_newer").click().run()
    assert list(app.dataframe[0].value["run"]) == runs[-51:-101:-1]
    app.selectbox(key="home_state").select("done").run()
    assert not app.exception and "no run in this state" in everything_said(app)


def test_a_page_of_the_list_whose_beginning_was_deleted_begins_anew(app: AppTest, home_folder: Path):
    runs = many_runs(home_folder, 60)
    app.session_state["home_all_open"], app.session_state["home_turned"] = True, ["zzzzzz"]
    app.run()
    assert not app.exception and list(app.dataframe[0].value["run"]) == runs[:-51:-1]


def test_a_thousand_runs_cost_no_more_than_a_few(app: AppTest, home_folder: Path):
    def seconds() -> float:
        app.run()
        begin = time.perf_counter()
        app.run()
        return time.perf_counter() - begin

    many_runs(home_folder, 4)
    app.session_state["home_all_open"] = True
    few = seconds()
    many_runs(home_folder, 1000)
    assert min(seconds() for _ in range(3)) < few + 0.5  # generous: 0.1 s is what a quiet machine takes at most


def test_train_on_digits_leads_to_the_recipe_one_begins_with(app: AppTest):
    app.session_state["train_recipe"] = {"epochs": 99}
    app.run().button(key="home_train").click().run()
    assert not app.exception and app.title[0].value == "Train"
    assert app.session_state["train_recipe"]["epochs"] == Recipe.suggested().epochs


def test_the_sample_opens_on_watch(app: AppTest):
    app.run().button(key="home_sample").click().run()
    assert not app.exception and app.title[0].value == "Watch"
    assert app.selectbox(key="watch_run").value == "sample"


@pytest.mark.faults
def test_a_record_that_cannot_be_read_is_one_sentence(app: AppTest, home_folder: Path):
    home_folder.mkdir()
    (home_folder / "runs.sqlite").write_bytes(b"this is no database, and never was one" * 100)
    app.run()
    assert not app.exception and len(app.error) == 1
