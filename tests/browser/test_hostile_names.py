"""Names that try to be fetched, run or calculated, wherever a person can type one: pages show them as they are."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import expect

from core.home import Home
from core.service import Workbench
from streamlit_app import PAGES
from tests.browser.journeys import PATIENCE, give_files, open_folds, press, told_in_the_terminal
from tests.browser.visits import Visit
from tests.engine_of_test import wait_until

pytestmark = pytest.mark.browser

FETCHED = "![](http://127.0.0.1:9/x)"
RUN = "<script>alert(1)</script>"
CALCULATED = "=cmd()"
DRAWN = "<img src=http://127.0.0.1:9/y>"
NAMES = (FETCHED, RUN, CALCULATED, DRAWN)
FOUND = f"datasets?datasets_name={quote(CALCULATED)}"
MADE_OF_A_NAME = """[...document.querySelectorAll("script, img")]
    .filter(each => /alert|127\\.0\\.0\\.1:9/.test(each.textContent + each.getAttribute("src")))
    .map(each => each.outerHTML)"""


def grey(shade: int) -> bytes:
    content = io.BytesIO()
    Image.new("L", (8, 8), shade).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def found_data(tmp_path: Path) -> Path:
    """A folder of data in which a dataset's own name would be calculated."""
    for label in ("ant", "bee"):
        folder = tmp_path / "data" / CALCULATED / label
        folder.mkdir(parents=True)
        for shade in range(4):
            (folder / f"{CALCULATED} {shade}.png").write_bytes(grey(shade))
    return tmp_path / "data"


@pytest.fixture
def bench(busy_home: Path) -> Iterator[Workbench]:
    with closing(Workbench(Home(busy_home))) as bench:
        yield bench


@pytest.fixture
def runs(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A sweep of two runs over such classes and files; the first has such a name, note and tags as well."""
    for number, label in enumerate(NAMES):
        bench.collect("names", label, [(f"{label} {shade}.png", grey(60 * number + shade)) for shade in range(10)])
        bench.collect("more", label, [(f"{label}.png", grey(number))])  # waits in the dialog
    bench.import_collected("names")
    recipe = {"dataset": "names", "backbone": "thaw_plain", "pretrained": False, "epochs": 2}
    made = bench.submit_sweep(recipe, grid=("lr=0.001,0.01",), name=FETCHED)["runs"]
    wait_until(lambda: all(bench.glance(run)["state"] == "done" for run in made))
    bench.rename(made[0], RUN)
    bench.note(made[0], DRAWN)
    bench.tag(made[0], NAMES)
    return made


def addresses(first: str, second: str) -> list[str]:
    """Home and every page, at these runs; and both datasets in full."""
    asked = {page: f"{page}?{page}_run={first}" for page in ("watch", "mistakes", "predict")}
    asked |= {"compare": f"compare?compare_runs={first}&compare_runs={second}"}
    return ["", *(asked.get(page, page) for page in PAGES), "datasets?datasets_name=names", FOUND]


def expect_only_words(window: Visit, address: str) -> None:
    assert window.page.evaluate(MADE_OF_A_NAME) == [], window.page.url
    assert window.asked_elsewhere(address) == [], window.page.url
    assert window.page.get_by_test_id("stException").count() == 0, window.page.url


def ask_about_hostile_files(window: Visit, address: str, run: str) -> None:
    window.open(f"{address}/predict?predict_run={run}")
    files = [(DRAWN, grey(9)), (FETCHED, grey(99)), (CALCULATED, b"torn")]
    give_files(
        window,
        "Pictures of your own",
        [{"name": f"{name}.png", "mimeType": "image/png", "buffer": content} for name, content in files],
    )
    expect(window.page.get_by_test_id("stAlert").filter(has_text=CALCULATED)).to_be_visible(timeout=PATIENCE)
    open_folds(window)


def open_dialogs(window: Visit, address: str, run: str) -> None:
    """The two in which names stand: what was gathered for a dataset, and what a run that is to go is called."""
    window.open(f"{address}/datasets")
    press(window, "Import pictures")
    window.page.get_by_role("radio", name="Files, class by class").click()
    expect(window.page.get_by_role("dialog").get_by_text(f"{CALCULATED} 1")).to_be_visible()
    expect_only_words(window, address)
    window.open(f"{address}/watch?watch_run={run}")
    open_folds(window)
    press(window, "Delete this run")
    expect(window.page.get_by_role("dialog").get_by_text(RUN)).to_be_visible()
    expect_only_words(window, address)


def downloaded(window: Visit, button: str) -> list[str]:
    """All cells of the CSV that a button gives."""
    return [cell for row in csv.reader(io.StringIO(window.download(button))) for cell in row]


def expect_nothing_to_calculate(cells: list[str]) -> None:
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert any(cell.startswith(f"'{CALCULATED}") for cell in cells)


def test_names_stay_words_on_every_page_and_in_every_table(
    serve: Callable, visit: Callable, busy_home: Path, runs: list[str], found_data: Path
):
    address, window = serve(busy_home, THAW_TICK="0", THAW_DATA=str(found_data)), visit()
    dialogs: list[str] = []
    window.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    window.open(address)
    expect(window.page.get_by_text(RUN, exact=True)).to_be_visible()
    window.open(f"{address}/{FOUND}")
    expect(window.page.get_by_role("heading", name=CALCULATED)).to_be_visible()
    for page in addresses(*runs):
        window.open(f"{address}/{page}")
        open_folds(window)
        expect_only_words(window, address)
        if page.startswith("mistakes"):
            expect_nothing_to_calculate(downloaded(window, "Every prediction"))
            expect_nothing_to_calculate(downloaded(window, "The matrix"))
    ask_about_hostile_files(window, address, runs[0])
    expect_only_words(window, address)
    expect_nothing_to_calculate(downloaded(window, "Download CSV"))
    open_dialogs(window, address, runs[0])
    assert (dialogs, window.errors) == ([], [])
    told = told_in_the_terminal(busy_home, runs[0])
    assert (told["name"], told["note"], set(told["tags"])) == (RUN, DRAWN, set(NAMES))
