"""The very pictures behind the figures, and what becomes of them when the data change."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import DataError, NotFound, RecordError
from core.home import Home
from core.service import Workbench
from core.service.comparing import settings
from core.service.shelf import SHELF
from tests.faults.at_work import QUICK

HOSTILE = "![](http:x) <b>"
"""A class that a file system can hold and that would be fetched if it were read as Markdown."""


@pytest.fixture
def bench(tmp_path: Path, home_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A home with one run on pictures of one colour each, the number of which is its red."""
    draw_pictures(tmp_path / "data" / "colours")
    monkeypatch.setenv("THAW_DATA", str(tmp_path / "data"))
    bench = Workbench(Home(home_folder))
    bench.train({**QUICK, "dataset": "colours"}, name="first", device="cpu")
    yield bench
    bench.close()


def draw_pictures(folder: Path) -> None:
    for label, blue in (("=sum()", 0), (HOSTILE, 255)):
        (folder / label).mkdir(parents=True)
        for number in range(30):
            Image.fromarray(np.full((20, 30, 3), (number, 100, blue), np.uint8)).save(folder / label / f"{number}.png")


def red(png: bytes | None) -> int:
    assert png is not None
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture)[0, 0, 0]


def test_every_picture_is_the_one_that_was_judged_until_the_data_change(bench: Workbench, tmp_path: Path):
    found = bench.mistakes("first", "val", at_once=None)
    assert {row["true"] for row in found["rows"]} == {"=sum()", HOSTILE}
    for row in found["rows"]:
        number = int(Path(row["file"]).stem)
        assert red(bench.picture("first", "val", row["index"])) == number
        assert red(bench.picture("first", "val", row["index"], size=0)) == number
    assert bench.missing_pictures("first") is None
    with pytest.raises(NotFound, match="there is no number 99"):
        bench.picture("first", "val", 99)
    seen = found["rows"][0]
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(tmp_path / "data" / "colours" / "=sum()" / "0.png")
    SHELF.drop("colours")
    assert "have changed since this run" in str(bench.missing_pictures("first"))
    assert bench.picture("first", "val", seen["index"], size=0) is None
    assert red(bench.picture("first", "val", seen["index"])) == int(Path(seen["file"]).stem), "kept from before"


def test_mistakes_are_filtered_ordered_and_turned_page_by_page(bench: Workbench):
    everything = bench.mistakes("first", "test", at_once=None)["rows"]
    pages = [bench.mistakes("first", "test", page=page, at_once=4)["rows"] for page in (1, 2, 3)]
    assert [row for page in pages for row in page] == everything[:12]
    right, wrong = (bench.mistakes("first", "test", right=right)["rows"] for right in (True, False))
    assert len(right) + len(wrong) == len(everything) and not any(row["right"] for row in wrong)
    by_file = bench.mistakes("first", "test", order="file")["rows"]
    assert [row["file"] for row in by_file] == sorted(row["file"] for row in everything)
    with pytest.raises(RecordError, match="can't be ordered by 'weight'"):
        bench.mistakes("first", "test", order="weight")
    with pytest.raises(NotFound, match="There is no class 'cat'"):
        bench.mistakes("first", "test", true="cat")
    with pytest.raises(DataError, match="nothing about a train split"):
        bench.mistakes("first", "train")


def test_every_cell_holds_as_many_pictures_as_the_score_counts(bench: Workbench):
    score = bench.score("first", "val")
    labels = [each["label"] for each in score["classes"]]
    for i, true in enumerate(labels):
        for j, said in enumerate(labels):
            cell = bench.mistakes("first", "val", true=true, predicted=said)
            assert cell["found"] == score["confusion"][i][j]


def test_settings_differ_down_to_a_knob(bench: Workbench):
    recipe = bench.show("first")["recipe"]
    other = bench.record.create(
        bench.check({**recipe, "strategy": {"name": "gradual", "epochs_per_stage": 2}, "regularizers": ["l1"]})
    )
    rows = [bench.record.find("first"), bench.record.find(other)]
    told = {each["setting"]: each["values"][other] for each in settings(bench.record, rows)}
    assert told["strategy"] == "gradual" and told["strategy.epochs_per_stage"] == 2
    assert any(setting.startswith("regularizers.l1") for setting in told)
