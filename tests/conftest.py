"""What every test stands on: a home of its own, one thread, and a clear word when something real is missing."""

import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch loads: tiny models run five times faster so

import pytest


@pytest.fixture(autouse=True)
def home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home for this test alone; `THAW_DATA` and `THAW_WEIGHTS` stay as they were given."""
    folder = tmp_path / "home"
    monkeypatch.setenv("THAW_HOME", str(folder))
    monkeypatch.delenv("THAW_ENGINE", raising=False)
    return folder


@pytest.fixture
def real_data() -> Path:
    """The folder of real pictures, or a skip that says what to set."""
    return _given("THAW_DATA", "real pictures")


@pytest.fixture
def real_weights() -> Path:
    """The folder of pretrained weights, or a skip that says what to set."""
    return _given("THAW_WEIGHTS", "pretrained weights")


def _given(variable: str, what: str) -> Path:
    folder = Path(os.environ.get(variable) or "nowhere")
    if not folder.is_dir():
        pytest.skip(f"no {what}: set {variable} to the folder that holds them")
    return folder.resolve()
