"""What axe-core finds on each page: nothing serious, and nothing that a bare Streamlit page would not have too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from streamlit_app import PAGES
from tests.browser.visits import PROJECT

pytestmark = pytest.mark.browser

GRAVE = {"serious", "critical"}


def findings(window: Any) -> list[dict[str, Any]]:
    window.page.wait_for_timeout(1000)  # charts are drawn after the script has run
    return Axe().run(window.page).response["violations"]


def told(found: list[dict[str, Any]]) -> list[str]:
    return [f"{each['id']} ({each['impact']}): {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.fixture(scope="module")
def excused(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What Streamlit's own widgets have, whoever uses them; only what is not grave."""
    from tests.browser.visits import Visit, served

    with served(tmp_path_factory.mktemp("bare"), entry=str(Path(PROJECT, "tests/browser/bare_page.py"))) as bare:
        window = Visit(browser.new_page())
        window.open(bare.address)
        return {each["id"] for each in findings(window) if each["impact"] not in GRAVE}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(
    serve: Callable, visit: Callable, home_with_a_run: Path, excused: set[str], scheme: str
):
    address, window = serve(home_with_a_run, THAW_TICK="0"), visit(scheme=scheme)
    unexcused = {}
    for page in ["", *PAGES]:
        window.open(f"{address}/{page}")
        found = [each for each in findings(window) if each["impact"] in GRAVE or each["id"] not in excused]
        if found:
            unexcused[page or "home"] = told(found)
    assert unexcused == {}
