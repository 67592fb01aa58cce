"""The sample can be made again, and learns then what it learned before."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.home import SAMPLE, SHIPPED
from core.runs.predictions import read_predictions
from scripts import make_sample

FOLDER = SHIPPED / SAMPLE


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    make_sample.make(folder)
    return folder


def test_it_is_made_again_with_the_same_files(made: Path):
    def files(folder: Path) -> set[Path]:
        return {each.relative_to(folder) for each in folder.rglob("*") if each.is_file()}

    assert files(made) == files(FOLDER) - {Path("README.md")}


def test_it_learns_the_same_again(made: Path):
    # Other versions or another processor round otherwise, and a few pictures may fall to the other side.
    for split in ("val", "test"):
        then, now = (read_predictions(folder, split, "best") for folder in (FOLDER, made))
        assert then is not None and now is not None and then.files == now.files
        assert abs(int(then.right.sum()) - int(now.right.sum())) <= 9
        assert np.abs(then.probabilities - now.probabilities).mean() < 0.05


def test_it_was_made_from_the_recipe_that_makes_it(made: Path):
    then, now = (json.loads((folder / "run.json").read_text()) for folder in (FOLDER, made))
    assert then["recipe"] == now["recipe"] and then["version"] == now["version"]
