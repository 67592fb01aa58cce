"""Datasets to look at, as a page asks for them: quickly, and each thing made once."""

import io
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.home import Home
from core.service import Workbench
from core.service.looking import FINGERPRINTS


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data with one small dataset in it, in which one picture stands twice."""
    folder = tmp_path / "data"
    chance = np.random.default_rng(0)
    for label in ("ants", "bees"):
        (folder / "insects" / label).mkdir(parents=True)
        for number in range(12):
            pixels = chance.integers(0, 255, (20, 30, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "insects" / label / f"{number}.png")
    (folder / "insects/bees/copy.png").write_bytes((folder / "insects/ants/3.png").read_bytes())
    monkeypatch.setenv("THAW_DATA", str(folder))
    return folder


@pytest.fixture
def bench(home_folder: Path, data: Path) -> Iterator[Workbench]:
    bench = Workbench(Home(home_folder))
    yield bench
    bench.close()


def cover_of(bench: Workbench, name: str) -> bytes:
    """As a page has it: asked for again while it is coming."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        cover = bench.cover(name)
        if cover["picture"]:
            return cover["picture"]
        assert cover["coming"]
        time.sleep(0.02)
    raise AssertionError(f"no cover of {name} came")


def test_a_dataset_in_full_tells_where_it_is_from(bench: Workbench):
    seen = bench.dataset("insects")
    assert (seen["source"], seen["pictures"]) == ("found", 25)
    assert [each["label"] for each in seen["classes"]] == ["ants", "bees"]
    assert bench.dataset("digits")["source"] == "built in"


def test_a_cover_comes_by_itself_and_is_there_at_once_from_then_on(bench: Workbench):
    assert bench.cover("insects") == {"dataset": "insects", "picture": None, "coming": True}
    made = cover_of(bench, "insects")
    assert Image.open(io.BytesIO(made)).size == (296, 296)
    assert bench.cover("insects") == {"dataset": "insects", "picture": made, "coming": False}


def test_an_archive_is_not_unpacked_by_looking_at_its_card(bench: Workbench, data: Path):
    shutil.make_archive(str(data / "packed"), "zip", data / "insects")
    assert bench.cover("packed") == {"dataset": "packed", "picture": None, "coming": False}
    assert not bench.home.datasets.exists()
    bench.dataset("packed")
    assert cover_of(bench, "packed")


def test_what_would_have_to_be_fetched_has_no_cover(bench: Workbench):
    assert bench.cover("food101") == {"dataset": "food101", "picture": None, "coming": False}


def test_a_dataset_that_cannot_be_opened_is_tried_once(bench: Workbench, data: Path):
    (data / "empty" / "a").mkdir(parents=True)
    assert bench.cover("empty")["picture"] is None
    until = time.monotonic() + 60
    while bench.cover("empty")["coming"] and time.monotonic() < until:
        time.sleep(0.02)
    assert bench.cover("empty") == {"dataset": "empty", "picture": None, "coming": False}


def test_thumbnails_come_page_by_page(bench: Workbench):
    first = bench.thumbnails("insects", "bees", count=10)
    assert (first["total"], len(first["pictures"])) == (13, 10)
    assert len(bench.thumbnails("insects", "bees", count=10, page=2)["pictures"]) == 3
    assert len(bench.thumbnails("digits", count=10_000)["pictures"]) == 48


def test_an_audit_is_made_once_and_known_until_the_pictures_change(
    bench: Workbench, data: Path, monkeypatch: pytest.MonkeyPatch
):
    assert bench.known_audit("insects") is None
    audit = bench.audit("insects")
    assert bench.known_audit("insects") == audit
    (conflict,) = [each for each in audit["findings"] if each["kind"] == "conflict"]
    pictures = bench.pictures_called("insects", conflict["files"])["pictures"]
    assert [each["file"] for each in pictures] == ["ants/3.png", "bees/copy.png"]
    assert pictures[0]["picture"] == pictures[1]["picture"]
    (data / "insects/bees/copy.png").unlink()
    monkeypatch.setattr(FINGERPRINTS, "seconds", 0.0)  # a few seconds later
    assert bench.known_audit("insects") is None


def test_files_that_were_left_out_have_no_picture(bench: Workbench):
    assert bench.pictures_called("insects", ["../../etc/passwd", "ants/99.png"])["pictures"] == []


def test_a_sheet_is_written_to_a_file(bench: Workbench, tmp_path: Path):
    written = bench.sheet("insects", str(tmp_path / "sheet.png"), label="ants", count=4)
    assert written["files"] == [f"ants/{number}.png" for number in (0, 1, 10, 11)]
    assert Image.open(io.BytesIO((tmp_path / "sheet.png").read_bytes())).size == (296, 196)


def test_what_is_told_without_pictures_is_plain_json(bench: Workbench):
    for told in (bench.dataset("insects"), bench.audit("insects"), bench.datasets(), bench.imports()):
        assert json.loads(json.dumps(told)) == told
