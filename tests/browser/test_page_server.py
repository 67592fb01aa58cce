"""What the server of the pages holds in memory after a whole visit: everything but torch."""

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from streamlit_app import PAGES
from tests.browser.journeys import PATIENCE, press
from tests.browser.visits import served

pytestmark = pytest.mark.browser


def holds_torch(process: psutil.Process) -> bool:
    return any("libtorch" in each.path for each in process.memory_maps())


def test_every_page_and_a_prediction_leave_torch_to_the_assistant(visit: Callable, home_with_a_run: Path):
    window = visit()
    with served(home_with_a_run, THAW_TICK="0") as server:
        for page in ["", *PAGES]:
            window.open(f"{server.address}/{page}")
        window.open(f"{server.address}/predict?predict_run=sample")
        press(window, "Try a test picture")
        expect(window.page.get_by_text("In truth it is")).to_be_visible(timeout=PATIENCE)

        pages = psutil.Process(server.pid)
        assistants = [each for each in pages.children() if "core.engines.assistant" in each.cmdline()]
        assert [holds_torch(each) for each in assistants] == [True]
        assert not holds_torch(pages)
    assert window.errors == []
