"""Whoever looks after a home's runs, a supervisor or a keeper, as others see it: is it there, does it hang?

That it is there says a lock, which the operating system frees when it dies. That it is alive says a beat every few
seconds, on a clock that nobody can set.
"""

import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.errors import DiskFull
from core.home import Home
from core.runs import liveness
from core.runs.folders import read_json, write_json
from core.runs.machine import Process, steady_seconds
from core.runs.record import Record
from core.runs.states import HELD

SECONDS_BETWEEN_BEATS = 2.0


class Caretaker:
    """The one of a home that bears an engine's name."""

    def __init__(self, home: Home, name: str):
        self.folder, self.name = home.engine, name
        self._beaten_at = float("-inf")

    def beat(self, places: Callable[[], Sequence[str]]) -> None:
        """Called by itself, as often as it likes; `places` are asked for only when it is time."""
        now = steady_seconds()
        if now - self._beaten_at >= SECONDS_BETWEEN_BEATS:
            with suppress(DiskFull):  # whoever needs it finds it by its lock
                write_json(self._place, {"process": Process.here().to_text(), "beat": now, "places": [*places()]})
            self._beaten_at = now

    @property
    def is_there(self) -> bool:
        return liveness.is_held(self.folder, self.name)

    @property
    def process(self) -> Process | None:
        """The process that showed life last; it may be another one's by now, or nobody's."""
        return Process.from_text(self._last.get("process", ""))

    def end_if_hanging(self, after: float) -> bool:
        """Whether nobody is in the way of another one: a caretaker without a beat for so long is ended."""
        if not self.is_there:
            return True
        if self.process is None or steady_seconds() - self._last["beat"] <= after:
            return False
        return self.process.signal(signal.SIGKILL)

    def status(self, record: Record, log: str = "") -> dict[str, Any]:
        """Whether it is there, its places, what it has trained, and what waits for it."""
        places = self._last.get("places", []) if self.is_there else []
        at_work = map(record.seen, record.store.at_work(self.name))
        return {
            "engine": self.name,
            "alive": self.is_there,
            "slots": len(places),
            "places": places,
            "running": [row.id for row in at_work if row.state in HELD],
            "queued": [each.run for each in record.store.waiting(self.name)],
            "log": log,
        }

    def is_missed(self, record: Record) -> bool:
        """Whether there are runs in its care, but nobody to look after them."""
        return not self.is_there and bool(record.store.waiting(self.name) or record.store.at_work(self.name))

    @property
    def _place(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def _last(self) -> dict[str, Any]:
        return read_json(self._place) or {}
