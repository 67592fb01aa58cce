"""The front door, without a browser: what it says, and that what people named stays text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared.words import duration, percent, plain, with_interval

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def app() -> Iterator[AppTest]:
    st.cache_resource.clear()
    st.cache_data.clear()
    yield AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    st.cache_resource.clear()


def everything_said(app: AppTest) -> str:
    said = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.code, *app.error, *app.warning]
    return "\n".join(element.value for element in said)


def test_an_empty_home_says_how_to_make_the_first_run(app: AppTest, home_folder: Path):
    app.run()
    assert not app.exception
    assert app.title[0].value == "Thaw"
    assert app.code[0].value == "python -m core train"
    assert not home_folder.exists(), "looking must write nothing"


def test_a_finished_run_is_listed_with_its_interval_and_shown_in_full(
    app: AppTest, home_with_a_run: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THAW_HOME", str(home_with_a_run))
    app.run()
    assert not app.exception
    (row,) = app.dataframe[0].value.to_dict("records")
    assert (row["state"], row["dataset"]) == ("done", "digits")
    assert " to " in row["accuracy on validation"]
    assert "right on the test pictures" in everything_said(app)
    per_class = app.dataframe[2].value
    assert list(per_class["label"]) == [str(digit) for digit in range(10)]


def test_a_run_is_chosen_by_its_address(app: AppTest, home_with_a_run: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_HOME", str(home_with_a_run))
    run = app.run().selectbox(key="run").value
    app.query_params["run"] = run
    assert app.run().selectbox(key="run").value == run
    assert not app.exception


def test_a_record_that_cannot_be_read_is_one_sentence(app: AppTest, home_folder: Path):
    home_folder.mkdir()
    (home_folder / "runs.sqlite").write_bytes(b"this is no database, and never was one" * 100)
    app.run()
    assert not app.exception
    assert len(app.error) == 1


@pytest.mark.parametrize(
    "name", ["![](http://a/x.png)", "<b>loud</b>", "**b**", "a_b_c", "$x$", ":red[x]", "`c`", "1. x"]
)
def test_no_mark_of_a_name_keeps_its_meaning(name: str):
    shown = plain(name)
    assert shown.replace("\\", "") == name
    bare = [mark for before, mark in zip(" " + shown, shown, strict=False) if not mark.isalnum() and before != "\\"]
    assert set(bare) <= {"\\", " "}


def test_figures_are_written_as_people_read_them():
    assert [duration(seconds) for seconds in (None, 0.4, 59, 61, 7_322)] == [
        "–",
        "0 s",
        "59 s",
        "1 min 1 s",
        "2 h 2 min",
    ]
    assert [percent(share) for share in (None, 0.9134)] == ["–", "91.3%"]
    score = {"accuracy": 137 / 150, "interval": [0.857, 0.949], "right": 137, "n": 150}
    assert with_interval(score) == "91.3% (85.7 to 94.9), 137 of 150"
    assert with_interval(None) == "–"
