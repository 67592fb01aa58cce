"""A report in a real browser: nothing is fetched, it fits a phone and a sheet of paper, and shuts nobody out."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from core.home import Home
from core.service import Workbench
from tests.browser.visits import Visit
from tests.conftest import HOSTILE_NAME, SMALL_RUN
from tests.typed import typed_in_a_shell

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home_of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs, one under a name that tries to be fetched."""
    home = tmp_path_factory.mktemp("home_of_two")
    for name, strategy in ((HOSTILE_NAME, "full"), ("head only", "head")):
        words = ["train", "--name", name, *SMALL_RUN, "--set", f"strategy={strategy}"]
        assert typed_in_a_shell(*words, THAW_HOME=str(home)).code == 0
    return home


@pytest.fixture(scope="module")
def report(home_of_two: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of both, and of the sample."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    bench = Workbench(Home(home_of_two))
    bench.report([*runs_of(home_of_two), "sample"], str(file), HOSTILE_NAME, HOSTILE_NAME)
    bench.close()
    return file


def runs_of(home: Path) -> list[str]:
    bench = Workbench(Home(home))
    runs = [line["run"] for line in bench.runs()]
    bench.close()
    return runs


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fetches_nothing_fits_and_shuts_nobody_out(visit: Callable, report: Path, scheme: str, width: int):
    window = visit(width=width, scheme=scheme)
    window.page.goto(report.as_uri())
    assert [url for url in window.asked if not url.startswith("data:")] == [report.as_uri()]
    assert not window.overflows() and window.errors == []
    assert Axe().run(window.page).response["violations"] == []


def test_it_is_light_on_paper_and_nothing_is_cut(visit: Callable, report: Path):
    window = visit(width=700, scheme="dark")  # as wide as A4 between its margins
    window.page.goto(report.as_uri())
    ground = "getComputedStyle(document.body).backgroundColor"
    assert window.page.evaluate(ground) == "rgb(15, 23, 32)"
    window.page.emulate_media(media="print")
    assert window.page.evaluate(ground) == "rgb(255, 255, 255)"
    beyond = "e.getBoundingClientRect().right > innerWidth"
    cut = f"[...document.querySelectorAll('.scroll, svg')].filter(e => {beyond}).length"
    assert window.page.evaluate(cut) == 0


@pytest.mark.parametrize(("page", "key"), [("watch", "watch_run"), ("compare", "compare_runs")])
def test_it_is_downloaded_from_a_page(serve: Callable, visit: Callable, home_of_two: Path, page: str, key: str):
    ids = runs_of(home_of_two)[: 2 if page == "compare" else 1]
    address, window = serve(home_of_two, THAW_TICK="0"), visit()
    window.open(f"{address}/{page}?{'&'.join(f'{key}={run}' for run in ids)}")
    text = downloaded(window)
    assert all(run in text for run in ids)
    assert window.errors == []


def downloaded(window: Visit) -> str:
    window.page.get_by_text(re.compile("^A report to hand in")).first.click()
    question = window.page.get_by_label("The question", exact=True)
    expect(question).to_be_visible(timeout=60_000)
    question.fill("Why this?")
    question.press("Enter")
    return window.download("Download the report", holding="Why this?")
