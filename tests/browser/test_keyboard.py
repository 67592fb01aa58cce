"""Without a mouse: a run is started, and the pictures of a confusion are found, by keys alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from core.home import Home
from tests.browser.journeys import PATIENCE, run_of, told_in_the_terminal
from tests.browser.visits import Visit
from tests.engine_of_test import engine

__all__ = ["engine"]

pytestmark = pytest.mark.browser

FURTHEST = 60
"""More presses of Tab than any page needs to where its first choices are."""
NO_MOUSE = """
window.pressed_by_hand = 0;
addEventListener("pointerdown", () => window.pressed_by_hand++, true);
"""


def has_focus(element: Locator) -> bool:
    return element.count() == 1 and element.evaluate("element => element === document.activeElement")


def tab_to(window: Visit, role: str, name: str) -> Locator:
    """Press Tab until this is what the next key goes to."""
    element = window.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    expect(element).to_be_enabled(timeout=PATIENCE)
    for _ in range(FURTHEST):
        if has_focus(element):
            return element
        window.page.keyboard.press("Tab")
    raise AssertionError(f"{FURTHEST} presses of Tab do not lead to {name}")


def choose(window: Visit, label: str, option: str) -> None:
    """In a list, as a keyboard does: type what is looked for, and take it."""
    box = tab_to(window, "combobox", label)
    window.page.keyboard.press("Control+a")
    window.page.keyboard.type(option)
    window.page.keyboard.press("Enter")
    expect(box).to_have_value(option, timeout=PATIENCE)
    window.settle()


def opened(visit: Callable, address: str) -> Visit:
    window = visit()
    window.page.add_init_script(NO_MOUSE)
    window.open(address)
    return window


def test_a_run_is_started_from_the_front_door_by_keys_alone(engine: Home, serve: Callable, visit: Callable):
    window = opened(visit, serve(engine.folder))
    tab_to(window, "button", "Train on digits")
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Train", timeout=PATIENCE)
    tab_to(window, "spinbutton", "Epochs")
    window.page.keyboard.press("Control+a")
    window.page.keyboard.type("2")
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_text("for 2 epochs.")).to_be_visible(timeout=PATIENCE)
    tab_to(window, "button", "Start")
    window.page.keyboard.press("Enter")

    expect(window.page.get_by_text("All 2 epochs are done.")).to_be_visible(timeout=PATIENCE)
    told = told_in_the_terminal(engine.folder, run_of(window, "watch"))
    assert (told["state"], len(told["epochs"]), told["recipe"]["epochs"]) == ("done", 2, 2)
    assert (window.page.evaluate("window.pressed_by_hand"), window.errors) == (0, [])


def test_the_pictures_of_a_confusion_are_found_by_keys_alone(serve: Callable, visit: Callable, home_with_a_run: Path):
    window = opened(visit, f"{serve(home_with_a_run, THAW_TICK='0')}/mistakes")
    told = told_in_the_terminal(home_with_a_run, run_of(window, "mistakes"))
    second = told["test"]["top_confusions"][1]  # the first is what the page shows by itself
    choose(window, "True class", second["true"])
    choose(window, "Predicted class", second["predicted"])
    found = f"{second['count']} of 18 pictures of {second['true']} were taken for {second['predicted']}"
    expect(window.page.get_by_text(found)).to_be_visible(timeout=PATIENCE)
    beside = window.page.get_by_test_id("stColumn").filter(has_text=found)
    alt = f"a {second['true']}, taken for {second['predicted']}"
    expect(beside.get_by_alt_text(alt)).to_have_count(second["count"])
    assert (window.page.evaluate("window.pressed_by_hand"), window.errors) == (0, [])
