"""Runs beside each other: the page says what the terminal says, and a sweep that begins on a page is trained."""

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.home import Home
from core.runs.store import RunStore
from tests.browser.journeys import PATIENCE, press, run_of, table_of, told_in_the_terminal, write
from tests.browser.visits import Visit
from tests.conftest import SMALL_RUN
from tests.engine_of_test import engine, wait_until
from tests.typed import typed_in_a_shell

__all__ = ["engine"]

pytestmark = pytest.mark.browser


def trained(name: str, *choices: str) -> dict[str, Any]:
    return typed_in_a_shell("train", "--name", name, *SMALL_RUN, *choices, "--json").json


def test_the_verdict_on_two_runs_is_the_one_that_the_terminal_gives(
    serve: Callable, visit: Callable, home_folder: Path
):
    tuned, head = trained("tuned"), trained("head only", "--set", "strategy=head")
    address, window = serve(home_folder, THAW_TICK="0"), visit()
    window.open(f"{address}/compare?compare_runs={tuned['run']}&compare_runs={head['run']}")
    (pair,) = typed_in_a_shell("compare", tuned["run"], head["run"], "--json").json["pairs"]
    by_name = pair["sentence"].replace(tuned["run"], "tuned").replace(head["run"], "head only")
    expect(window.page.get_by_text(f"These two networks: {by_name}.")).to_be_visible(timeout=PATIENCE)
    assert window.errors == []


def open_fold(window: Visit, title: str) -> None:
    window.page.get_by_text(re.compile(f"^{title}")).first.click()


def vary_the_rate(window: Visit, values: str) -> None:
    open_fold(window, "Sweep: ")
    vary = window.page.get_by_role("combobox", name="Vary")
    vary.scroll_into_view_if_needed()
    window.page.wait_for_timeout(1000)  # a fold that still opens moves what is in it, which closes a list
    vary.click()
    window.page.keyboard.type("lr")
    expect(window.page.get_by_role("option", name="lr", exact=True)).to_be_visible()
    window.page.keyboard.press("ArrowDown")  # past "Select all matches"; a click might scroll, which closes the list
    window.page.keyboard.press("Enter")
    write(window, "Values of lr", values)


def states_of(home: Home) -> list[str]:
    with closing(RunStore(home.database)) as store:
        return [row.state for row in store.newest()]


def test_a_sweep_that_begins_on_the_page_is_trained_and_told_of(engine: Home, serve: Callable, visit: Callable):
    address, window = serve(engine.folder, THAW_TICK="0.5"), visit()
    window.open(f"{address}/train")
    write(window, "Epochs", "2")
    open_fold(window, "Pictures: ")
    write(window, "Examples per class", "3")
    expect(window.page.get_by_text("Pictures: 30 train")).to_be_visible(timeout=PATIENCE)
    window.settle()
    vary_the_rate(window, "0.001,0.01")
    expect(window.page.get_by_text("That makes 2 runs.")).to_be_visible(timeout=PATIENCE)
    press(window, "Start the sweep")
    expect(window.page.get_by_text("has 2 runs; they wait for their turns")).to_be_visible(timeout=PATIENCE)
    press(window, "Watch its first run")

    first = told_in_the_terminal(engine.folder, run_of(window, "watch"))
    wait_until(lambda: states_of(engine) == ["done", "done"])
    made = typed_in_a_shell("sweep", first["sweep"], "--json").json
    assert made["state"] == "done"
    window.page.reload()
    window.page.get_by_text(re.compile("^Sweep .*: 2 of 2 done")).click(timeout=PATIENCE)
    validation = [f"{group['val']['mean']:.1%} over 1 seed" for group in made["groups"]]
    rows = table_of(window, "watch_sweep")
    assert [row[:3] for row in rows] == [
        ["lr 0.001", "1 of 1", validation[0]],
        ["lr 0.01", "1 of 1", validation[1]],
    ]
    press(window, "Watch it")
    wait_until(lambda: run_of(window, "watch") != first["run"])
    recipes = [first["recipe"], told_in_the_terminal(engine.folder, run_of(window, "watch"))["recipe"]]
    assert [each["lr"] for each in recipes] == [0.001, 0.01]
    assert all((each["epochs"], each["examples_per_class"]) == (2, 3) for each in recipes)
    assert window.errors == []
