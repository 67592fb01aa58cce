"""The keeper of one home: hands its runs to the nodes of a cluster, and writes down for them what they say.

It is a detached actor on the serving machine, where the home is; there is one per home, held by a lock that the
operating system frees when it dies. It knows nothing that the record does not know: its tasks end with it, and the next
keeper lets their runs go on from their last snapshots.
"""

import os
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayError

from core import __version__
from core.engines.caretakers import Caretaker
from core.engines.cluster.nodes import Nodes
from core.engines.cluster.packing import parcel
from core.engines.cluster.parcels import Entry, cut, entries
from core.engines.cluster.reception import Answer, Reception, gone
from core.engines.cluster.rooms import Need, need_of, rooms_for, slots
from core.engines.cluster.task import Order
from core.engines.cluster.work import Work, hand_out
from core.engines.settings import Settings
from core.errors import RecordError, TrainingError
from core.home import Home
from core.runs import liveness
from core.runs.queue import Waiting, in_order
from core.runs.record import Record
from core.runs.states import HELD
from core.runs.store import RunRow

NAME = "ray"
TICK = 0.1


class Keeper:
    """Looks after the runs of one home. Nodes call its methods; a thread of its own does the rest."""

    def __init__(self, home: str, settings: Settings):
        self.record, self.settings = Record(Home(Path(home))), settings
        self._lock = liveness.take(self.record.home.engine, NAME)
        self._me = ray.get_runtime_context().current_actor
        self._nodes = Nodes()
        self._at_work: dict[str, Work] = {}
        self._workers: dict[str, int] = {}
        self._busy_at = time.monotonic()
        self._sign_of_life = Caretaker(self.record.home, NAME)
        threading.Thread(target=self._live, daemon=True).start()

    def is_there(self) -> bool:
        return True

    def ask(self, run: str, attempt: int, question: str, given: Mapping[str, Any]) -> Answer:
        """What an attempt at a run hands in, or wants to know."""
        work = self._at_work.get(run)
        if work is None or work.attempt != attempt:
            return Answer(trouble=str(gone(run, attempt)), superseded=True)
        work.arrived = True
        return work.reception.ask(question, given)

    def contents(self, address: str) -> list[Entry]:
        """The files of a parcel."""
        return entries(parcel(self.record.home, address))

    def piece(self, address: str, name: str, offset: int) -> bytes:
        return cut(parcel(self.record.home, address), name, offset)

    def _live(self) -> None:
        """Ray starts a keeper anew that has died, but not one that only seems to live, nor one that may go."""
        try:
            self._serve()
            ray.kill(self._me, no_restart=True)
        finally:
            if sys.exc_info()[1] is not None:
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    def _serve(self) -> None:
        while True:
            self._work()
            os.close(self._lock)
            # Whoever submitted while the lock was being freed relied on us; whoever does so from now on does not.
            if not self.record.store.waiting(NAME):
                return
            self._lock = liveness.take(self.record.home.engine, NAME)

    def _work(self) -> None:
        self._busy_at = time.monotonic()
        while time.monotonic() - self._busy_at < self.settings.idle_seconds:
            try:
                if self.tick():
                    self._busy_at = time.monotonic()
            except (RecordError, RayError) as error:  # busy, no space, no answer: it may pass
                sys.stderr.write(f"{error}\n")
                time.sleep(1.0)
            time.sleep(TICK)

    def tick(self) -> bool:
        """One look at everything; whether there is anything to look after."""
        for work in [*self._at_work.values()]:
            self._settle_if_ended(work)
        rows = self.record.store.at_work(NAME)
        for row in rows:
            self._look_after(row)
        waiting = self.record.store.waiting(NAME)
        self._refuse_those_without_a_place(waiting)
        self._give_rooms(waiting)
        self._demand(waiting)
        self._sign_of_life.beat(lambda: slots(need_of("auto", self.settings, self._nodes()), self._nodes()))
        return bool(self._at_work or rows or waiting)

    def _settle_if_ended(self, work: Work) -> None:
        ending = work.ending()
        if ending is None:
            return
        work.reception.close()
        row = self.record.store.row(work.run)
        if row and row.attempt == work.attempt and row.state in HELD:
            if row.state == "stopping" and not work.arrived:
                self.record.store.move(row.id, "stopped", "Stopped on request.", only_from="stopping")
            else:
                self.record.settle(row, ending.why, engine_died=ending.nobody_to_blame)
        del self._at_work[work.run]
        work.close()

    def _look_after(self, row: RunRow) -> None:
        """A run of a former keeper goes on; one that is asked to end, and does not, is pressed."""
        work = self._at_work.get(row.id)
        if work is None:
            if not liveness.is_held(self.record.folder(row.id)):
                self.record.settle(row, engine_died=True)
        elif row.state == "stopping" or (row.state == "pausing" and not work.arrived):
            work.press(self.settings, self.record.judges(row.id), row.quiet_for)

    def _refuse_those_without_a_place(self, waiting: list[Waiting]) -> None:
        for each in [*waiting]:
            try:
                self._need(each)
            except TrainingError as error:
                self.record.store.move(each.run, "failed", str(error), only_from="queued")
                waiting.remove(each)

    def _need(self, waiting: Waiting) -> Need:
        return need_of(waiting.device, self.settings, self._nodes())

    def _give_rooms(self, waiting: list[Waiting]) -> None:
        """Begin as many runs as there is room for; a team that waits for room is not overtaken by smaller ones."""
        held = Counter(work.owner for work in self._at_work.values())
        for each in in_order(waiting, held, self.record.store.served()):
            if held[each.owner] >= self.settings.running_per_owner:
                continue
            taken = [room for work in self._at_work.values() for room in work.taken]
            need, processes = self._need(each), self._processes(each.run)
            rooms = rooms_for(need, processes, self._nodes(), taken)
            if rooms and self._begin(each, need, rooms):
                held[each.owner] += 1
                waiting.remove(each)
            elif processes > 1:
                return

    def _processes(self, run: str) -> int:
        if run not in self._workers:
            self._workers[run] = int(self.record.store.recipe(run).get("workers") or 1)
        return self._workers[run]

    def _begin(self, run: Waiting, need: Need, rooms: list[str]) -> bool:
        """Lock the run, claim it, hand it out; killed in between, the lock is free and the run goes on."""
        with ExitStack() as unless_handed_out:
            try:
                lock = liveness.take(self.record.folder(run.run))
            except liveness.Held:  # its last worker is just about to leave
                return False
            unless_handed_out.callback(os.close, lock)
            device = "cuda" if need.get("GPU") else "cpu"
            attempt = self.record.store.begin(run.run, "It has been handed to the cluster.", device)
            if attempt is None:
                return False
            order = self._order(run.run, attempt, device, need)
            self._at_work[run.run] = Work(
                run=run.run,
                attempt=attempt,
                owner=run.owner,
                need=need,
                rooms=rooms,
                lock=lock,
                reception=Reception(self.record.desk(run.run, attempt)),
                task=hand_out(self._me, self.record.home, order, need, rooms),
            )
            unless_handed_out.pop_all()
        return True

    def _order(self, run: str, attempt: int, device: str, need: Need) -> Order:
        return Order(
            run=run,
            attempt=attempt,
            recipe=self.record.store.recipe(run),
            device=device,
            threads=max(1, int(need["CPU"])),
            version=__version__,
            seconds_between_snapshots=self.settings.snapshot_seconds,
        )

    def _demand(self, waiting: list[Waiting]) -> None:
        at_work = [need for work in self._at_work.values() for _, need in work.taken]
        self._nodes.demand(
            [*at_work, *(self._need(each) for each in waiting for _ in range(self._processes(each.run)))]
        )
