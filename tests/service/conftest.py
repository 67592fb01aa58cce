"""Runs in milliseconds, for tests that care about what is made of a run and not about how it was trained."""

from collections.abc import Iterator

import pytest

from core.runs.record import Record
from core.service import Workbench
from tests.short_learner import record, short_learner

__all__ = ["record", "short_learner"]


@pytest.fixture
def bench(record: Record) -> Iterator[Workbench]:
    bench = Workbench(record.home)
    yield bench
    bench.close()
