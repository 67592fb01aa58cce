"""Runs that have said something, without having been trained."""

import time
from typing import Any

from benchmarks.scripted_run import said_in
from core.recipe import Recipe
from core.runs.record import Record

Said = dict[str, Any]


def epochs(count: int) -> list[Said]:
    return [each for number in range(count) for each in said_in(number, 4.0)]


def told(record: Record, *said: Said, state: Any = None, reason: str = "", name: str = "told", **choices: Any) -> str:
    """A run that began and said this; it has ended so, if a state is given."""
    run = record.create(Recipe(epochs=4, **choices), name=name)
    record.store.begin(run, "It is trained.", "cpu")
    record.store.say(run, list(said))
    if state:
        record.store.move(run, state, reason, seconds=10.0, ended=time.time())
    return run
