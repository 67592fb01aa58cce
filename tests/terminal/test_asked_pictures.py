"""Asking a finished run about pictures, and how long a recipe takes, from the terminal."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.typed import QUICK, typed


def test_a_run_answers_for_pictures_of_its_own_test_split(trained: Path, capsys: pytest.CaptureFixture):
    said = typed(capsys, "predict", "first", "--samples", "12", "--json").json
    assert [each["truth"] for each in said["predictions"]] == [*"0123456789", "0", "1"]
    assert set(said["classes"]) == set("0123456789")


def test_whoever_names_no_picture_is_told_so(trained: Path, capsys: pytest.CaptureFixture):
    said = typed(capsys, "predict", "first")
    assert said.code == 2 and "no picture" in said.err


def test_explaining_writes_a_picture_for_each_class_under_a_harmless_name(
    trained: Path, capsys: pytest.CaptureFixture, tmp_path: Path
):
    odd = tmp_path / "a ![](x);rm.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 20, 3), np.uint8)).save(odd)
    heat = tmp_path / "heat"
    asked = ("explain", "first", str(odd), "--class", "3", "--class", "7", "--to", str(heat))
    said = typed(capsys, *asked, "--json").json
    assert [look["label"] for look in said["looks"]] == ["3", "7"]
    assert [Path(file).name for file in said["files"]] == ["1-a_x_rm-3.png", "1-a_x_rm-7.png"]
    for file in said["files"]:
        with Image.open(file) as drawn:
            assert max(drawn.size) >= 256
    assert "warmest at" in typed(capsys, *asked).out


def test_a_class_that_the_run_does_not_know_is_a_sentence(trained: Path, capsys: pytest.CaptureFixture, tmp_path: Path):
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    said = typed(capsys, "explain", "first", str(tmp_path / "a.png"), "--class", "ants")
    assert said.code == 2 and "'ants'" in said.err and len(said.err.splitlines()) == 1


def test_an_estimate_says_seconds_and_memory(home_folder: Path, capsys: pytest.CaptureFixture):
    said = json.loads(typed(capsys, "estimate", *QUICK, "--device", "cpu", "--json").out)
    assert 0 < said["seconds_low"] < said["seconds"] < said["seconds_high"]
    assert said["memory"] > 0 and said["device"] == "cpu"
    text = typed(capsys, "estimate", *QUICK, "--device", "cpu").out
    assert "about" in text and "memory" in text
