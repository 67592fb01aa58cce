"""Every learner's finished run on every page that is about runs; what means nothing for it is absent, and says why."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from core.catalog.learners import LEARNERS, Learner
from core.home import Home
from core.service import Workbench
from tests.browser.journeys import PATIENCE, bars_of, give_files
from tests.browser.visits import Visit, served
from tests.learners.strings_of_test import string_of

pytestmark = pytest.mark.browser

SUMS = {"0": [0, 0], "1": [0, 1], "2": [1, 1]}
"""What any learner can learn, also one that adds parts up: pairs of digits, named by their sum."""
OF_EACH = 20
QUICK = {"dataset": "pairs", "backbone": "thaw_plain", "pretrained": False, "image_size": [32, 96], "batch_size": 16}
ON_WATCH = {"anatomy": "watch_anatomy", "truth": "watch_truth"}
ON_MISTAKES = {"why": "mistakes_fold_why", "epochs": "mistakes_fold_epochs"}
"""Panels that are folds, by their keys."""
PROBING = "_stcore"
"""Streamlit finds out where it was mounted by asking in vain."""


def pair(digits: list[int], number: int) -> Image.Image:
    return Image.fromarray(string_of(digits, np.random.default_rng([*digits, number]), tall=16, size=12)).convert("RGB")


def drawn(folder: Path) -> Path:
    for name, digits in SUMS.items():
        (folder / name).mkdir(parents=True)
        for number in range(OF_EACH):
            pair(digits, number).save(folder / name / f"{number}.png")
    return folder


def chosen(name: str) -> dict[str, object]:
    """A learner as it can be tried anywhere: single digits come with scikit-learn, MNIST does not."""
    parts = {"parts_from": "digits"} if "parts_from" in [knob.name for knob in LEARNERS.knobs(name)] else {}
    return {"name": name, **parts}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of every learner, called by its name, all of the same pictures."""
    folder = tmp_path_factory.mktemp("home_of_learners")
    bench = Workbench(Home(folder))
    bench.import_dataset(str(drawn(tmp_path_factory.mktemp("pairs") / "pairs")), "pairs")
    for name in LEARNERS:
        recipe = {**QUICK, "epochs": 2, "learner": chosen(name)}
        ended = bench.show(bench.train(recipe, name=name, device="cpu"))
        assert ended["state"] == "done", ended["reason"]
    bench.close()
    return folder


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with served(home, THAW_TICK="0") as server:
        yield server.address


@pytest.fixture
def window(kept_page: Page) -> Visit:
    kept_page.goto("about:blank")  # whatever the test before has left
    window = Visit(kept_page)
    window.page.on("console", lambda said: window.errors.extend(complaints(said)))
    return window


def complaints(said: ConsoleMessage) -> list[str]:
    return [said.text] if said.type == "error" and PROBING not in said.location["url"] else []


def run_called(home: Path, name: str) -> str:
    bench = Workbench(Home(home))
    found = bench.show(name)["run"]
    bench.close()
    return found


def part(window: Visit, key: str) -> Locator:
    return window.page.locator(f".st-key-{key}")


def open_fold(window: Visit, key: str) -> None:
    window.settle()  # a page that is still being drawn would swallow the click
    part(window, key).locator("summary").click()
    window.page.wait_for_timeout(300)
    window.settle()


def expect_only_what_means_something(window: Visit, learner: type[Learner], folds: dict[str, str]) -> None:
    """What is there can be opened; what is absent has its sentence."""
    for panel, key in folds.items():
        if panel in learner.without:
            expect(window.page.get_by_text(learner.without[panel], exact=True)).to_be_visible()
            expect(part(window, key)).to_have_count(0)
        else:
            open_fold(window, key)


def expect_no_mishap(window: Visit) -> None:
    expect(window.page.get_by_test_id("stException")).to_have_count(0)
    expect(window.page.get_by_test_id("stAlertContentError")).to_have_count(0)
    assert window.errors == []


@pytest.mark.parametrize("name", list(LEARNERS))
def test_it_can_be_watched(address: str, home: Path, window: Visit, name: str):
    learner = LEARNERS.entry(name)
    window.open(f"{address}/watch?watch_run={run_called(home, name)}")
    expect(window.page.get_by_text(f"Best {learner.round}: ")).to_be_visible()
    expect_only_what_means_something(window, learner, ON_WATCH)
    strip = window.page.get_by_text("What is frozen, and what learns")
    expect(strip).to_have_count(0 if "thaw" in learner.without else 1)
    open_fold(window, "watch_export")
    expect(
        window.page.get_by_text(learner.without.get("onnx", "Also as ONNX, compared on real pictures"))
    ).to_be_visible()
    expect_no_mishap(window)


@pytest.mark.parametrize("name", list(LEARNERS))
def test_its_mistakes_are_told(address: str, home: Path, window: Visit, name: str):
    learner = LEARNERS.entry(name)
    window.open(f"{address}/mistakes?mistakes_run={run_called(home, name)}&mistakes_true=1&mistakes_pred=1")
    expect(window.page.get_by_text("Most often confused")).to_be_visible()
    expect_only_what_means_something(window, learner, ON_MISTAKES)
    expect(part(window, "mistakes_fold_redrawn")).to_have_count(int(learner.rebuilds))
    if learner.rebuilds:
        open_fold(window, "mistakes_fold_redrawn")
        expect(window.page.get_by_alt_text("as it was drawn again").first).to_be_visible(timeout=PATIENCE)
    expect_no_mishap(window)


@pytest.mark.parametrize("name", [name for name in LEARNERS if name != "network"])
def test_it_stands_beside_a_network(address: str, home: Path, window: Visit, name: str):
    learner, runs = LEARNERS.entry(name), [run_called(home, each) for each in (name, "network")]
    window.open(f"{address}/compare?{'&'.join(f'compare_runs={run}' for run in runs)}")
    expect(window.page.get_by_text("These two runs:")).to_be_visible()
    without = window.page.get_by_text(f"{name} has no curve")
    expect(without).to_have_count(0 if learner.round == Learner.round else 1)
    for key in ("compare_fold_classes", "compare_fold_pictures", "compare_fold_race", "compare_fold_cost"):
        open_fold(window, key)
    expect_no_mishap(window)


@pytest.mark.parametrize("name", list(LEARNERS))
def test_it_answers_for_a_picture_of_ones_own(address: str, home: Path, window: Visit, name: str):
    learner, content = LEARNERS.entry(name), io.BytesIO()
    pair([1, 1], OF_EACH).save(content, "PNG")
    window.open(f"{address}/predict?predict_run={run_called(home, name)}")
    give_files(
        window, "Pictures of your own", [{"name": "a.png", "mimeType": "image/png", "buffer": content.getvalue()}]
    )
    said = bars_of(window, 0)
    assert set(said) == set(SUMS)
    assert sum(float(words.rstrip("%")) for words in said.values()) == pytest.approx(100, abs=0.5)
    expect_only_what_means_something(window, learner, {"why": "predict_why_fold"})
    if "why" not in learner.without:
        expect(part(window, "predict_why_fold").get_by_role("img").last).to_be_visible(timeout=PATIENCE)
        redrawn = part(window, "predict_why_fold").get_by_alt_text("as it is drawn again")
        expect(redrawn).to_have_count(int(learner.rebuilds))
    expect_no_mishap(window)
