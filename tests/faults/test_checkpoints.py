"""Lines 33 to 37: weights from outside are read without trusting them, and names lead nowhere but to runs."""

import json
import pickle
import resource
import shutil
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.finished_run import home_of_first, trained
from tests.typed import QUICK, Said, tree_of, typed

__all__ = ["home_of_first", "trained"]
pytestmark = pytest.mark.faults


class Canary:
    """A pickle that writes a file if anything ever loads it."""

    def __init__(self, place: Path):
        self.place = place

    def __reduce__(self) -> tuple[Callable, tuple]:
        return Path.touch, (self.place,)


@pytest.fixture
def damaged(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The best weights of a run in a home that may be spoilt."""
    home = tmp_path / "spoilt"
    shutil.copytree(trained, home, symlinks=True)
    monkeypatch.setenv("THAW_HOME", str(home))
    (best,) = (home / "runs").glob("*/best")
    return best


@pytest.fixture
def predicted(tmp_path: Path, capsys: pytest.CaptureFixture) -> Callable[[], Said]:
    picture = tmp_path / "a.png"
    Image.fromarray(np.zeros((8, 8, 3), dtype=np.uint8)).save(picture)
    return lambda: typed(capsys, "predict", "first", str(picture), "--json")


def is_one_sentence(said: Said, *words: str) -> bool:
    assert said.code == 2 and said.out == "", said
    assert len(said.err.splitlines()) == 1 and "Traceback" not in said.err
    assert all(word in said.err for word in words), said.err
    return True


def test_line_33_a_pickle_payload_is_never_loaded(damaged: Path, predicted: Callable[[], Said], tmp_path: Path):
    canary = tmp_path / "canary"
    for name in ("pytorch_model.bin", "model.pth", "model.pt"):
        (damaged / name).write_bytes(pickle.dumps(Canary(canary)))
    assert predicted().code == 0 and not canary.exists()
    (damaged / "model.safetensors").write_bytes(pickle.dumps(Canary(canary)))
    before = tree_of(damaged)
    assert is_one_sentence(predicted(), "model.safetensors is not a whole safetensors file")
    (damaged / "model.safetensors").unlink()
    assert is_one_sentence(predicted(), "pickles are never read")
    assert not canary.exists() and set(tree_of(damaged)) == set(before) - {"model.safetensors"}


def test_line_33_a_pickle_among_the_pretrained_weights_is_never_loaded(
    home_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    canary = tmp_path / "canary"
    folder = tmp_path / "weights" / "test_resnet"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(
        '{"architecture": "test_resnet", "pretrained_cfg": {"input_size": [3, 32, 32]}}'
    )
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Canary(canary)))
    monkeypatch.setenv("THAW_WEIGHTS", str(tmp_path / "weights"))
    said = typed(capsys, "train", "--set", "backbone=test_resnet", "--set", "epochs=1", "--set", "examples_per_class=2")
    assert said.code == 2 and "pickles are never read" in said.err and "Traceback" not in said.err
    assert not canary.exists()


@pytest.mark.parametrize("damage", ["empty", "truncated", "a huge header", "no header", "a header that lies"])
def test_line_34_damaged_safetensors_are_an_error(damaged: Path, predicted: Callable[[], Said], damage: str):
    weights = damaged / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(
        {
            "empty": b"",
            "truncated": whole[: len(whole) // 2],
            "a huge header": struct.pack("<Q", 2**60) + whole[8:],
            "no header": struct.pack("<Q", 2) + b"[]" + whole[:1000],
            "a header that lies": struct.pack("<Q", len(whole) - 8) + whole[8:],
        }[damage]
    )
    assert is_one_sentence(predicted(), "best/model.safetensors is not a whole safetensors file")


def test_line_35_a_head_of_another_size_names_both_shapes_and_offers_the_backbone(
    damaged: Path, predicted: Callable[[], Said]
):
    config = json.loads((damaged / "config.json").read_text())
    config["label_names"] = config["label_names"][:7]
    (damaged / "config.json").write_text(json.dumps(config))
    assert is_one_sentence(predicted(), "(10, ", "(7, ", "backbone")


def test_line_36_a_small_file_that_claims_a_thousand_million_numbers_is_refused_before_allocating(
    damaged: Path, predicted: Callable[[], Said]
):
    assert predicted().code == 0  # whatever a sound prediction needs is in memory now
    header = json.dumps({"stem.weight": {"dtype": "F32", "shape": [1_000_000_000], "data_offsets": [0, 4_000_000_000]}})
    (damaged / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header.encode() + b"\0" * 100)
    before = peak_bytes()
    assert is_one_sentence(predicted(), "is not a whole safetensors file")
    assert peak_bytes() - before < 200_000_000


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.parametrize("word", ["../first", "../../etc/passwd", "/etc/passwd", "..", "runs.sqlite", "%", "a\nb"])
def test_line_37_a_path_in_place_of_a_run_is_not_found(
    trained: Path, predicted: Callable[[], Said], word: str, capsys: pytest.CaptureFixture
):
    before = tree_of(trained)
    for command in (["show"], ["predict"], ["delete"], ["note"], ["compare", "first"]):
        more = ["x"] if command[0] in ("predict", "note") else []
        assert is_one_sentence(typed(capsys, *command, word, *more), "was not found")
    assert tree_of(trained) == before


@pytest.mark.parametrize("start", ["run:../../x", "run:nobody", "run:/etc", "../../etc", "run:"])
def test_line_37_a_path_in_place_of_a_backbone_is_refused(home_folder: Path, start: str, capsys: pytest.CaptureFixture):
    assert is_one_sentence(typed(capsys, "train", *QUICK, "--set", f"backbone={start}"))
    assert not home_folder.exists() or tree_of(home_folder) == {}
