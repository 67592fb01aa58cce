"""Runs that are trained in the background: asked for, waited for, ended early, taken up again."""

import os
import statistics
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.engines.choosing import Engine
from core.engines.orders import LOG, SURROUNDINGS
from core.engines.settings import Settings
from core.errors import RecipeError, RecordError
from core.runs.machine import steady_seconds
from core.runs.queue import Kind, crowded, expected_starts, in_order
from core.runs.record import Record
from core.runs.states import HELD, MEANING, RESUMABLE, State
from core.runs.store import RunRow

if TYPE_CHECKING:
    from core.recipe import Recipe

PASSED_ON = ("THAW_DATA", "THAW_WEIGHTS", "HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE")
"""Where data and weights lie is the asker's affair; whoever trains may have been started by somebody else."""

ON_THE_WAY = frozenset({"queued", "paused", *HELD})
"""What can still be stopped."""

WAITS = frozenset({"queued", *RESUMABLE})
"""What may wait for a turn, now or when it is resumed."""

MOST_PRIORITY = 1_000_000

UNKNOWN_SECONDS = 60.0
"""What a run is thought to take before any of its kind has ended."""


def submit(record: Record, engine: Engine, recipe: "Recipe", *, owner: str = "", **facts: Any) -> str:
    """Write a run down and see that it gets its turn. The same request twice is one run."""
    engine.insist()
    run = write_down(record, engine, recipe, owner=owner, most_waiting=most_waiting(), **facts)
    engine.wake()
    return run


def write_down(record: Record, engine: Engine, recipe: "Recipe", /, **facts: Any) -> str:
    """A new run in the care of an engine, with where its asker finds data and weights."""
    if recipe.workers > 1 and engine.name != "ray":
        raise RecipeError("workers", recipe.workers, f"the {engine.name} engine trains with 1, only ray with several")
    insist_on_priority(facts.get("priority", 0))
    return record.create(recipe, **{"engine": engine.name, "files": {SURROUNDINGS: _surroundings()}, **facts})


def _surroundings() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def insist_on_room(record: Record, owner: str, new: int) -> None:
    """Refuse at once what would make more of an owner's runs wait than may; who writes them down makes sure again."""
    waiting = record.store.how_many_wait(owner)
    if waiting + new > most_waiting():
        raise crowded(owner, waiting, most_waiting(), new)


def most_waiting() -> int:
    return Settings.from_environment().queued_per_owner


def stop(record: Record, engine: Engine, row: RunRow) -> None:
    """End a run early: at once where nobody works on it, else after its present step."""
    if row.state in ("queued", "paused"):
        heard = record.store.move(row.id, "stopped", "Stopped on request.", only_from=row.state)
    elif row.state in ("running", "pausing"):
        heard = _ask(record, engine, row, "stopping", "It was asked to stop.")
    elif row.state == "stopping":
        heard = True
    else:
        raise RecordError(f"The run {row.id} is {row.state} already; there is nothing to stop.")
    if not heard:  # it has gone on since it was looked at
        stop(record, engine, record.find(row.id))


def stop_all(record: Record, engine: Engine, rows: Iterable[RunRow]) -> list[RunRow]:
    """Stop whatever has not ended; answers those runs, as they are now. Who waits goes first, or gets the places."""
    on_the_way = [row for row in rows if row.state in ON_THE_WAY]
    for row in sorted(on_the_way, key=lambda row: row.state in HELD):
        now = record.find(row.id)
        if now.state in ON_THE_WAY:
            stop(record, engine, now)
    return [record.find(row.id) for row in on_the_way]


def pause(record: Record, engine: Engine, row: RunRow) -> None:
    """Let a run save all it knows and give its place to others."""
    if row.state == "running":
        if not _ask(record, engine, row, "pausing", "It was asked to pause."):
            pause(record, engine, record.find(row.id))
    elif row.state not in ("pausing", "paused"):
        raise RecordError(f"The run {row.id} is {row.state}; only one that is running can be paused.")


def resume(record: Record, engine: Engine, row: RunRow) -> None:
    """Let a run that rests wait for its turn, and go on from its last snapshot."""
    engine.insist()
    insist_on_room(record, row.owner, 1)
    # Data or weights that were missing may be where the one who resumes says.
    record.requeue(row.id, engine=engine.name, files={SURROUNDINGS: _surroundings()})
    engine.wake()


def prioritise(record: Record, row: RunRow, priority: int) -> None:
    """Change the place of a run that does not learn at present."""
    insist_on_priority(priority)
    if row.state not in WAITS:
        raise RecordError(f"The run {row.id} is {row.state}; only one that waits or rests has a priority to change.")
    record.store.enter(row.id, priority=priority)


def insist_on_priority(priority: int) -> None:
    if abs(priority) > MOST_PRIORITY:
        raise RecordError(f"A priority lies between -{MOST_PRIORITY} and {MOST_PRIORITY}; choose one of those.")


def standing(state: State) -> dict[str, Any]:
    """What a state means, and what its owner may ask for in it."""
    asks = {
        "stop": state in ON_THE_WAY and state != "stopping",
        "pause": state == "running",
        "resume": state in RESUMABLE,
        "prioritise": state in WAITS,
        "delete": state not in HELD,
        "write": True,
    }
    return {"meaning": MEANING[state], "may": [ask for ask, possible in asks.items() if possible]}


def _ask(record: Record, engine: Engine, row: RunRow, state: State, reason: str) -> bool:
    """Whoever trains the run reads its state; whoever looks after the trainer must be there to insist."""
    asked = record.store.move(row.id, state, reason, only_from=row.state, attempt=row.attempt)
    if row.engine == engine.name:
        engine.wake_if_needed()
    return asked


def log_of(record: Record, row: RunRow, last: int | None = None) -> list[str]:
    """What the worker printed: warnings, and the traceback of a bug."""
    place = record.folder(row.id) / LOG
    if not place.exists():
        return []
    lines = _tail(place).decode("utf-8", "replace").splitlines()
    return lines if last is None else lines[-last:] if last else []


def traceback_of(record: Record, row: RunRow) -> list[str]:
    """Where a run that failed by a bug stood in the code."""
    place = record.folder(row.id) / "traceback.txt"
    return _tail(place).decode("utf-8", "replace").splitlines() if row.state == "failed" and place.exists() else []


def _tail(place: Path, most: int = 1_000_000) -> bytes:
    """The end of a log, however long it has grown."""
    with place.open("rb") as file:
        file.seek(max(0, place.stat().st_size - most))
        return file.read()


def queue(record: Record, engine_name: str, slots: int) -> dict[str, dict[str, Any]]:
    """Per waiting run: its position (1 is next), and in how many seconds it may start."""
    waiting, at_work = record.store.waiting(engine_name), record.store.at_work(engine_name)
    if not waiting:
        return {}
    order = in_order(waiting, Counter(row.owner for row in at_work), record.store.served())
    takes = _Experience(record)
    left = [takes(row.kind) - _seconds_so_far(row) for row in at_work]
    starts = expected_starts([takes(each.kind) for each in order], left, max(1, slots))
    return {
        each.run: {"position": place, "starts_in": round(start, 1)}
        for place, (each, start) in enumerate(zip(order, starts, strict=True), 1)
    }


class _Experience:
    """How long runs of a kind have taken; of any kind, where there has been none."""

    def __init__(self, record: Record):
        self._store, self._known = record.store, dict[Kind, float]()

    def __call__(self, kind: Kind) -> float:
        if kind not in self._known:
            taken = self._store.seconds_of(kind) or self._store.seconds_of()
            self._known[kind] = statistics.median(taken) if taken else UNKNOWN_SECONDS
        return self._known[kind]


def _seconds_so_far(row: RunRow) -> float:
    return 0.0 if row.begun is None else max(0.0, steady_seconds() - row.begun)
