"""Imports that go on by themselves, and datasets that are removed again."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import DataError, NotFound, RecordError
from core.home import Home
from core.recipe import Recipe
from core.service import Workbench


@pytest.fixture
def bench(home_folder: Path) -> Iterator[Workbench]:
    bench = Workbench(Home(home_folder))
    yield bench
    bench.close()


def picture(seed: int) -> bytes:
    held = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (9, 9, 3), dtype=np.uint8)).save(held, "PNG")
    return held.getvalue()


def archive(*labels: str, each: int = 12) -> io.BytesIO:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as opened:
        for place, label in enumerate(labels):
            for number in range(each):
                opened.writestr(f"set/{label}/{number}.png", picture(100 * place + number))
        opened.writestr(f"set/{labels[0]}/notes.txt", "hello")
    held.seek(0)
    return held


def imported(bench: Workbench, name: str, *labels: str) -> dict:
    bench.begin_import(name, upload=("photos.zip", archive(*labels)))
    bench.wait_for_import(name)
    return next(each for each in bench.imports() if each["name"] == name)


def test_an_upload_is_imported_and_told_with_every_file_that_was_left_out(bench: Workbench):
    told = imported(bench, "mine", "=cmd()", "<script>alert(1)<")
    assert (told["state"], told["done"], told["of"]) == ("done", 24, 24)
    assert told["result"]["accepted"] == 24
    assert told["result"]["skipped"] == [{"file": "=cmd()/notes.txt", "reason": "it is not a picture (.txt)"}]
    assert [each["name"] for each in bench.datasets() if each["source"] == "imported"] == ["mine"]
    bench.dismiss_import("mine")
    assert bench.imports() == []


def test_a_damaged_upload_ends_in_one_sentence_with_nothing_left(bench: Workbench):
    bench.begin_import("mine", upload=("photos.zip", io.BytesIO(archive("a", "b").getvalue()[:900])))
    bench.wait_for_import("mine")
    (told,) = bench.imports()
    assert told["state"] == "failed"
    assert told["error"].startswith("The archive photos.zip is damaged")
    assert not bench.home.datasets.exists()


def test_a_name_that_exists_is_refused_at_once(bench: Workbench):
    imported(bench, "mine", "a", "b")
    for name, reason in (("mine", "called mine already"), ("digits", "that Thaw knows"), ("../x", "cannot be called")):
        with pytest.raises(DataError, match=reason):
            bench.begin_import(name, upload=("photos.zip", archive("a", "b")))


def test_a_visitor_cannot_read_the_machines_folders(bench: Workbench, tmp_path: Path):
    visited = Workbench(bench.home.seen_by("ann"))
    with pytest.raises(DataError, match="not for visitors"):
        visited.begin_import("mine", path=str(tmp_path))
    visited.close()


def test_pictures_of_any_way_are_gathered_and_imported(bench: Workbench, tmp_path: Path):
    (tmp_path / "cats").mkdir()
    for seed in range(3):
        (tmp_path / "cats" / f"{seed}.png").write_bytes(picture(seed))
    bench.collect("pets", "cats", [str(tmp_path / "cats")])
    answer = bench.collect("pets", "dogs", [("camera.jpg", picture(7)), ("camera.jpg", picture(8))])
    assert answer == {"name": "pets", "classes": {"cats": 3, "dogs": 2}}
    bench.begin_import("pets")
    bench.wait_for_import("pets")
    assert bench.imports()[0]["result"]["accepted"] == 5
    assert bench.collections() == {}


def test_nothing_gathered_is_told(bench: Workbench):
    bench.begin_import("pets")
    bench.wait_for_import("pets")
    assert "Nothing was collected for a dataset called 'pets'" in bench.imports()[0]["error"]


def test_only_what_was_imported_can_be_removed(bench: Workbench):
    imported(bench, "mine", "a", "b")
    assert bench.dataset("mine")["pictures"] == 24
    assert bench.delete_dataset("mine") == {"name": "mine", "state": "deleted"}
    assert list(bench.home.datasets.iterdir()) == []
    with pytest.raises(DataError, match="There is no dataset called 'mine'"):
        bench.dataset("mine")
    with pytest.raises(DataError, match="digits was not imported"):
        bench.delete_dataset("digits")
    with pytest.raises(NotFound, match="There is no dataset called '../x'"):
        bench.delete_dataset("../x")


def test_a_dataset_that_a_waiting_run_needs_stays(bench: Workbench):
    imported(bench, "mine", "a", "b")
    run = bench.record.create(Recipe(dataset="mine"), name="waits")
    with pytest.raises(DataError, match=f"The run {run} still needs mine"):
        bench.delete_dataset("mine")
    assert bench.dataset("mine")["pictures"] == 24


def test_two_imports_of_one_name_are_one(bench: Workbench):
    bench.begin_import("mine", upload=("photos.zip", archive("a", "b", each=200)))
    with pytest.raises((RecordError, DataError), match="already"):
        bench.begin_import("mine", upload=("photos.zip", archive("a", "b")))
    bench.wait_for_import("mine")
    assert bench.imports()[0]["result"]["accepted"] == 400
