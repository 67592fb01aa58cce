"""Every page on a phone, in either theme: nothing is wider than the screen, and nothing is cut off."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize

from streamlit_app import PAGES
from tests.browser.visits import Visit, served

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 375, "height": 812}
GROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 23, 32)"}
CUT_OFF = """() => {
    const shown = element => element.checkVisibility() && element.getBoundingClientRect().width > 0
    const beyond = element => {
        const { left, right } = element.getBoundingClientRect()
        return left < -1 || right > innerWidth + 1
    }
    const clipped = element =>
        getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1
    const parts = "button, input, h1, h2, h3, [role=combobox], [data-testid=stVegaLiteChart]"
    return [...document.querySelectorAll(`[data-testid=stMain] :is(${parts})`)]
        .filter(element => shown(element) && (beyond(element) || (!element.matches("input") && clipped(element))))
        .map(element => element.getAttribute("aria-label") || element.innerText || element.tagName)
}"""
"""What is shown and reaches beyond the screen, or has more in it than it shows; what is typed may scroll in its box."""


@pytest.fixture(scope="module")
def address(home_with_a_run: Path) -> Iterator[str]:
    with served(home_with_a_run, THAW_TICK="0") as server:
        yield server.address


def looked_at(window: Visit, address: str) -> None:
    window.open(address)
    window.page.wait_for_timeout(1000)  # charts are drawn after the script has run
    window.settle()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["", *PAGES])
def test_a_page_fits_a_phone_in_either_theme(
    address: str, kept_page: Page, page: str, scheme: Literal["light", "dark"]
):
    kept_page.set_viewport_size(PHONE)
    kept_page.emulate_media(color_scheme=scheme)
    window = Visit(kept_page)
    looked_at(window, f"{address}/{page}")
    assert not window.overflows()
    assert window.page.evaluate(CUT_OFF) == []
    ground = window.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert ground == GROUND[scheme]
    assert window.errors == []
