"""A run on the cluster that was asked to stop: left alone, called back, ended."""

from typing import Any

import pytest

from core.engines.cluster.work import Work
from core.engines.settings import Settings

GIVEN: dict[str, Any] = dict.fromkeys(("need", "reception", "task"))
PATIENT = Settings(stop_grace=10, stop_patience=60)


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("core.engines.cluster.work.time", clock)
    return clock


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether by force, each time that a task was called back."""
    called: list[bool] = []
    monkeypatch.setattr("core.engines.cluster.work.ray.cancel", lambda task, force: called.append(force))
    return called


def pressed(work: Work, clock: Clock, seconds: float, judges: bool, quiet_for: float | None) -> None:
    clock.now += seconds
    work.press(PATIENT, judges, quiet_for)


@pytest.mark.parametrize(("judges", "left_alone"), [(False, 10), (True, 60)])
def test_one_that_judges_is_given_time_for_it_and_is_ended_when_it_does_not_hear(
    clock: Clock, called: list[bool], judges: bool, left_alone: float
):
    work = Work(run="run", attempt=1, owner="", rooms=[], lock=0, arrived=True, **GIVEN)
    pressed(work, clock, 0, judges, quiet_for=1)
    pressed(work, clock, left_alone - 0.5, judges, quiet_for=1)
    assert called == []
    pressed(work, clock, 1, judges, quiet_for=1)
    pressed(work, clock, 9, judges, quiet_for=1)
    assert called == [False], "called back, once"
    pressed(work, clock, 1, judges, quiet_for=1)
    assert called == [False, True]


def test_one_that_has_not_begun_is_called_back_at_once(clock: Clock, called: list[bool]):
    work = Work(run="run", attempt=1, owner="", rooms=[], lock=0, **GIVEN)
    pressed(work, clock, 0, judges=False, quiet_for=None)
    assert called == [False]
