"""Where the runs of other machines hand in what they have: each attempt's desk at the record, asked from afar."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from core.engines.cluster.parcels import Entry, Piece, cut, entries, inside, lay
from core.engines.orders import LOG
from core.errors import DiskFull, RecordError, Superseded, telling_of_a_full_disk
from core.events import Wish
from core.runs.desk import RecordDesk
from core.runs.folders import FRESH, sweep, write_text


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a run hears: plain values, so that nothing depends on how errors travel."""

    content: Any = None
    wish: Wish = None
    trouble: str = ""
    superseded: bool = False
    disk_full: bool = False


@dataclass
class Reception:
    """One attempt's desk, opened to its process on another machine; closed when the attempt is given up.

    One call at a time: after `close` has returned, nothing that a ghost sends changes the run any more.
    """

    desk: RecordDesk
    _open: bool = True
    _one: Lock = field(default_factory=Lock)

    def ask(self, question: str, given: Mapping[str, Any]) -> Answer:
        try:
            with self._alone(), telling_of_a_full_disk(self.desk.folder):
                content = QUESTIONS[question](self.desk, **given)
                return Answer(content=content, wish=self.desk.wish())
        except Superseded as error:
            return Answer(trouble=str(error), superseded=True)
        except RecordError as error:
            return Answer(trouble=str(error), disk_full=isinstance(error, DiskFull))

    def close(self) -> None:
        with self._one:
            self._open = False

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._one:
            if not self._open:
                raise gone(self.desk.run, self.desk.attempt)
            yield


def gone(run: str, attempt: int) -> Superseded:
    return Superseded(f"The run {run} is not in the hands of attempt {attempt} any more.")


def _arrive(desk: RecordDesk, where: str) -> None:
    """The run's process has begun, on a node that Ray chose."""
    sweep(desk.folder)
    desk.enter(started=time.time(), reason=f"It is trained on {where}.")


def _plan(desk: RecordDesk) -> dict[str, Any] | None:
    return desk.plan()


def _snapshot(desk: RecordDesk) -> list[Entry] | None:
    folder = desk.state()
    return entries(folder) if folder else None


def _piece_of_snapshot(desk: RecordDesk, name: str, offset: int) -> bytes:
    folder = desk.state()
    if folder is None:
        raise RecordError(f"The run {desk.run} has no snapshot any more.")
    return cut(folder, name, offset)


def _lay(desk: RecordDesk, piece: Piece) -> None:
    lay(_draft(desk), piece)


def _keep(desk: RecordDesk, name: str) -> None:
    """Make what has been laid down piece by piece the run's folder of this name."""
    inside(desk.folder, name)
    desk.keep(name, lambda folder: _move(_draft(desk), folder))
    with suppress(FileNotFoundError):
        _draft(desk).rmdir()


def _draft(desk: RecordDesk) -> Path:
    """Swept like all that is half-written, should nobody finish it."""
    return desk.folder / f"{FRESH}laid-{desk.attempt}"


def _move(laid: Path, folder: Path) -> None:
    for entry in [*laid.iterdir()] if laid.exists() else []:
        entry.replace(folder / entry.name)


def _write(desk: RecordDesk, name: str, content: Mapping[str, Any]) -> None:
    inside(desk.folder, name)
    desk.write(name, content)


def _log(desk: RecordDesk, text: str) -> None:
    """What the run's process printed on its node."""
    place = desk.folder / LOG
    write_text(place, (place.read_text(encoding="utf-8", errors="replace") if place.exists() else "") + text)


QUESTIONS = {
    "arrive": _arrive,
    "look": lambda desk: None,
    "plan": _plan,
    "snapshot": _snapshot,
    "piece of snapshot": _piece_of_snapshot,
    "say": RecordDesk.say,
    "enter": RecordDesk.enter,
    "write": _write,
    "lay": _lay,
    "keep": _keep,
    "log": _log,
    "end": RecordDesk.end,
}
"""All that a node may ask of the record, and nothing else; every answer says what the run's owner wishes."""
