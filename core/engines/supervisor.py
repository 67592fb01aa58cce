"""The supervisor of one home: gives free places to those whose turn it is, and sees that every run comes to an end.

There is one per home, held by a lock that the operating system frees when it dies, detached from whoever started it. It
knows nothing that the record does not know: killed at any moment, the next one goes on where it was.
"""

import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.engines.caretakers import Caretaker
from core.engines.nursery import Birth, Death, Nursery, open_nursery
from core.engines.orders import TOLD_TO_END, Order
from core.engines.places import place_for, places, threads_for
from core.engines.settings import Settings
from core.errors import ExplorerError, shown
from core.home import Home
from core.runs import liveness
from core.runs.machine import Process
from core.runs.queue import Waiting, in_order
from core.runs.record import Record
from core.runs.states import HELD
from core.runs.store import RunRow

NAME = "local"
TICK = 0.1


def main(folder: str) -> None:
    record = Record(Home(Path(folder)))
    Supervisor(record, Settings.from_environment(), open_nursery()).serve()


@dataclass
class Stopping:
    """Since when a run has been asked to stop, and told to."""

    asked: float
    told: float | None = None


@dataclass
class Supervisor:
    """Looks after the runs of one home."""

    record: Record
    settings: Settings
    nursery: Nursery
    places: list[str] = field(default_factory=list)
    _stopping: dict[tuple[str, int], Stopping] = field(default_factory=dict)
    _busy_at: float = 0.0
    _trouble: str = ""

    def __post_init__(self) -> None:
        self._sign_of_life = Caretaker(self.record.home, NAME)

    def serve(self) -> None:
        """Work until there has been nothing to do for a while; leave at once if somebody else is here."""
        while True:
            self.adopt()
            try:
                lock = liveness.take(self.record.home.engine, NAME)
            except liveness.Held:
                return
            self.places = self.places or places(self.settings)  # may take seconds: others must know that we are here
            self._work()
            os.close(lock)
            # Whoever submitted while the lock was being freed relied on us; whoever does so from now on does not.
            if not self.record.store.waiting(NAME):
                self.nursery.close()
                return

    def adopt(self) -> None:
        """Runs of a former supervisor: those at work stay at work, those whose worker is gone go on."""
        for row in self.record.store.at_work(NAME):
            self.record.seen(row)

    def _work(self) -> None:
        self.adopt_late()
        self._busy_at = time.monotonic()
        while True:
            try:
                busy = self.tick()
            except (ExplorerError, OSError) as error:  # busy, no space, somebody else's file: it may pass
                self._complain(str(error))
                busy = False
                time.sleep(1.0)
            if busy:
                self._busy_at = time.monotonic()
            elif time.monotonic() - self._busy_at > self.settings.idle_seconds:
                return
            self.nursery.wait(TICK)

    def _complain(self, trouble: str) -> None:
        """Once for each trouble: it may last all night, and there may be no space to complain on."""
        if trouble != self._trouble:
            with suppress(OSError):
                sys.stderr.write(f"{trouble}\n")
        self._trouble = trouble

    def adopt_late(self) -> None:
        """The same for whoever died while the lock was being taken: our own lock does not speak for the dead engine."""
        for row in self.record.store.at_work(NAME):
            if not liveness.is_held(self.record.folder(row.id)):
                self.record.settle(row, engine_died=True)

    def tick(self) -> bool:
        """One look at everything; whether there is anything to look after."""
        self._hear()
        at_work = self.record.store.at_work(NAME)
        living = [row for row in at_work if self._lives(row)]
        self._press_those_who_should_stop(living)
        waiting = self.record.store.waiting(NAME)
        busy = bool(at_work or waiting)
        if waiting:
            self._give_places(waiting, living)
        self._sign_of_life.beat(lambda: self.places)
        return busy

    def _hear(self) -> None:
        """What the nursery tells: who was born, who has died and how, whom nobody will ever bear."""
        for news in self.nursery.news():
            row = self._still(news.order)
            match news:
                case Birth(process=process) if row:
                    self.record.store.enter(row.id, worker=process.to_text())
                case Death(status=status) if row:
                    told = status in (TOLD_TO_END, -signal.SIGTERM)  # by a machine that goes down: no fault of the run
                    self.record.settle(row, _how_it_ended(status), engine_died=told)
                case Death():  # it may have been killed right after its last word
                    self.record.tidy(news.order.run)
        for order in self.nursery.overdue():
            row = self._still(order)
            if row and not liveness.is_held(self.record.folder(row.id)):
                self.record.settle(row, engine_died=True)

    def _still(self, order: Order) -> RunRow | None:
        """The run of an order, if this attempt at it is still thought to be at work."""
        row = self.record.store.row(order.run)
        return row if row and row.attempt == order.attempt and row.state in HELD else None

    def _lives(self, row: RunRow) -> bool:
        """Whether a run has a worker; if it has none, that is settled, which frees its place."""
        if liveness.is_held(self.record.folder(row.id)):
            return True
        self._hear()  # how it ended may be known by now
        self.record.seen(row)
        return False

    def _press_those_who_should_stop(self, living: list[RunRow]) -> None:
        """Asked by the record already; then told, by a signal; then made to, children too."""
        asked = {(row.id, row.attempt): row for row in living if row.state == "stopping"}
        self._stopping = {key: self._stopping.get(key, Stopping(time.monotonic())) for key in asked}
        for key, stopping in self._stopping.items():
            worker, now = Process.from_text(asked[key].worker), time.monotonic()
            row, judges = asked[key], self.record.judges(asked[key].id)
            if worker is None or self.settings.may_go_on(now - stopping.asked, judges, row.quiet_for):
                continue
            if stopping.told is None:
                stopping.told = now if worker.signal(signal.SIGTERM) else None
            elif now - stopping.told >= self.settings.stop_grace:
                worker.signal(signal.SIGKILL, with_children=True)

    def _give_places(self, waiting: list[Waiting], living: list[RunRow]) -> None:
        """Begin as many runs as there are places free."""
        self._refuse_those_without_a_place(waiting)
        free, held = self._free(living), Counter(row.owner for row in living)
        sharing = min(len(self.places), len(waiting) + len(living))
        while free:
            turn = self._next(in_order(waiting, held, self.record.store.served()), free, held)
            if turn is None:
                return
            run, place = turn
            waiting.remove(run)
            if self._begin(run, place, sharing):
                free.remove(place)
                held[run.owner] += 1

    def _refuse_those_without_a_place(self, waiting: list[Waiting]) -> None:
        for each in [each for each in waiting if not place_for(each.device, self.places, self.places)]:
            offered = ", ".join(dict.fromkeys(self.places))
            reason = f"There is no place for {shown(each.device)} here; choose auto, or one of {offered}."
            self.record.store.move(each.run, "failed", reason, only_from="queued")
            waiting.remove(each)

    def _next(self, order: list[Waiting], free: list[str], held: Counter[str]) -> tuple[Waiting, str] | None:
        for each in order:
            place = place_for(each.device, free, self.places)
            if place and held[each.owner] < self.settings.running_per_owner:
                return each, place
        return None

    def _free(self, living: list[RunRow]) -> list[str]:
        taken, free = Counter(row.device for row in living), []
        for place in self.places:
            if taken[place] > 0:
                taken[place] -= 1
            else:
                free.append(place)
        return free

    def _begin(self, run: Waiting, place: str, sharing: int) -> bool:
        """Lock the run, claim it, have a worker born; killed in between, the lock is free and the run goes on."""
        try:
            lock = liveness.take(self.record.folder(run.run))
        except liveness.Held:  # its last worker is just about to leave
            return False
        except OSError as error:  # what is wrong with one run's folder must not keep the others waiting
            reason = f"Its folder {self.record.folder(run.run)} can't be used ({error.strerror}); mend it, then resume."
            self.record.store.move(run.run, "failed", reason, only_from="queued")
            return False
        try:
            attempt = self.record.store.begin(run.run, f"A worker trains it on {place}.", place)
            if attempt is None:
                return False
            order = Order(
                home=str(self.record.home.folder),
                run=run.run,
                attempt=attempt,
                device=place,
                threads=threads_for(place, sharing),
                seconds_between_snapshots=self.settings.snapshot_seconds,
            )
            self.nursery.bear(order, lock)
        finally:
            os.close(lock)
        return True


def _how_it_ended(status: int) -> str:
    if status < 0:
        name = next((each.name for each in signal.Signals if each == -status), f"signal {-status}")
        hint = " The machine may have run out of memory." if name == "SIGKILL" else ""
        return f"Its worker was ended from outside ({name}).{hint} It can be resumed from its last snapshot."
    return f"Its worker ended without a word (exit code {status}); its log may say why."


if __name__ == "__main__":
    main(sys.argv[1])
