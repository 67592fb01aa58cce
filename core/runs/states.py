"""The states a run can be in, and which may follow which: one table, for every engine and every page.

The database holds the same table and refuses any other step (migrations.py); docs/states.md draws it.
"""

from typing import Literal

State = Literal["queued", "running", "pausing", "paused", "stopping", "done", "stopped", "failed", "diverged", "lost"]

MEANING: dict[State, str] = {
    "queued": "It waits for a free place.",
    "running": "A worker trains it.",
    "pausing": "It was asked to pause and will after its present step.",
    "paused": "It rests with all it knows; it can be resumed.",
    "stopping": "It was asked to stop and will after its present step.",
    "done": "It has ended as its recipe says.",
    "stopped": "Somebody ended it early; its best weights are kept, and it can be resumed.",
    "failed": "It could not go on; the reason says why. Once that is mended it can be resumed.",
    "diverged": "Its loss left all bounds; the last good weights are kept.",
    "lost": "Its worker died without a word; it can be resumed from its last snapshot.",
}

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
