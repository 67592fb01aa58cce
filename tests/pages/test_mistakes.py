"""Mistakes, without a browser: what it says, which pictures it shows, and that what people named stays text."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.home import Home
from core.recipe import Recipe
from core.runs.record import Record
from core.service import Workbench
from pages.shared.mistakes_headline import beside
from tests.pages.reading import as_read

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def bench(home_with_a_run: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """The home of one small run, as this test's own."""
    monkeypatch.setenv("THAW_HOME", str(home_with_a_run))
    bench = Workbench(Home(home_with_a_run))
    yield bench
    bench.close()


def run_of_classes(home: Path, classes: list[str], pictures: int = 60) -> None:
    """A finished run that says of each picture that it shows the first class; its data are nowhere."""
    record = Record(Home(home))
    run = record.create(Recipe(dataset="digits"), name="many")
    attempt = record.store.begin(run, "It is being trained.")
    assert attempt is not None
    desk = record.desk(run, attempt)
    labels = np.arange(pictures) * len(classes) // pictures
    probabilities = np.full((pictures, len(classes)), 0.5 / len(classes), np.float32)
    probabilities[:, 0] = 0.5

    def save(folder: Path) -> None:
        files = np.array([f"{number:04}.png" for number in range(pictures)])
        np.savez(folder / "predictions.npz", probabilities=probabilities, labels=labels, files=files)

    sizes = {"train": 1, "val": pictures}
    about = {"kind": "started", "elapsed": 0.0, "classes": classes, "pictures": sizes, "parts": [], "epochs": 1}
    desk.say([{**about, "parameters": {"trained": 1, "total": 1}, "stages": [], "plan": {}}])
    desk.keep("predictions/val-best", save)
    desk.end("done", "All 1 epochs are done.", 1.0)
    record.close()


def opened(app: AppTest) -> AppTest:
    return app.run().switch_page("pages/mistakes.py").run()


def said(app: AppTest) -> str:
    elements = [*app.header, *app.markdown, *app.caption, *app.info, *app.error, *app.warning]
    return "\n".join(element.value for element in elements)


def test_an_empty_home_says_what_to_do(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_SAMPLE", "0")
    opened(app)
    assert not app.exception
    assert "No run has been trained yet" in app.info[0].value
    assert app.button(key="mistakes_train").label == "Train on digits"


def test_the_headline_carries_its_noise_and_the_most_confused_cell_is_open(app: AppTest, bench: Workbench):
    opened(app)
    assert not app.exception
    score = bench.score(bench.runs()[0]["run"])
    low, high = (f"{100 * bound:.1f}" for bound in score["interval"])
    assert as_read(app.header[0].value).endswith(f"({low} to {high}), {score['right']} of {score['n']}")
    worst = score["top_confusions"][0]
    assert (app.selectbox(key="mistakes_true").value, app.selectbox(key="mistakes_pred").value) == (
        worst["true"],
        worst["predicted"],
    )
    assert f"{worst['count']} of" in said(app)
    largest = max(score["classes"], key=lambda each: each["support"])
    assert f"Always saying {largest['label']} would be right in" in said(app)


def test_classes_that_are_never_found_are_named_beside_the_headline():
    classes = [{"label": f"boat {n}", "support": 10 - n, "recall": 0.0 if n else 1.0} for n in range(10)]
    told = beside({"n": 55, "classes": [*classes, {"label": "absent", "support": 0, "recall": 0.0}]})
    assert told.startswith("Always saying boat 0 would be right in 18.2%. Never found: boat 1 (of 9), boat 2 (of 8)")
    assert told.endswith("boat 8 (of 2) and 1 more.") and "absent" not in told


def test_a_click_on_the_matrix_moves_the_boxes_and_they_may_move_on(app: AppTest, bench: Workbench):
    opened(app)
    app.session_state["mistakes_matrix"] = {"selection": {"cell": [{"true": "4", "predicted": "4"}]}}
    app.run()
    assert not app.exception
    assert (app.selectbox(key="mistakes_true").value, app.selectbox(key="mistakes_pred").value) == ("4", "4")
    assert "were seen as such" in said(app)
    app.selectbox(key="mistakes_true").select("7").run()
    assert (app.selectbox(key="mistakes_true").value, app.selectbox(key="mistakes_pred").value) == ("7", "4")


def test_a_cell_is_chosen_by_its_address(app: AppTest, bench: Workbench):
    app.query_params["mistakes_true"], app.query_params["mistakes_pred"] = "3", "8"
    opened(app)
    app.query_params["mistakes_true"], app.query_params["mistakes_pred"] = "3", "8"
    app.run()
    assert not app.exception
    assert "pictures of **3** were taken for **8**" in said(app)


def test_the_last_epoch_and_the_other_split_have_figures_of_their_own(app: AppTest, bench: Workbench):
    opened(app)
    run = bench.runs()[0]["run"]
    app.segmented_control(key="mistakes_split").set_value("val").run()
    app.segmented_control(key="mistakes_weights").set_value("last").run()
    assert not app.exception
    score = bench.score(run, "val", "last")
    assert f"{score['right']} of {score['n']}" in as_read(app.header[0].value)


@pytest.mark.parametrize("name", ["all", "classes", "epochs", "download"])
def test_every_fold_opens(app: AppTest, bench: Workbench, name: str):
    opened(app)
    app.session_state[f"mistakes_fold_{name}"] = True
    app.run()
    assert not app.exception and not app.error


def test_the_slider_goes_back_through_the_epochs(app: AppTest, bench: Workbench):
    opened(app)
    app.session_state["mistakes_fold_epochs"] = True
    app.run()
    app.select_slider(key="mistakes_epoch").set_value(0).run()
    assert not app.exception
    first = bench.history(bench.runs()[0]["run"])["epochs"][0]
    assert "After epoch 1:" in said(app) and f"{first['right']} of" in said(app)


def test_a_run_that_never_judged_its_pictures_says_so_in_a_sentence(
    app: AppTest, home_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    bench = Workbench(Home(home_folder))
    bench.record.create(Recipe(), name="![](http://127.0.0.1:9/x.png)")
    bench.close()
    opened(app)
    assert not app.exception
    assert "has not judged its pictures" in app.info[0].value


def test_names_of_classes_stay_text_and_pictures_that_are_gone_are_said_to_be(app: AppTest, home_folder: Path):
    hostile = ["![](http://127.0.0.1:9/x.png)", "<script>alert(1)</script>", "**=sum()**"]
    run_of_classes(home_folder, hostile)
    opened(app)
    assert not app.exception and not app.error
    assert app.selectbox(key="mistakes_pred").value == hostile[0]
    told = "\n".join(each.value for each in [*app.markdown, *app.caption])
    assert "![](" not in told and "<script>" not in told and "\\!\\[\\]" in told
    assert "so their names stand in for them" in as_read(said(app))
    for name in ("all", "classes", "download"):
        app.session_state[f"mistakes_fold_{name}"] = True
    app.run()
    assert not app.exception and not app.error


@pytest.mark.parametrize("classes", [13, 60, 10_000])
def test_of_many_classes_the_confusions_are_listed(app: AppTest, home_folder: Path, classes: int):
    run_of_classes(home_folder, [f"class {number}" for number in range(classes)])
    opened(app)
    assert not app.exception and not app.error
    table = next(table.value for table in app.dataframe if "predicted" in table.value)
    assert set(table["predicted"]) == {"class 0"} and len(table) == min(classes - 1, 50)
    assert len(app.get("vega_lite_chart")) == (1 if classes == 13 else 0)
