"""The front door in a real browser: what a person sees on the first day, and after the first run."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pages.shared.words import plain

pytestmark = pytest.mark.browser

HOSTILE_NAME = "![](http://127.0.0.1:9/fetched.png)"
CHART = '[data-testid="stVegaLiteChart"]'
TITLE = "Watch a frozen network thaw"


def test_an_empty_home_says_how_to_begin_and_shows_the_sample(serve: Callable, visit: Callable, home_folder: Path):
    address, window = serve(home_folder), visit()
    window.open(address)
    expect(window.page.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(window.page.get_by_role("button", name="Train on digits")).to_be_visible()
    expect(window.page.locator(CHART)).to_have_count(1)
    assert (window.errors, window.asked_elsewhere(address)) == ([], [])


def test_a_page_asked_for_before_anything_else_still_opens_through_the_front_door(
    serve: Callable, visit: Callable, home_folder: Path
):
    address, window = serve(home_folder), visit()
    window.open(f"{address}/home")
    expect(window.page.get_by_role("heading", name=TITLE)).to_be_visible()
    assert window.page.get_by_test_id("stException").count() == 0
    assert window.errors == []


def test_a_link_to_a_run_shows_it_and_survives_a_reload(serve: Callable, visit: Callable, home_with_a_run: Path):
    address, window = serve(home_with_a_run), visit()
    window.open(f"{address}/watch?watch_run=sample")
    for _ in range(2):
        expect(window.page.get_by_role("combobox", name="Run")).to_have_value(re.compile("sample$"))
        expect(window.page).to_have_title("Watch · Thaw")
        assert window.page.url.endswith("watch_run=sample")
        window.page.reload()
        window.settle()
    assert window.errors == []


def test_a_name_that_tries_to_be_fetched_is_shown_and_never_fetched(
    serve: Callable, visit: Callable, home_with_a_run: Path
):
    address, window = serve(home_with_a_run), visit()
    window.open(address)
    window.page.wait_for_selector(CHART)
    expect(window.page.get_by_text(plain(HOSTILE_NAME).replace("\\", ""))).to_be_visible()
    window.page.get_by_role("button", name="Open", exact=True).first.click()
    expect(window.page.get_by_role("combobox", name="Run")).to_have_value(re.compile(re.escape(HOSTILE_NAME)))
    assert window.asked_elsewhere(address) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_in_either_theme(serve: Callable, visit: Callable, home_with_a_run: Path, scheme: str):
    address, window = serve(home_with_a_run), visit(width=375, height=812, scheme=scheme)
    window.open(address)
    window.page.wait_for_selector(CHART)
    assert not window.overflows()
    ground = window.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 23, 32)"}[scheme]
