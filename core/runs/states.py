"""The states a run can be in, and which may follow which: one table, for every engine and every page."""

from typing import Literal

State = Literal["queued", "running", "pausing", "paused", "stopping", "done", "stopped", "failed", "diverged", "lost"]

FOLLOWS: dict[State, frozenset[State]] = {
    "queued": frozenset({"running", "stopped", "failed"}),
    "running": frozenset({"pausing", "paused", "stopping", "done", "stopped", "failed", "diverged", "lost"}),
    "pausing": frozenset({"paused", "stopping", "done", "stopped", "failed", "diverged", "lost"}),
    "paused": frozenset({"queued", "running", "stopped"}),
    "stopping": frozenset({"done", "stopped", "failed", "diverged", "lost"}),
    "done": frozenset(),
    "stopped": frozenset({"queued", "running"}),
    "failed": frozenset({"queued", "running"}),
    "diverged": frozenset(),
    "lost": frozenset({"queued", "running"}),
}

STATES = tuple(FOLLOWS)
HELD: frozenset[State] = frozenset({"running", "pausing", "stopping"})
"""A process works on the run and holds its lock; if the lock is free, the run is lost."""

UNSUCCESSFUL: frozenset[State] = frozenset({"failed", "diverged", "lost"})
"""How a run ends that a person has to mend."""


def may_follow(before: State, after: State) -> bool:
    return after in FOLLOWS[before]
