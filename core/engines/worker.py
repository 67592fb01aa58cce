"""A worker: a process that is made for one run, trains it, and ends."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from core.engines.base import execute, last_word
from core.engines.orders import LOG, SURROUNDINGS, TOLD_TO_END, Order
from core.errors import ExplorerError
from core.home import Home
from core.recipe import Recipe
from core.runs import liveness
from core.runs.desk import RecordDesk
from core.runs.folders import read_json
from core.runs.log import RunLog
from core.runs.record import Record

PATIENCE = 120.0
"""A person is told after seconds that the record is busy; hours of training may wait a little longer."""


def work(order: Order) -> None:
    """Train the run; its lock is held by this process, its attempt has been begun."""
    _write_into(order.folder / LOG)
    os.environ.update(read_json(order.folder / SURROUNDINGS) or {})
    record = Record(Home(Path(order.home)), busy_seconds=PATIENCE)
    desk = record.desk(order.run, order.attempt)
    _heed_who_ends_it(desk)
    try:
        desk.begin()
        recipe = Recipe.parse(record.store.recipe(order.run))
    except ExplorerError as error:
        desk.end(*last_word(error), seconds=0.0)
        return
    import torch  # seconds, unless it has been loaded before the fork

    torch.set_num_threads(order.threads)
    execute(recipe, RunLog(desk, seconds_between_snapshots=order.seconds_between_snapshots), order.device)


def _heed_who_ends_it(desk: RecordDesk) -> None:
    """A worker that is told to end because its run was stopped says so. Told by a machine that goes down, it leaves as
    if it had been killed: the run is to go on."""

    def end(number: int, frame: FrameType | None) -> None:
        if desk.wish() != "stop":
            liveness.note_that_told(desk.folder, desk.attempt)
            os._exit(TOLD_TO_END)
        raise KeyboardInterrupt("Stopped on request, without waiting for what it was at.")

    signal.signal(signal.SIGTERM, end)


def _write_into(log: Path) -> None:
    """What the worker prints, its traceback included, stands with the run."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(handle, stream.fileno())
    os.close(handle)


if __name__ == "__main__":
    work(Order.from_text(sys.argv[1]))
