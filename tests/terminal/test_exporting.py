"""`export`: what a run leaves in a folder, told to people and to scripts, and refused in a sentence."""

from pathlib import Path

import pytest

from tests.typed import typed


def test_a_run_is_written_to_a_folder(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    said = typed(capsys, "export", "first", "--to", str(tmp_path / "mine"), "--json")
    assert said.code == 0
    files = {each.name for each in (tmp_path / "mine").iterdir()}
    assert set(said.json["files"]) == files
    assert files >= {"README.md", "model.safetensors", "train.py", "train.ipynb", "splits.json", "pictures"}
    assert said.json["onnx"] is None and said.json["notes"] == []


def test_a_folder_that_holds_something_takes_force(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    (tmp_path / "mine.txt").write_text("mine")
    refused = typed(capsys, "export", "first", "--to", str(tmp_path))
    assert (refused.code, refused.out) == (2, "") and "--force" in refused.err
    told = typed(capsys, "export", "first", "--to", str(tmp_path), "--force")
    assert told.code == 0 and "README.md" in told.out
    assert not (tmp_path / "mine.txt").exists()


def test_onnx_is_told_with_what_was_measured(tmp_path: Path, capsys: pytest.CaptureFixture):
    said = typed(capsys, "export", "sample", "--to", str(tmp_path / "mine"), "--onnx")
    assert said.code == 0
    assert "model.onnx: 180 of 180 pictures (test) named alike" in said.out
    assert (tmp_path / "mine" / "model.onnx").stat().st_size > 10_000


def test_a_run_without_weights_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture):
    said = typed(capsys, "export", "nobody", "--to", str(tmp_path / "mine"))
    assert said.code == 2 and said.err.count("\n") == 1
    assert not (tmp_path / "mine").exists()
