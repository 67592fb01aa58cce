"""Steps that journeys share: pressing what a page shows, the first run, a page's matrix, and the terminal's word."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import FilePayload, expect

from tests.browser.visits import Visit
from tests.typed import typed_in_a_shell

PATIENCE = 120_000
"""Milliseconds that a run of a journey may take, on a machine that has other work as well."""
CELL = ".mark-rect path[aria-label^='predicted class']"
SAID_BY_A_CELL = re.compile(r"; true: (.*); predicted: (.*); pictures: (\d+)$")
SAID_BY_A_BAR = re.compile(r"; name: (.*); words: (.*); class: ")
FIRST_RUN = ("Train on digits", "Start", "See its mistakes")
"""All that has to be pressed, from the opened page to the confusion matrix of a run of one's own."""
MOST_FOLDS = 40
SOON = 300
"""Milliseconds after which a page that was asked for more has begun to draw it."""
COUNTING = """
window.clicks = window.keys = 0;
addEventListener("click", () => window.clicks++, true);
addEventListener("keydown", () => window.keys++, true);
"""
"""The browser itself counts what a hand does, from when the page was opened."""


def press(window: Visit, name: str) -> None:
    """The button of this name, as soon as it is there and can be pressed."""
    window.page.get_by_role("button", name=name, exact=True).first.click(timeout=PATIENCE)


def write(window: Visit, label: str, text: str) -> None:
    """Into the field of this label, as far as the Enter key."""
    field = window.page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Enter")
    window.settle()


def first_run(window: Visit, address: str) -> tuple[int, int]:
    """Open the front door and press on until the matrix is seen; answers with how many clicks and keys it took."""
    window.page.add_init_script(COUNTING)
    window.open(address)
    for name in FIRST_RUN:
        press(window, name)
    window.page.wait_for_selector(CELL, timeout=PATIENCE)
    clicks, keys = window.page.evaluate("[window.clicks, window.keys]")
    return clicks, keys


def run_of(window: Visit, page: str) -> str:
    """The run that a page is about: its address tells."""
    window.page.wait_for_url(re.compile(rf"/{page}\?.*{page}_run="))
    return parse_qs(urlsplit(window.page.url).query)[f"{page}_run"][0]


def told_in_the_terminal(home: Path, run: str) -> dict[str, Any]:
    """What `show RUN --json` says, in a process of its own."""
    said = typed_in_a_shell("show", run, "--json", THAW_HOME=str(home))
    assert said.code == 0, said.err
    return said.json


def matrix_of(window: Visit) -> dict[tuple[str, str], int]:
    """How many pictures each cell holds, by the true and the predicted class, as a screen reader hears it."""
    window.page.wait_for_selector(CELL)
    heard = [SAID_BY_A_CELL.search(cell.get_attribute("aria-label") or "") for cell in window.page.locator(CELL).all()]
    return {(said[1], said[2]): int(said[3]) for said in heard if said}


def click_cell(window: Visit, true: str, predicted: str) -> None:
    """In its middle, as a person does, where the figure stands over it: Playwright would insist on the cell itself."""
    window.page.locator(f"{CELL}[aria-label*='; true: {true}; predicted: {predicted};']").click(force=True)


def matrix_in_the_terminal(told: dict[str, Any]) -> dict[tuple[str, str], int]:
    classes, rows = told["classes"], told["test"]["confusion"]
    return {(a, b): rows[i][j] for i, a in enumerate(classes) for j, b in enumerate(classes)}


def headline_in_the_terminal(told: dict[str, Any]) -> str:
    """The test figure with its noise, as a page words it."""
    test = told["test"]
    low, high = (100 * bound for bound in test["interval"])
    return f"{100 * test['accuracy']:.1f}% ({low:.1f} to {high:.1f}), {test['right']} of {test['n']}"


def expect_what_the_terminal_says(window: Visit, told: dict[str, Any]) -> None:
    """The Mistakes page has the figures of `show RUN --json`: the headline and every cell."""
    expect(window.page.get_by_role("heading", name=headline_in_the_terminal(told))).to_be_visible()
    assert matrix_of(window) == matrix_in_the_terminal(told)


def give_files(window: Visit, label: str, files: list[FilePayload]) -> None:
    """Choose files for the field of this label, as its dialog of the system would."""
    field = window.page.get_by_test_id("stFileUploader").filter(has_text=label)
    field.locator("input[type=file]").set_input_files(files)


def open_folds(window: Visit) -> None:
    """Every fold of a page, and those inside of them; an open one may draw others anew."""
    closed = window.page.locator("[data-testid=stExpander] details:not([open]) > summary")
    for _ in range(MOST_FOLDS):
        if not closed.count():
            return
        closed.first.click()
        window.settle()
        window.page.wait_for_timeout(SOON)
    raise AssertionError(f"folds that do not stay open: {closed.all_inner_texts()}")


def table_of(window: Visit, key: str) -> list[list[str]]:
    """The rows of the first table inside of what has this key, as a screen reader hears them."""
    table = window.page.locator(f".st-key-{key} [role=grid]").first
    table.locator("td").first.wait_for(state="attached")
    return [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]


def bars_of(window: Visit, place: int) -> dict[str, str]:
    """What the bars of the page's chart at this place say: the figure of each name."""
    marks = window.page.get_by_test_id("stVegaLiteChart").nth(place).locator(".mark-text [aria-label*='; words: ']")
    marks.first.wait_for(timeout=PATIENCE)
    heard = [SAID_BY_A_BAR.search(mark.get_attribute("aria-label") or "") for mark in marks.all()]
    return {said[1]: said[2] for said in heard if said}
