"""The first lesson in a real browser: a run of one's own and its confusion matrix in three clicks, nothing typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.recipe import Recipe
from tests.browser.journeys import click_cell, expect_what_the_terminal_says, first_run, run_of, told_in_the_terminal

pytestmark = pytest.mark.browser


def a_cell_worth_a_click(told: dict[str, Any]) -> tuple[str, str, int]:
    """A confusion that the page does not show by itself, which is the first; a class's right ones if there is none."""
    confusions = [(each["true"], each["predicted"], each["count"]) for each in told["test"]["top_confusions"]]
    label, rights = told["classes"][0], told["test"]["confusion"][0][0]
    return [*confusions[1:], (label, label, rights)][0]


def test_three_clicks_lead_to_a_run_and_its_matrix_and_one_more_to_the_pictures_of_a_cell(
    serve: Callable, visit: Callable, busy_home: Path
):
    address, window = serve(busy_home), visit()
    clicks, keys = first_run(window, address)
    assert (clicks, keys) == (3, 0)

    told = told_in_the_terminal(busy_home, run_of(window, "mistakes"))
    assert Recipe.parse(told["recipe"]).hash == Recipe.suggested_for([]).hash
    assert told["state"] == "done" and told["test"]["accuracy"] >= 0.9
    expect_what_the_terminal_says(window, told)

    true, predicted, count = a_cell_worth_a_click(told)
    click_cell(window, true, predicted)
    beside = window.page.get_by_test_id("stColumn").filter(has_text=f"{count} of 18 pictures of {true}")
    expect(beside.get_by_alt_text(f"a {true}, taken for {predicted}")).to_have_count(count)
    assert (window.errors, window.asked_elsewhere(address)) == ([], [])
