"""The picker keeps its run in the address by its id, finds what is asked for, and has the sample as the last one."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.home import Home
from core.recipe import Recipe
from core.runs.record import Record
from tests.conftest import HOSTILE_NAME
from tests.pages.reading import as_read

SCRIPT = """
import streamlit as st
from pages.shared.picker import picked_run
line = picked_run("watch", lambda line: line["name"] != "left out")
st.text(line["run"] if line else "none")
"""


@pytest.fixture
def page() -> AppTest:
    st.cache_resource.clear()
    return AppTest.from_string(SCRIPT, default_timeout=30)


def made(folder: Path, *names: str) -> list[str]:
    record = Record(Home(folder))
    runs = [record.create(Recipe(), name=name) for name in names]
    record.close()
    return runs


def shown(page: AppTest) -> str:
    assert not page.exception
    return page.text[0].value


def test_the_newest_run_is_shown_and_the_sample_is_the_last_of_all(page: AppTest, home_folder: Path):
    first, second = made(home_folder, "first", HOSTILE_NAME)
    assert shown(page.run()) == second
    assert page.selectbox[0].options == [
        f"{HOSTILE_NAME} · queued · {second}",
        f"first · queued · {first}",
        "Ten digits, thawed stage by stage · sample",
    ]


def test_without_a_run_and_without_the_sample_there_is_nothing_to_pick(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_SAMPLE", "0")
    assert shown(page.run()) == "none" and not page.selectbox


def test_what_is_picked_stands_in_the_address_by_its_id(page: AppTest, home_folder: Path):
    first, _ = made(home_folder, "first", "second")
    page.run().selectbox[0].select("sample").run()
    assert (shown(page), page.query_params["watch_run"]) == ("sample", "sample")
    page.selectbox[0].select(first).run()
    assert (shown(page), page.query_params["watch_run"]) == (first, first)


@pytest.mark.parametrize("whole", [True, False])
def test_the_address_says_which_run_by_id_or_by_the_beginning_of_it(page: AppTest, home_folder: Path, whole: bool):
    first, _ = made(home_folder, "first", "second")
    page.query_params["watch_run"] = first if whole else first[:5]
    assert shown(page.run()) == first and page.query_params["watch_run"] == first


def test_an_address_that_is_changed_counts_more_than_what_was_picked(page: AppTest, home_folder: Path):
    first, second = made(home_folder, "first", "second")
    assert shown(page.run()) == second
    page.query_params["watch_run"] = first
    assert shown(page.run()) == first


def test_a_run_that_is_set_from_elsewhere_on_the_page_is_shown(page: AppTest, home_folder: Path):
    first, second = made(home_folder, "first", "second")
    assert shown(page.run()) == second
    page.session_state["watch_run"] = first
    assert shown(page.run()) == first


def test_what_was_looked_at_last_is_shown_where_the_address_says_nothing(page: AppTest, home_folder: Path):
    first, _ = made(home_folder, "first", "second")
    page.session_state["last_run"] = first
    assert shown(page.run()) == first


def test_what_cannot_be_picked_here_is_not_shown(page: AppTest, home_folder: Path):
    out, first = made(home_folder, "left out", "first")
    page.query_params["watch_run"] = out
    assert shown(page.run()) == first


@pytest.mark.faults
@pytest.mark.parametrize("word", ["nosuch", "![](http://127.0.0.1:9/x.png)", "../../etc", "\x00", "x" * 5000])
def test_an_address_that_means_no_run_is_told_and_the_newest_is_shown(page: AppTest, home_folder: Path, word: str):
    (first,) = made(home_folder, "first")
    page.query_params["watch_run"] = word
    assert shown(page.run()) == first
    assert "was not found" in as_read(page.warning[0].value) and "![](" not in page.warning[0].value


def test_a_run_that_was_deleted_meanwhile_gives_way_to_the_next(page: AppTest, home_folder: Path):
    first, second = made(home_folder, "first", "second")
    assert shown(page.run()) == second
    record = Record(Home(home_folder))
    record.delete(second)
    record.close()
    assert shown(page.run()) == first
