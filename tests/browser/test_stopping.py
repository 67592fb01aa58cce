"""A run without an end, watched from two windows: it is paused in one, resumed in the other, and stopped."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from core.home import Home
from tests.browser.journeys import PATIENCE, press
from tests.browser.visits import Visit
from tests.engine_of_test import engine, wait_until
from tests.typed import typed_in_a_shell

__all__ = ["engine"]

pytestmark = pytest.mark.browser

ENDLESS = ("--set", "epochs=10000", "--set", "examples_per_class=3", "--set", "pretrained=false")
AT = re.compile(r"Learning: epoch (\d[\d,]*) of 10,?000")


def shown(run: str, *options: str) -> dict[str, Any]:
    return typed_in_a_shell("show", run, *options, "--json").json


def epoch_told(window: Visit) -> int:
    """The epoch that the page says is being learned; 0 where it says nothing of the kind."""
    told = AT.search(window.page.locator("body").inner_text())
    return int(told[1].replace(",", "")) if told else 0


def wait_for_later(window: Visit, epoch: int) -> int:
    """Wait until the page, left to itself, tells of an epoch after this one; answers which."""
    wait_until(lambda: epoch_told(window) > epoch)
    return epoch_told(window)


def expect_state(window: Visit, sentence: str, state: str) -> None:
    """The sentence and the picker say the same, without anyone having reloaded anything."""
    expect(window.page.get_by_text(re.compile(f"^{sentence}"))).to_be_visible(timeout=PATIENCE)
    expect(window.page.get_by_role("combobox", name="Run")).to_have_value(re.compile(state), timeout=PATIENCE)


def test_a_run_without_an_end_is_paused_resumed_and_stopped_from_two_windows(
    engine: Home, serve: Callable, visit: Callable
):
    run = typed_in_a_shell("submit", "--name", "endless", *ENDLESS, "--json").json["run"]
    address, here, there = serve(engine.folder, THAW_TICK="0.5"), visit(), visit()
    here.open(f"{address}/watch?watch_run={run}")
    here.page.evaluate("window.has_stayed = true")
    seen = wait_for_later(here, wait_for_later(here, 1))
    assert here.page.evaluate("window.has_stayed")

    here.page.reload()
    seen = wait_for_later(here, seen)
    assert here.page.url.endswith(f"watch_run={run}")
    there.open(f"{address}/watch?watch_run={run}")
    wait_for_later(there, seen)

    press(here, "Pause")
    for window in (here, there):
        expect_state(window, "It was paused|Paused", "paused")
    rested = len(shown(run)["epochs"])
    there.open(address)
    expect(there.page.get_by_text(f"{rested:,} of 10,000 epochs")).to_be_visible(timeout=PATIENCE)
    there.page.get_by_role("button", name="Open", exact=True).first.click()
    press(there, "Resume")
    wait_for_later(here, rested + 1)

    press(there, "Stop")
    for window in (here, there):
        expect_state(window, "Stopped on request.", "stopped")
        told = shown(run, "--points", "2")
        assert (told["state"], told["epochs_done"] > rested) == ("stopped", True)
        expect(window.page.get_by_text(f"Best epoch: {told['best']['epoch'] + 1}, with")).to_be_visible(
            timeout=PATIENCE
        )
        assert window.errors == []
