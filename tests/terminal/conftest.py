"""A finished run to look at, a picture, and a workbench whose submitted runs really run."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.home import Home
from core.service import Workbench
from tests.engine_of_test import engine
from tests.finished_run import home_of_first, trained
from tests.typed import QUICK

__all__ = ["engine", "home_of_first", "trained"]

ENDLESS = [*QUICK, "--set", "epochs=100000"]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "three.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)).save(path)
    return path


@pytest.fixture
def bench(engine: Home) -> Iterator[Workbench]:
    bench = Workbench(engine)
    yield bench
    bench.close()
