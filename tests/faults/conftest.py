"""A real engine for one test, of which nothing is left afterwards; and how its processes are made mortal."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.home import Home
from core.service import Workbench
from tests.processes_of_a_home import end_all
from tests.typed import PROJECT

HERE = Path(__file__).parent


@pytest.fixture
def bench(home_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A workbench whose submitted runs go to a local engine with two places."""
    for name, value in {"SLOTS": "2", "IDLE_SECONDS": "30", "STOP_GRACE": "1", "SNAPSHOT_SECONDS": "0.01"}.items():
        monkeypatch.setenv(f"THAW_{name}", value)
    bench = Workbench(Home(home_folder))
    yield bench
    end_all(bench.home)
    bench.close()


@pytest.fixture
def armed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever is started from now on is mortal; deaths are armed in this folder (mortal/sitecustomize.py)."""
    folder = tmp_path / "armed"
    folder.mkdir()
    monkeypatch.setenv("THAW_TEST_ARMED", str(folder))
    started_with(HERE / "mortal", monkeypatch)
    return folder


def started_with(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process that is started from now on loads the `sitecustomize.py` of this folder."""
    path = [str(folder), str(PROJECT), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
