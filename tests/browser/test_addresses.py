"""Addresses that are opened cold: the very first request of a fresh server leads where it says."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from streamlit_app import PAGES
from tests.browser.visits import Visit
from tests.conftest import SMALL_RUN
from tests.typed import typed_in_a_shell

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home_with_two_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The older run is asked for below: the newer one is what a page would show by itself."""
    home = tmp_path_factory.mktemp("home_with_two_runs")
    for choice in (("--name", "asked for"), ("--name", "newer", "--set", "strategy=head")):
        assert typed_in_a_shell("train", *choice, *SMALL_RUN, THAW_HOME=str(home)).code == 0
    return home


def told(home: Path, name: str) -> dict[str, Any]:
    return typed_in_a_shell("show", name, "--json", THAW_HOME=str(home)).json


def expect_page(window: Visit, title: str) -> None:
    expect(window.page.get_by_role("heading", level=1)).to_have_text(title)
    assert window.page.get_by_test_id("stException").count() == 0
    assert window.errors == []


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_as_the_first_request_of_a_fresh_server(
    serve: Callable, visit: Callable, home_with_two_runs: Path, page: str
):
    address, window = serve(home_with_two_runs, THAW_TICK="0"), visit()
    window.open(f"{address}/{page}")
    expect_page(window, PAGES[page])


@pytest.mark.parametrize("page", ["watch", "mistakes", "predict"])
def test_a_link_to_a_run_opens_that_run_as_the_first_request_of_a_fresh_server(
    serve: Callable, visit: Callable, home_with_two_runs: Path, page: str
):
    run = told(home_with_two_runs, "asked for")
    address, window = serve(home_with_two_runs, THAW_TICK="0"), visit()
    window.open(f"{address}/{page}?{page}_run={run['run']}")
    expect_page(window, PAGES[page])
    said = f"{run['name']} · {run['state']} · {run['run']}"
    expect(window.page.get_by_role("combobox", name="Run", exact=True)).to_have_value(said)
    assert window.page.url.endswith(f"{page}_run={run['run']}")


def test_a_link_to_a_comparison_opens_these_runs_in_this_order_as_the_first_request_of_a_fresh_server(
    serve: Callable, visit: Callable, home_with_two_runs: Path
):
    runs = [told(home_with_two_runs, name)["run"] for name in ("asked for", "newer")]
    address, window = serve(home_with_two_runs, THAW_TICK="0"), visit()
    window.open(f"{address}/compare?" + "&".join(f"compare_runs={run}" for run in runs))
    expect_page(window, "Compare")
    chosen = window.page.get_by_role("group", name="Selected values").locator("[data-tag]")
    expect(chosen).to_have_text([f"asked for · {runs[0]}", f"newer · {runs[1]}"])


def test_what_a_page_is_bound_to_in_its_address_keeps_nobody_there(
    serve: Callable, visit: Callable, home_with_two_runs: Path
):
    address, window = serve(home_with_two_runs, THAW_TICK="0"), visit()
    window.open(f"{address}/datasets?datasets_name=digit_sums")
    window.page.get_by_role("button", name="Train on it").click()
    expect(window.page).to_have_url(f"{address}/train")
    expect_page(window, "Train")
    expect(window.page.get_by_role("combobox", name="Dataset", exact=True)).to_have_value(re.compile("^digit_sums"))
