"""Datasets, without a browser: its cards, one of them in full, what an import tells, and that names stay text."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.service import Workbench
from pages.shared.dialogs import OPEN
from tests.pages.reading import as_read, everything_said

pytestmark = pytest.mark.usefixtures("no_ticks")

HOSTILE = ("![](http:∕∕127.0.0.1:9∕x)", "<script>alert(1)<", "=cmd()")
"""As folders can be called: with the slash that only looks like one."""


def drawn(seed: int) -> bytes:
    held = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (9, 9, 3), dtype=np.uint8)).save(held, "PNG")
    return held.getvalue()


def insects(folder: Path, labels: tuple[str, ...] = ("ants", "bees")) -> Path:
    for place, label in enumerate(labels):
        (folder / label).mkdir(parents=True)
        for number in range(12):
            (folder / label / f"{number}.png").write_bytes(drawn(100 * place + number))
    return folder


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THAW_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def opened(app: AppTest, name: str | None = None) -> AppTest:
    app = app.run().switch_page("pages/datasets.py").run()
    assert not app.exception
    if name is None:
        return app
    app = app.selectbox(key="datasets_name").select(name).run()
    assert not app.exception
    return app


def pressed(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    app.run()
    assert not app.exception
    return app


def imported(bench: Workbench, name: str, labels: tuple[str, ...]) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as opened:
        for place, label in enumerate(labels):
            for number in range(12):
                opened.writestr(f"{label}/{number}.png", drawn(100 * place + number))
        opened.writestr(f"{labels[0]}/=1+1.png", b"")
    held.seek(0)
    bench.begin_import(name, upload=("photos.zip", held))
    bench.wait_for_import(name)


def pictures(app: AppTest) -> list:
    return [each.proto.imgs[0] for each in app.get("image")]


def test_without_any_data_what_comes_with_thaw_has_its_cards(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("THAW_DATA", raising=False)
    opened(app)
    assert app.title[0].value == "Datasets"
    cards = [button.key for button in app.button if str(button.key).startswith("datasets_look_")]
    assert cards == ["datasets_look_digits", "datasets_look_digit_sums"]
    known = app.dataframe[0].value
    assert "food101" in list(known["name"]) and "digits" not in list(known["name"])


def test_a_card_has_nine_pictures_as_soon_as_they_are_there(app: AppTest, bench: Workbench, data: Path):
    insects(data / "insects")
    opened(app)
    bench.audit("insects")
    while bench.cover("insects")["coming"]:
        pass
    app.run()
    assert "Nine pictures of insects" in [picture.alt for picture in pictures(app)]


def test_a_dataset_in_full_shows_pictures_counts_splits_and_sizes(app: AppTest, data: Path):
    insects(data / "insects")
    opened(app, "insects")
    assert "2 classes, 24 pictures" in as_read(everything_said(app))
    assert len(pictures(app)) == 24
    counted, splits, sizes = (frame.value for frame in app.dataframe[:3])
    assert list(counted["class"]) == ["ants", "bees"]
    assert counted["pictures"].sum() == counted[["train", "val", "test"]].to_numpy().sum() == 24
    assert list(splits["split"]) == ["train", "val", "test"]
    assert set(sizes["width x height (pixels)"]) == {"9 x 9"}


def test_the_pictures_of_one_class_can_be_looked_at_alone(app: AppTest, data: Path):
    insects(data / "insects")
    opened(app, "insects")
    app.selectbox(key="datasets_class_insects").select_index(2).run()
    assert not app.exception
    assert {picture.alt.partition(":")[0] for picture in pictures(app)} == {"bees"}


def test_clocks_wait_for_the_import_that_is_asked_about_and_for_no_other_page(app: AppTest, data: Path):
    app.run().switch_page("pages/datasets.py").run()
    assert not app.session_state[OPEN]
    app.button(key="datasets_import").click().run()
    assert app.session_state[OPEN]
    app.run()
    assert not app.session_state[OPEN] and not app.exception


def test_the_way_back_leads_to_the_cards(app: AppTest, data: Path):
    insects(data / "insects")
    opened(app, "insects")
    pressed(app, "datasets_all")
    assert app.button(key="datasets_look_insects")
    pressed(app, "datasets_look_insects")
    assert app.selectbox(key="datasets_name").value == "insects"


def test_train_on_it_leads_to_the_train_page_with_the_dataset_chosen(app: AppTest, data: Path):
    insects(data / "insects")
    opened(app, "insects")
    pressed(app, "datasets_train")
    assert app.title[0].value == "Train"


def test_an_audit_shows_the_pictures_that_it_speaks_of(app: AppTest, data: Path):
    folder = insects(data / "insects")
    (folder / "bees/copy.png").write_bytes((folder / "ants/3.png").read_bytes())
    opened(app, "insects")
    before = len(pictures(app))
    pressed(app, "datasets_audit")
    assert any("The same picture is called" in error.value for error in app.error)
    assert [picture.alt for picture in pictures(app)[before:]][:2] == ["ants: ants/3.png", "bees: bees/copy.png"]
    pressed(app, "datasets_all")
    assert any(":orange-badge[" in element.value and "error" in element.value for element in app.markdown)


def test_hostile_names_stay_text_wherever_they_stand(app: AppTest, bench: Workbench, data: Path):
    imported(bench, "mine", HOSTILE)
    opened(app, "mine")
    pressed(app, "datasets_audit")
    said = everything_said(app)
    assert "![](" not in said and "<script>" not in said
    captions = {picture.caption for picture in pictures(app)}
    assert not any(caption.startswith(("![", "<")) for caption in captions)
    assert set(app.selectbox(key="datasets_class_mine").options) == {"All 3 classes", *HOSTILE}


def test_an_import_ends_in_a_report_that_stays_until_it_is_closed(app: AppTest, bench: Workbench, data: Path):
    imported(bench, "mine", ("ants", "bees"))
    opened(app)
    assert as_read(app.success[0].value) == "mine: 24 pictures of 2 classes were imported; left out: 1 file."
    (skipped,) = app.dataframe[0].value.to_dict("records")
    assert skipped["file"] == "ants/=1+1.png" and "empty file" in skipped["reason"]
    assert opened(app).success, "another visit finds it again"
    pressed(app, "datasets_dismiss_mine")
    assert not app.success


def test_a_damaged_archive_is_one_sentence(app: AppTest, bench: Workbench, data: Path):
    bench.begin_import("mine", upload=("photos.zip", io.BytesIO(b"PK\x03\x04 and nothing more")))
    bench.wait_for_import("mine")
    opened(app)
    (error,) = app.error
    assert "mine was not imported" in error.value
    assert list(bench.home.datasets.rglob("*")) == []


def test_an_import_can_be_trained_on_from_its_report(app: AppTest, bench: Workbench, data: Path):
    imported(bench, "mine", ("ants", "bees"))
    pressed(opened(app), "datasets_report_train_mine")
    assert app.title[0].value == "Train"


def test_a_dataset_that_is_not_here_says_how_it_could_be(app: AppTest, data: Path):
    opened(app, "food101")
    assert "fetched when a run first needs it" in app.info[0].value
    assert not pictures(app)


def test_an_address_of_a_dataset_that_is_gone_shows_the_others(app: AppTest, data: Path):
    app.query_params["datasets_name"] = "![](http://127.0.0.1:9/x)"
    opened(app)
    assert "There is no dataset called" in app.warning[0].value
    assert app.button(key="datasets_look_digits")


def test_a_damaged_import_is_one_sentence(app: AppTest, bench: Workbench, data: Path):
    imported(bench, "mine", ("ants", "bees"))
    (bench.home.datasets / "mine/dataset.json").write_text("{")
    bench.dismiss_import("mine")
    opened(app, "mine")
    (error,) = app.error
    assert "damaged" in error.value
