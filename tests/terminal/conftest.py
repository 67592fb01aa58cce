"""A finished run to look at, and a workbench whose submitted runs really run."""

from collections.abc import Iterator

import pytest

from core.home import Home
from core.service import Workbench
from tests.engine_of_test import engine
from tests.finished_run import home_of_first, trained
from tests.typed import QUICK

__all__ = ["engine", "home_of_first", "trained"]

ENDLESS = [*QUICK, "--set", "epochs=100000"]


@pytest.fixture
def bench(engine: Home) -> Iterator[Workbench]:
    bench = Workbench(engine)
    yield bench
    bench.close()
