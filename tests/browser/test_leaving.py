"""A page that ticks is left for another one: what its clock still asks for is not drawn there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.home import Home
from core.recipe import Recipe
from core.runs.record import Record
from tests.browser.journeys import PATIENCE

pytestmark = pytest.mark.browser

TIMES = 3
"""Without what is tested here, hardly any of them ends well."""


def test_a_page_that_ticks_is_left_for_one_that_stays(serve: Callable, visit: Callable, home_folder: Path):
    Record(Home(home_folder)).create(Recipe(), engine="local", name="waits")
    address, window = serve(home_folder, THAW_TICK="0.02"), visit()
    for _ in range(TIMES):
        window.open(address)
        window.page.get_by_role("button", name="Open", exact=True).first.click()
        stop = window.page.get_by_role("button", name="Stop", exact=True)
        expect(stop).to_be_visible(timeout=PATIENCE)
        window.page.wait_for_timeout(700)  # long enough for what was still asked for
        expect(stop).to_be_visible()
        assert window.errors == []
