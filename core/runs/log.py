"""RunLog: what a run says is kept, what it holds is saved when due, and what its owner wishes is passed on."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.events import EpochEnded, Event, Finished, Improved, Looked, Predicted, Started, Step, Wish
from core.runs.desk import Desk
from core.runs.states import State

SECONDS_BETWEEN_STEPS = 0.25
SECONDS_BETWEEN_PICTURES = 2.0
SECONDS_BETWEEN_SNAPSHOTS = 30.0
SHARE_FOR_SNAPSHOTS = 0.02
"""Saving the state may take this share of the time, however slow the disk."""
SHARE_FOR_BETTER = 0.1
"""Writing better weights may take this share of the time: after short epochs, others that are better come soon."""
SECONDS_FOR_EPOCHS = 0.5
SHARE_FOR_EPOCHS = 0.01
"""What was said after each epoch may take so long altogether, and this share of the time beyond."""


class RunLog:
    """The ear and the mouth of one run's owner.

    `on_event` hears every event, steps included: it is for a progress bar in the same process, and must be quick.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        on_event: Callable[[Event], None] = lambda event: None,
        seconds_between_snapshots: float = SECONDS_BETWEEN_SNAPSHOTS,
    ):
        self.desk, self.home = desk, desk.home
        self._on_event, self._between_snapshots = on_event, seconds_between_snapshots
        self._held_back: Step | Looked | None = None
        self._kept_at = float("-inf")  # the first step shows at once that something moves
        self._snapshot_at = time.monotonic()
        self._snapshot_cost = 0.0
        self._opened_at, self._epochs_cost = time.monotonic(), 0.0
        self._better: Callable[[Path], None] | None = None
        self._better_at, self._better_cost = self._opened_at, 0.0
        self._elapsed = 0.0

    @property
    def plan(self) -> dict[str, Any] | None:
        """What was measured when the run first started; a resumed run never measures again."""
        return self.desk.plan()

    @property
    def state(self) -> Path | None:
        """The folder of the last snapshot."""
        return self.desk.state()

    def take(self, event: Event) -> Wish:
        """Keep an event, and what it offers to save; answer what the owner wishes."""
        self._elapsed = event.elapsed
        wish = self.desk.wish()
        self.keep_better_weights(at_once=isinstance(event, Predicted | Finished))
        match event:
            case Step() | Looked():
                self._take_one_of_many(event, wish)
            case Started():
                self._keep(event)
                self._describe(event)
            case EpochEnded():
                self._save_epoch(event)
                self._keep(event)
            case Improved(save=save):
                self._better = save
                self.keep_better_weights()
                self._keep(event)
                self.desk.enter(accuracy=event.val_accuracy)
            case Predicted(save=save):
                self._save(f"predictions/{event.split}-{event.weights}", save)
                self._keep(event)
                if (event.split, event.weights) == ("val", "best"):
                    self.desk.enter(accuracy=event.accuracy)
            case Finished():
                self.finish(event.state, event.reason, last=event)
            case _:
                self._keep(event)
        self._on_event(event)
        return wish

    def keep_better_weights(self, at_once: bool = False) -> None:
        """Write the best so far, if that is due and they are not written yet."""
        began = time.monotonic()
        if self._better and (at_once or began - self._better_at >= self._better_cost / SHARE_FOR_BETTER):
            self._save("best", self._better)
            self._better, self._better_at = None, time.monotonic()
            self._better_cost = self._better_at - began

    def finish(self, state: State, reason: str, traceback: str = "", last: Finished | None = None) -> None:
        """The run's last word; a bug's traceback is kept beside it."""
        said = [each.to_json() for each in (self._held_back, last) if each is not None]
        self.desk.end(state, reason, self._elapsed, traceback, said)

    def _keep(self, event: Event) -> None:
        if self._held_back is not None and isinstance(event, EpochEnded):
            self._keep_one_of_many(self._held_back)
        self.desk.say([event.to_json()])

    def _describe(self, event: Started) -> None:
        self.desk.write("plan.json", event.plan)
        self.desk.write("environment.json", {**event.environment, "plan": event.plan})

    def _take_one_of_many(self, said: Step | Looked, wish: Wish) -> None:
        """A few steps a second are enough for any curve; the last of its kind in a row is always kept.

        But of judging, which comes to something that says more. Who was asked to stop shows every sign of life.
        """
        if self._held_back is not None and type(self._held_back) is not type(said):
            self._keep_one_of_many(self._held_back)
        judges = isinstance(said, Looked) and said.purpose == "judging"
        self._held_back = None if judges else said
        now = time.monotonic()
        between = SECONDS_BETWEEN_STEPS if isinstance(said, Step) else SECONDS_BETWEEN_PICTURES
        if now - self._kept_at >= between or (judges and wish == "stop"):
            self._keep_one_of_many(said)
        rest = max(self._between_snapshots, self._snapshot_cost / SHARE_FOR_SNAPSHOTS)
        if said.save is not None and (wish == "pause" or now - self._snapshot_at >= rest):
            self._take_snapshot(said.save)

    def _take_snapshot(self, save: Callable[[Path], None]) -> None:
        """The best that it knows of is written first: whoever goes on from there has no reason to offer it again."""
        self.keep_better_weights(at_once=True)
        began = time.monotonic()
        self._save("snapshot", save)
        self._snapshot_at = time.monotonic()
        self._snapshot_cost = self._snapshot_at - began

    def _keep_one_of_many(self, said: Step | Looked) -> None:
        self.desk.say([said.to_json()])
        self._held_back, self._kept_at = None, time.monotonic()

    def _save_epoch(self, ended: EpochEnded) -> None:
        """On a disk that is slow beside the epochs, some go without."""
        began = time.monotonic()
        if self._epochs_cost <= SECONDS_FOR_EPOCHS + SHARE_FOR_EPOCHS * (began - self._opened_at):
            self._save(f"epochs/{ended.epoch:04}", ended.save)
            self._epochs_cost += time.monotonic() - began

    def _save(self, name: str, save: Callable[[Path], None] | None) -> None:
        if save is not None:
            self.desk.keep(name, save)
