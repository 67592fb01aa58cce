"""Where a run hands in what it says and what it made: the record itself, or somebody who carries it there."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import DiskFull, Superseded
from core.events import EpochEnded, Notice, Wish
from core.home import Home
from core.runs import ballast, liveness
from core.runs.folders import discard, read_json, replace_folder, sweep, write_json, write_text
from core.runs.machine import Process
from core.runs.states import FOLLOWS, State
from core.runs.store import RunStore

if TYPE_CHECKING:
    from core.runs.halving import Judge

SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_FOR_SPACE = 600.0
"""How long a run whose disk is full waits to say so."""

WISHES: dict[str, Wish] = {"stopping": "stop", "pausing": "pause"}
"""What the state says that its owner asks of a run at work."""


class Desk(Protocol):
    """All that a log needs of the world, so that it is the same beside the record and on another machine."""

    run: str
    home: Home

    def plan(self) -> dict[str, Any] | None:
        """What was measured when the run first started; a resumed run never measures again."""
        ...

    def state(self) -> Path | None:
        """The folder of the last snapshot."""
        ...

    def say(self, said: Sequence[Mapping[str, Any]]) -> None:
        """Keep events."""
        ...

    def enter(self, **entries: Any) -> None:
        """Write down facts about the run."""
        ...

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep a JSON file of the run."""
        ...

    def keep(self, name: str, save: Callable[[Path], object]) -> None:
        """Keep a folder of the run in place of its former version."""
        ...

    def end(
        self, state: State, reason: str, seconds: float, traceback: str = "", said: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """The run's last word: its state and its last events, both or neither."""
        ...

    def wish(self) -> Wish:
        """What the run's owner asks of it; asked after every event, so the answer may be a moment old."""
        ...


class RecordDesk:
    """The record on this machine, for one attempt at one run."""

    def __init__(self, store: RunStore, home: Home, run: str, attempt: int):
        self.store, self.home, self.run, self.attempt = store, home, run, attempt
        self.folder = home.runs / run
        self._wish: Wish = None
        self._given_up = ""
        self._looked_at = float("-inf")

    def plan(self) -> dict[str, Any] | None:
        return read_json(self.folder / "plan.json")

    def state(self) -> Path | None:
        place = self.folder / "snapshot"
        return place.resolve() if place.exists() else None

    def begin(self) -> None:
        """The run's worker holds its lock now: what a killed one left half-written can go."""
        sweep(self.folder)
        (self.folder / liveness.TOLD_TO_END).unlink(missing_ok=True)
        ballast.take(self.home)
        self.enter(worker=Process.here().to_text(), started=time.time())

    def say(self, said: Sequence[Mapping[str, Any]]) -> None:
        self.store.say(self.run, said, attempt=self.attempt)
        for ended in (each for each in said if each["kind"] == EpochEnded.kind):
            if why := self._judge.verdict(ended):
                self._give_up(why, ended["elapsed"])

    @cached_property
    def _judge(self) -> "Judge":
        """Called in when the first epoch has ended; one look tells it that a run outside of sweeps is none of its."""
        from core.runs.halving import Judge  # knows recipes, and with them everything that can be chosen

        return Judge(self.store, self.run)

    def _give_up(self, why: str, elapsed: float) -> None:
        """Stop as if its owner had asked; the notice remains when it is resumed, and says that this has been."""
        said = [Notice(elapsed=elapsed, topic=self._judge.topic, message=why).to_json()]
        if self.store.move(self.run, "stopping", why, only_from="running", attempt=self.attempt, said=said):
            self._given_up, self._looked_at = why, float("-inf")

    def enter(self, **entries: Any) -> None:
        self.store.enter(self.run, attempt=self.attempt, **entries)

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        write_json(self.folder / name, content)

    def keep(self, name: str, save: Callable[[Path], object]) -> None:
        replace_folder(self.folder / name, save)

    def end(
        self, state: State, reason: str, seconds: float, traceback: str = "", said: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        if state == "stopped":
            reason = self._given_up or reason
        word = {"ended": time.time(), "seconds": seconds, "said": said}
        give_up = time.monotonic() + SECONDS_FOR_SPACE
        while True:
            try:
                self._end(state, reason, traceback, word)
                return
            except DiskFull:
                if time.monotonic() > give_up:
                    raise
                if not ballast.give_up(self.home):  # what it gave was taken by others, who may give it back
                    time.sleep(1.0)

    def _end(self, state: State, reason: str, traceback: str, word: Mapping[str, Any]) -> None:
        if traceback:
            write_text(self.folder / "traceback.txt", traceback)
        if not self.store.move(self.run, state, reason, attempt=self.attempt, **word):
            raise Superseded(f"The run {self.run} is not in the hands of attempt {self.attempt} any more.")
        tidy(self.folder, state)

    def wish(self) -> Wish:
        now = time.monotonic()
        if now - self._looked_at >= SECONDS_BETWEEN_LOOKS:
            row = self.store.row(self.run)
            self._wish, self._looked_at = WISHES.get(row.state if row else "stopping"), now
        return self._wish


def tidy(folder: Path, state: State) -> None:
    """Remove what nobody needs any more; whoever calls it holds the run's lock."""
    if not FOLLOWS[state]:  # it never goes on, from no snapshot
        discard(folder / "snapshot")
    sweep(folder)
