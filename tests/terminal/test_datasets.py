"""Datasets in the terminal: one in full, its pictures on a sheet, gathered class by class, removed."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.typed import typed

HOSTILE = "=cmd() \x1b[31m![](http://127.0.0.1:9/x)"


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    chance = np.random.default_rng(0)
    for label in ("cats", "dogs"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for number in range(6):
            pixels = chance.integers(0, 255, (9, 12, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / label / f"{number}.png")
    return tmp_path / "pets"


def test_a_dataset_is_told_in_full(capsys: pytest.CaptureFixture):
    told = typed(capsys, "dataset", "digits", "--json").json
    assert {"name", "pictures", "classes", "splits", "imbalance", "sizes", "licence", "skipped", "source"} <= set(told)
    assert (told["pictures"], len(told["classes"]), told["source"]) == (1797, 10, "built in")
    said = typed(capsys, "dataset", "digits")
    assert said.code == 0
    assert "digits (built in): 1797 pictures" in said.out and "cut here" in said.out


def test_its_pictures_are_written_as_one(capsys: pytest.CaptureFixture, tmp_path: Path):
    sheet = tmp_path / "sheet.png"
    told = typed(capsys, "dataset", "digits", "--sheet", str(sheet), "--class", "3", "--count", "6", "--json").json
    assert (told["sheet"], len(told["files"]), told["total"]) == (str(sheet), 6, 183)
    with Image.open(sheet) as written:
        assert written.size == (296, 196)
    assert typed(capsys, "dataset", "digits", "--sheet", str(tmp_path / "no/where.png")).code == 2


def test_gathered_pictures_become_a_dataset_that_can_be_removed(pets: Path, capsys: pytest.CaptureFixture):
    assert typed(capsys, "collect", "mine", "cats", str(pets / "cats"), "--json").json["collections"] == [
        {"name": "mine", "classes": {"cats": 6}}
    ]
    assert typed(capsys, "collect", "mine", "dogs", str(pets / "dogs/1.png"), str(pets / "dogs/2.png")).code == 0
    assert "mine: cats 6, dogs 2" in typed(capsys, "collect").out
    report = typed(capsys, "import", "--collected", "--name", "mine", "--json").json
    assert (report["accepted"], report["classes"], report["skipped"]) == (8, ["cats", "dogs"], [])
    assert typed(capsys, "collect", "--json").json == {"collections": []}
    assert typed(capsys, "dataset", "mine", "--delete", "--json").json == {"name": "mine", "state": "deleted"}
    assert typed(capsys, "dataset", "mine").code == 2


def test_what_was_gathered_can_be_thrown_away(pets: Path, capsys: pytest.CaptureFixture):
    typed(capsys, "collect", "mine", "cats", str(pets / "cats"))
    assert typed(capsys, "collect", "mine", "--drop", "--json").json == {"collections": []}
    assert "Nothing was collected" in typed(capsys, "collect", "mine", "--drop").err


@pytest.mark.parametrize(
    "words", [("import", "--name", "x"), ("import", "--name", "x", "--collected", "a.zip"), ("collect", "x", "cats")]
)
def test_what_is_missing_is_said_in_one_sentence(words: tuple[str, ...], capsys: pytest.CaptureFixture):
    said = typed(capsys, *words)
    assert (said.code, len(said.err.splitlines())) == (2, 1)


def test_a_missing_file_is_told_and_nothing_is_gathered(capsys: pytest.CaptureFixture):
    said = typed(capsys, "collect", "mine", "cats", "nowhere.png")
    assert said.code == 2 and "nowhere.png cannot be read" in said.err
    assert typed(capsys, "collect", "--json").json == {"collections": []}


def test_an_odd_name_of_a_class_moves_no_cursor(pets: Path, capsys: pytest.CaptureFixture):
    (pets / "dogs").rename(pets / HOSTILE.replace("/", "∕").replace("\x1b", ""))
    typed(capsys, "import", str(pets), "--name", "mine")
    said = typed(capsys, "dataset", "mine")
    assert "=cmd() [31m![]" in said.out and "\x1b" not in said.out
    refused = typed(capsys, "collect", "more", HOSTILE, str(pets / "cats"))
    assert refused.code == 2 and "\x1b" not in refused.err
