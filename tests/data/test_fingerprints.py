"""The fingerprint of a dataset, remembered, is the one that opening it gives."""

import os
from pathlib import Path

import numpy as np
import pytest

from core.data.finding import located, open_source
from core.data.fingerprints import fingerprint_of, open_remembered
from core.data.importing import import_dataset
from core.home import Home


@pytest.fixture
def home(home_folder: Path) -> Home:
    return Home(home_folder)


@pytest.fixture
def squares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Arrays below THAW_DATA: opening them reads every byte."""
    folder = tmp_path / "data" / "squares"
    folder.mkdir(parents=True)
    np.save(folder / "images.npy", np.arange(4 * 8 * 8, dtype=np.uint8).reshape(4, 8, 8))
    np.save(folder / "labels.npy", np.array([0, 0, 1, 1]))
    monkeypatch.setenv("THAW_DATA", str(folder.parent))
    return folder


def test_where_a_dataset_comes_from_is_known_without_opening_it(home: Home, squares: Path):
    import_dataset(squares, "mine", home)
    (home.datasets / "found" / "cifar10").mkdir(parents=True)
    assert located("digits", home) == ("built in", None)
    assert located("squares", home) == ("found", squares)
    assert located("mine", home) == ("imported", home.datasets / "mine")
    assert located("cifar10", home) == ("found", home.datasets / "found" / "cifar10")
    assert located("cifar100", home) == ("download", None)
    assert located("hf:owner/name", home) == located("nowhere", home) == ("missing", None)


@pytest.mark.parametrize("name", ["digits", "squares", "mine"])
def test_a_fingerprint_is_the_opened_datasets_own(home: Home, squares: Path, name: str):
    import_dataset(squares, "mine", home)
    assert fingerprint_of(name, home) == fingerprint_of(name, home) == open_source(name, home).fingerprint


def test_it_changes_with_the_pictures(home: Home, squares: Path):
    before = fingerprint_of("squares", home)
    np.save(squares / "images.npy", np.zeros((4, 8, 8), np.uint8))
    assert fingerprint_of("squares", home) == open_source("squares", home).fingerprint != before


def test_what_was_opened_for_training_is_not_read_again(home: Home, squares: Path):
    fingerprint = open_remembered("squares", home).fingerprint
    changed = (squares / "images.npy").stat().st_mtime_ns
    # Only the bytes change, not size nor time: whoever read them again would see another dataset.
    np.save(squares / "images.npy", np.zeros((4, 8, 8), np.uint8))
    os.utime(squares / "images.npy", ns=(changed, changed))
    assert fingerprint_of("squares", home) == fingerprint != open_source("squares", home).fingerprint


def test_nothing_is_fetched_for_it(home: Home):
    assert fingerprint_of("cifar100", home) is fingerprint_of("hf:owner/name", home) is None
    assert not home.folder.exists()
