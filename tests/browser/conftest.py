"""A real server on a free port of this machine, and a real browser that visits it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.home import Home
from tests.browser.visits import QUIET, Visit, served
from tests.processes_of_a_home import end_all

NAMES = ("chromium", "chromium-browser", "google-chrome")
SLOW_MACHINE = 20_000
"""Milliseconds until what is expected on a page must be there, on a machine that has other work too."""

Serve = Callable[..., str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no browser: install chromium (on Debian: apt-get install chromium)")
    expect.set_options(timeout=SLOW_MACHINE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def busy_home(home_folder: Path) -> Iterator[Path]:
    """A home in which a page starts runs: what works there ends with the test."""
    yield home_folder
    end_all(Home(home_folder))


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server over a home and gives its address; all of them end with the test."""
    with ExitStack() as running:

        def start(home: Path, **environment: str) -> str:
            return running.enter_context(served(home, **environment)).address

        yield start


@pytest.fixture(scope="module")
def kept_page(browser: Browser) -> Iterator[Page]:
    """For many looks at one server: what a browser fetches and prepares for the first is three fifths of each."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as visitor:
        yield visitor.new_page()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens a browser window: wide and light unless told otherwise."""
    with ExitStack() as windows:

        def open_window(width: int = 1280, height: int = 900, scheme: Literal["light", "dark"] = "light") -> Visit:
            window = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            windows.callback(window.close)
            return Visit(window.new_page())

        yield open_window
