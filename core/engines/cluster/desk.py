"""A run's desk on a node: what it hands in travels to the keeper, one call at a time, and comes back as a wish."""

import socket
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ray

from core.engines.cluster.parcels import fetch, pieces
from core.engines.cluster.reception import Answer
from core.errors import DiskFull, RecordError, Superseded, telling_of_a_full_disk
from core.events import Finished, Wish
from core.home import Home
from core.runs.desk import SECONDS_BETWEEN_LOOKS
from core.runs.states import State

Call = Callable[[str, Mapping[str, Any]], "ray.ObjectRef"]
"""A question and what is given with it; the answer is under way."""


class RemoteDesk:
    """The keeper's record, from afar. Training goes on while a call is under way; the next one waits for its answer."""

    def __init__(self, call: Call, run: str, home: Home):
        self.run, self.home = run, home
        self.finished = False  # whether training has said so itself, and no trouble has ended it
        self._call = call
        self._under_way: ray.ObjectRef | None = None
        self._wish: Wish = None
        self._looked_at = float("-inf")

    def arrive(self, where: str) -> None:
        self._ask("arrive", where=where)

    def plan(self) -> dict[str, Any] | None:
        return self._ask("plan")

    def state(self) -> Path | None:
        """The last snapshot, brought here; it stands in this attempt's own folder."""
        listed = self._ask("snapshot")
        if listed is None:
            return None
        return fetch(
            self.home.folder / "snapshot",
            lambda: listed,
            lambda name, offset: self._ask("piece of snapshot", name=name, offset=offset),
        )

    def say(self, said: Sequence[Mapping[str, Any]]) -> None:
        self._send("say", said=said)

    def enter(self, **entries: Any) -> None:
        self._send("enter", **entries)

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        self._send("write", name=name, content=content)

    def keep(self, name: str, save: Callable[[Path], object]) -> None:
        node = f"the cache of {socket.gethostname()}"
        with telling_of_a_full_disk(node), tempfile.TemporaryDirectory(dir=self.home.folder) as folder:
            save(Path(folder))
            for piece in pieces(Path(folder)):
                self._send("lay", piece=piece)
        self._ask("keep", name=name)

    def log(self, text: str) -> None:
        self._ask("log", text=text)

    def end(
        self, state: State, reason: str, seconds: float, traceback: str = "", said: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self._ask("end", state=state, reason=reason, seconds=seconds, traceback=traceback, said=said)
        self.finished = finishes(said)

    def wish(self) -> Wish:
        """Asks without waiting: the answer is heard at a later step."""
        if self._under_way is not None:
            if ray.wait([self._under_way], timeout=0)[0]:
                self._hear()
        elif time.monotonic() - self._looked_at >= SECONDS_BETWEEN_LOOKS:
            self._send("look")
        return self._wish

    def _ask(self, question: str, **given: Any) -> Any:
        self._send(question, **given)
        return self._hear()

    def _send(self, question: str, **given: Any) -> None:
        self._hear()
        self._under_way = self._call(question, given)

    def _hear(self) -> Any:
        """The answer to what is under way, and the wish in it."""
        if self._under_way is None:
            return None
        answer: Answer = ray.get(self._under_way)
        self._under_way, self._looked_at = None, time.monotonic()
        if answer.superseded:
            raise Superseded(answer.trouble)
        if answer.disk_full:
            raise DiskFull("the runs of the serving machine")
        if answer.trouble:
            raise RecordError(answer.trouble)
        self._wish = answer.wish
        return answer.content


class MemberDesk(RemoteDesk):
    """The desk of those who train along: the first of the team speaks for all, and they only of their own troubles."""

    def plan(self) -> None:
        return None

    def state(self) -> None:
        return None

    def say(self, said: Sequence[Mapping[str, Any]]) -> None:
        pass

    def enter(self, **entries: Any) -> None:
        pass

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        pass

    def keep(self, name: str, save: Callable[[Path], object]) -> None:
        pass

    def end(
        self, state: State, reason: str, seconds: float, traceback: str = "", said: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.finished = finishes(said)
        if not self.finished:
            super().end(state, reason, seconds, traceback)

    def wish(self) -> Wish:
        return None


def finishes(said: Sequence[Mapping[str, Any]]) -> bool:
    return any(each["kind"] == Finished.kind for each in said)
