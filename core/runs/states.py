"""Which state of a run may follow which: one table, for every engine and every page.

The database holds the same table and refuses any other step (migrations.py); docs/states.md draws it.
"""

from core.catalog.states import MEANING, State

__all__ = ["FOLLOWS", "HELD", "INSTEAD", "MEANING", "RESUMABLE", "STATES", "UNSUCCESSFUL", "State", "may_follow"]

FOLLOWS: dict[State, frozenset[State]] = {
    "queued": frozenset({"running", "stopped", "failed"}),
    "running": frozenset({"queued", "pausing", "paused", "stopping", "done", "stopped", "failed", "diverged", "lost"}),
    "pausing": frozenset({"paused", "stopping", "done", "stopped", "failed", "diverged", "lost"}),
    "paused": frozenset({"queued", "stopped"}),
    "stopping": frozenset({"done", "stopped", "failed", "diverged"}),
    "done": frozenset(),
    "stopped": frozenset({"queued"}),
    "failed": frozenset({"queued"}),
    "diverged": frozenset(),
    "lost": frozenset({"queued"}),
}

STATES = tuple(FOLLOWS)
HELD: frozenset[State] = frozenset({"running", "pausing", "stopping"})
"""A process works on the run and holds its lock; if the lock is free, its worker is gone."""

RESUMABLE: frozenset[State] = frozenset({"paused", "stopped", "failed", "lost"})

UNSUCCESSFUL: frozenset[State] = frozenset({"failed", "diverged", "lost"})
"""How a run ends that a person has to mend."""


INSTEAD: dict[tuple[State, State], State] = {("stopping", "paused"): "stopped"}
"""Whoever was about to pause when it was asked to stop has stopped."""


def may_follow(before: State, after: State) -> bool:
    return after in FOLLOWS[before]
