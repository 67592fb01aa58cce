"""What every test stands on: a home of its own, one thread, and a clear word when something real is missing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch loads: tiny models run five times faster so

import pytest
from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background by a shell; Ctrl-C is tested
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A shared machine may pause any example: without a deadline, only wrong answers fail. CI always draws the same ones.
settings.register_profile("house", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("house")

PROJECT = Path(__file__).resolve().parent.parent
HOSTILE_NAME = "![](http://127.0.0.1:9/fetched.png) <script>alert(1)</script> :red[loud] **bold**"
SMALL_RUN = ["--set", "epochs=2", "--set", "examples_per_class=3"]
LONG_TO_PREPARE = "test_segmenting.py"
"""Its tests share a reader that learns for a minute."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """It comes first: an idle worker takes half of what another still has to do, and both would prepare it."""
    items.sort(key=lambda item: item.path.name != LONG_TO_PREPARE)


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


@pytest.fixture(scope="session")
def home_with_a_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one small run was trained, from the terminal, under a name that tries to be fetched."""
    folder = tmp_path_factory.mktemp("home_with_a_run")
    subprocess.run(
        [sys.executable, "-m", "core", "train", "--name", HOSTILE_NAME, *SMALL_RUN],
        cwd=PROJECT,
        env={**os.environ, "THAW_HOME": str(folder)},
        capture_output=True,
        check=True,
    )
    return folder
