"""Compare, without a browser: what may be said of runs, and what still stands where nothing may be said."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.home import Home
from core.service import Workbench
from tests.conftest import HOSTILE_NAME
from tests.pages.reading import as_read
from tests.typed import PROJECT, QUICK


@pytest.fixture(scope="module")
def home_of_three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs on the same pictures, one with a name that tries to be fetched, and one on others."""
    home = tmp_path_factory.mktemp("home_of_three")
    for name, choices in (("plain", []), (HOSTILE_NAME, ["strategy=head"]), ("elsewhere", ["split_seed=1"])):
        words = [*QUICK, *(part for choice in choices for part in ("--set", choice)), "--name", name]
        command = [sys.executable, "-m", "core", "train", *words]
        subprocess.run(
            command, cwd=PROJECT, env={**os.environ, "THAW_HOME": str(home)}, capture_output=True, check=True
        )
    return home


@pytest.fixture
def bench(home_of_three: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv("THAW_HOME", str(home_of_three))
    bench = Workbench(Home(home_of_three))
    yield bench
    bench.close()


def chosen(app: AppTest, *runs: str) -> AppTest:
    app.run().switch_page("pages/compare.py").run()
    return app.multiselect(key="compare_runs").set_value(list(runs)).run()


def said(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.error, *app.warning]
    return as_read("\n".join(element.value for element in elements))


def test_with_nothing_to_compare_it_says_what_to_do(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_SAMPLE", "0")
    app.run().switch_page("pages/compare.py").run()
    assert not app.exception
    assert "it takes two finished runs" in app.info[0].value
    assert app.button(key="compare_train").label == "Train another"


def test_the_verdict_stands_first_with_names_where_it_has_ids(app: AppTest, bench: Workbench):
    _, hostile, first = (line["run"] for line in bench.runs())
    chosen(app, first, hostile)
    assert not app.exception
    sentence = bench.compare([first, hostile])["pairs"][0]["sentence"]
    told = sentence.replace(first, "plain").replace(hostile, " ".join(HOSTILE_NAME.split()))
    assert f"**These two networks:** {told}." in said(app)
    assert f"![]({'http'}" not in "\n".join(each.value for each in app.markdown), "a picture would be fetched"
    settings = next(table.value for table in app.dataframe if "setting" in table.value)
    assert list(settings["setting"]) == ["strategy"]


@pytest.mark.parametrize("name", ["classes", "pictures", "race", "cost", "curves"])
def test_every_fold_opens(app: AppTest, bench: Workbench, name: str):
    _, hostile, first = (line["run"] for line in bench.runs())
    chosen(app, first, hostile)
    app.session_state[f"compare_fold_{name}"] = True
    app.run()
    assert not app.exception and not app.error


def test_the_race_says_who_led_and_where_their_ways_crossed(
    app: AppTest, bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    _, hostile, first = (line["run"] for line in bench.runs())
    raced = bench.race([first, hostile])
    raced["at_equal"]["seconds"]["leads"] = [{"from": 2.0, "run": hostile}, {"from": 7.654, "run": first}]
    monkeypatch.setattr(Workbench, "race", lambda *_, **__: raced)
    chosen(app, first, hostile)
    app.session_state["compare_fold_race"] = True
    app.run()
    assert f"In front: {' '.join(HOSTILE_NAME.split())}, then plain from 7.65 s of work." in said(app)
    assert f"![]({'http'}" not in "\n".join(each.value for each in app.markdown), "a picture would be fetched"


def test_runs_on_other_pictures_get_one_sentence_and_still_stand_side_by_side(app: AppTest, bench: Workbench):
    elsewhere, _, first = (line["run"] for line in bench.runs())
    chosen(app, first, elsewhere)
    assert not app.exception
    assert len(app.warning) == 1 and "only runs on the same pictures can be compared" in app.warning[0].value
    assert not app.error
    scores = next(table.value for table in app.dataframe if "accuracy" in table.value)
    assert list(scores["run"]) == ["plain", "elsewhere"]


def test_three_runs_let_a_pair_be_chosen(app: AppTest, bench: Workbench):
    ids = [line["run"] for line in bench.runs() if line["name"] != "elsewhere"]
    copy = bench.train(bench.show(ids[0])["recipe"] | {"seed": 5}, name="third")
    chosen(app, *ids, copy)
    app.session_state["compare_fold_classes"] = True
    app.run()
    app.selectbox(key="compare_b").select(copy).run()
    assert not app.exception
    table = next(table.value for table in app.dataframe if "won by" in table.value)
    assert "third" in table.columns and table["pictures"].sum() == bench.compare([ids[0], copy])["runs"][0]["n"]
    bench.delete(copy)
