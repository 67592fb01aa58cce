"""Runs on their way: their place in the queue, and what their owner asks of them."""

from collections.abc import Callable
from typing import Any

from core.errors import ExplorerError, RecordError, shown
from core.runs.sweeps import SweepStore
from core.service import queueing
from core.service.actions.bench import Bench
from core.service.actions.manners import manner_of


class QueueActions(Bench):
    """What happens to runs between their beginning and their end."""

    def stop(self, run: str) -> dict[str, Any]:
        return self._after(queueing.stop, run)

    def pause(self, run: str) -> dict[str, Any]:
        return self._after(queueing.pause, run)

    def resume(self, run: str) -> dict[str, Any]:
        return self._after(queueing.resume, run)

    def _after(self, act: Callable[..., None], run: str) -> dict[str, Any]:
        """Do something to a run; answer what state that has led to."""
        row = self.record.find_own(run)
        act(self.record, self.engine, row)
        return {"run": row.id, "state": self.record.find(row.id).state}

    def prioritise(self, run: str, priority: int) -> dict[str, Any]:
        """Let a run that waits go before or after others of its owner."""
        row = self.record.find_own(run)
        queueing.prioritise(self.record, row, priority)
        return {"run": row.id, "priority": priority}

    def sweep(self, word: str) -> dict[str, Any]:
        """A group of runs as one: how far it has come, and the mean and the spread of each combination."""
        from core.service.sweeping import summary

        return summary(self.record, self._sweeps.find(word))

    def sweeps(self, limit: int = -1) -> list[dict[str, Any]]:
        """The groups of runs, newest first."""
        from core.service.sweeping import line

        return [line(self.record, sweep) for sweep in self._sweeps.newest(limit)]

    def stop_sweep(self, word: str) -> dict[str, Any]:
        """End all of a group that has not ended."""
        sweep = self._sweeps.find_own(word)
        runs = queueing.stop_all(self.record, self.engine, self.record.page(sweep=sweep.id))
        if not runs:
            raise RecordError(f"All runs of the sweep {shown(sweep.name)} have ended; there is nothing to stop.")
        return {"sweep": sweep.id, "name": sweep.name, "runs": [{"run": row.id, "state": row.state} for row in runs]}

    @property
    def _sweeps(self) -> SweepStore:
        return SweepStore(self.record.store, self.record.viewer)

    @manner_of("lineup")
    def queue(self) -> dict[str, dict[str, Any]]:
        """Per waiting run: its `position`, and the seconds in which it may start (`starts_in`)."""
        places = queueing.queue(self.record, self.engine.name, self.engine.status()["slots"])
        return {run: place for run, place in places.items() if self.record.sees(run)}

    def logs(self, run: str, last: int | None = None) -> dict[str, Any]:
        """What the worker of a run printed."""
        row = self.record.find(run)
        said = {"lines": queueing.log_of(self.record, row, last), "traceback": queueing.traceback_of(self.record, row)}
        return {"run": row.id, **said}

    @manner_of("doctor")
    def engine_status(self) -> dict[str, Any]:
        """Whether the engine is alive, its places, what it trains and what waits."""
        status = self.engine.status()
        return {**status, **{state: [*filter(self.record.sees, status[state])] for state in ("running", "queued")}}

    @manner_of("runs")
    def wake(self) -> str | None:
        """After a restart: runs that wait for nobody get somebody; costs next to nothing when all is well.

        Answers why that could not be, if so: whoever only looks at runs is shown them all the same.
        """
        try:
            self.engine.wake_if_needed()
        except ExplorerError as error:
            return str(error)
        return None
