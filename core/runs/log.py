"""RunLog: what a run says is kept, what it holds is saved when due, and what its owner wishes is passed on."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.events import EpochEnded, Event, Finished, Improved, Predicted, Started, Step, Wish
from core.runs.folders import discard, read_json, replace_folder, sweep, write_json, write_text
from core.runs.record import Record
from core.runs.states import State

SECONDS_BETWEEN_STEPS = 0.25
SECONDS_BETWEEN_SNAPSHOTS = 120.0
SHARE_FOR_SNAPSHOTS = 0.02
"""Saving the state may take this share of the time, however slow the disk."""


class RunLog:
    """The ear and the mouth of one run's owner.

    `on_event` hears every event, steps included: it is for a progress bar in the same process, and must be quick.
    """

    def __init__(
        self,
        record: Record,
        run: str,
        *,
        wish: Callable[[], Wish] = lambda: None,
        on_event: Callable[[Event], None] = lambda event: None,
    ):
        self.run, self.folder, self.home = run, record.folder(run), record.home
        self._store, self._wish, self._on_event = record.store, wish, on_event
        self._held_back: Step | None = None
        self._kept_at = self._snapshot_at = time.monotonic()
        self._snapshot_cost = 0.0
        self._elapsed = 0.0

    @property
    def plan(self) -> dict[str, Any] | None:
        """What was measured when the run first started; a resumed run never measures again."""
        return read_json(self.folder / "plan.json")

    @property
    def state(self) -> Path | None:
        """The folder of the last snapshot."""
        place = self.folder / "snapshot"
        return place.resolve() if place.exists() else None

    def begin(self) -> None:
        """The run's owner holds its lock now: what a killed one left half-written can go."""
        sweep(self.folder)
        self._store.move(self.run, "running")
        self._store.enter(self.run, started=time.time())

    def take(self, event: Event) -> Wish:
        """Keep an event, and what it offers to save; answer what the owner wishes."""
        self._elapsed = event.elapsed
        wish = self._wish()
        match event:
            case Step():
                self._take_step(event, wish)
            case Started():
                self._keep(event)
                self._begin_folder(event)
            case Improved(save=save):
                self._save("best", save)
                self._keep(event)
                self._store.enter(self.run, accuracy=event.val_accuracy)
            case Predicted(save=save):
                self._save(f"predictions/{event.split}-{event.weights}", save)
                self._keep(event)
                if (event.split, event.weights) == ("val", "best"):
                    self._store.enter(self.run, accuracy=event.accuracy)
            case Finished():
                self._keep(event)
                self.finish(event.state, event.reason)
            case _:
                self._keep(event)
        self._on_event(event)
        return wish

    def finish(self, state: State, reason: str, traceback: str = "") -> None:
        """The run's last word; a bug's traceback is kept beside it."""
        if self._held_back is not None:
            self._keep_step(self._held_back)
        if traceback:
            write_text(self.folder / "traceback.txt", traceback)
        self._store.move(self.run, state, reason)
        self._store.enter(self.run, ended=time.time(), seconds=self._elapsed)
        if state in ("done", "diverged"):
            discard(self.folder / "snapshot")
        sweep(self.folder)

    def _keep(self, event: Event) -> None:
        if self._held_back is not None and isinstance(event, EpochEnded | Finished):
            self._keep_step(self._held_back)
        self._store.say(self.run, [event.to_json()])

    def _begin_folder(self, event: Started) -> None:
        write_json(self.folder / "plan.json", event.plan)
        write_json(self.folder / "environment.json", {**event.environment, "plan": event.plan})
        self._store.enter(self.run, device=str(event.environment.get("device", "")))

    def _take_step(self, step: Step, wish: Wish) -> None:
        """A few steps a second are enough for any curve; the last before an epoch's end is always kept."""
        self._held_back = step
        now = time.monotonic()
        if now - self._kept_at >= SECONDS_BETWEEN_STEPS:
            self._keep_step(step)
        rest = max(SECONDS_BETWEEN_SNAPSHOTS, self._snapshot_cost / SHARE_FOR_SNAPSHOTS)
        if step.save is not None and (wish == "pause" or now - self._snapshot_at >= rest):
            self._save("snapshot", step.save)
            self._snapshot_at = time.monotonic()
            self._snapshot_cost = self._snapshot_at - now

    def _keep_step(self, step: Step) -> None:
        self._store.say(self.run, [step.to_json()])
        self._held_back, self._kept_at = None, time.monotonic()

    def _save(self, name: str, save: Callable[[Path], None] | None) -> None:
        if save is not None:
            replace_folder(self.folder / name, save)
