"""Work that goes on in the server while pages are drawn: who asked may leave, and finds it again by its name."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from threading import Lock, Semaphore, Thread
from typing import Any, Literal

from core.errors import ExplorerError, RecordError
from core.home import Home

KEPT = 50
"""Errands that are remembered after their end."""


@dataclass
class Errand:
    """One piece of work, as far as it has come."""

    name: str
    state: Literal["running", "done", "failed"] = "running"
    done: int = 0
    of: int = 0
    """0 while nobody knows how much there is to do."""
    result: dict[str, Any] | None = None
    error: str | None = None

    def heard(self, done: int, of: int) -> None:
        self.done, self.of = done, of


Work = Callable[[Errand], dict[str, Any]]


class Errands:
    """All of one kind, for every home and whoever looks at it; so many are at work at once, others wait their turn."""

    def __init__(self, at_once: int):
        self._lock, self._turn = Lock(), Semaphore(at_once)
        self._known: dict[tuple[Home, str], Errand] = {}
        self._threads: dict[tuple[Home, str], Thread] = {}

    def begin(self, home: Home, name: str, work: Work) -> None:
        """Begin, unless the same is under way. The thread never keeps the server from ending."""
        key = home, name
        with self._lock:
            if self.running(home, name):
                raise RecordError(f"{name} is being worked on already; wait until that is done.")
            self._known.pop(key, None)
            self._forget_the_oldest()
            errand = self._known[key] = Errand(name)
            self._threads[key] = Thread(target=self._run, args=(errand, work), daemon=True)
        self._threads[key].start()

    def running(self, home: Home, name: str) -> bool:
        return self.state(home, name) == "running"

    def state(self, home: Home, name: str) -> str | None:
        known = self._known.get((home, name))
        return known.state if known else None

    def known(self, home: Home) -> list[dict[str, Any]]:
        """All that were begun in a home, the newest last, until they are dismissed."""
        with self._lock:
            return [asdict(errand) for (of, _), errand in self._known.items() if of == home]

    def dismiss(self, home: Home, name: str) -> None:
        """Forget how it ended; what is under way goes on."""
        with self._lock:
            if not self.running(home, name):
                self._known.pop((home, name), None)

    def wait(self, home: Home, name: str) -> None:
        if (home, name) in self._threads:
            self._threads[home, name].join()

    def _run(self, errand: Errand, work: Work) -> None:
        with self._turn:
            try:
                errand.result = work(errand)
                errand.state = "done"
            except ExplorerError as error:
                errand.error = str(error)
            finally:  # a bug ends the thread, with its traceback in the server's log
                if errand.state != "done":
                    errand.error = errand.error or "Something unforeseen went wrong; the server's log tells what."
                    errand.state = "failed"

    def _forget_the_oldest(self) -> None:
        ended = [key for key, errand in self._known.items() if errand.state != "running"]
        for key in ended[: max(0, len(ended) - KEPT)]:
            del self._known[key]
        self._threads = {key: thread for key, thread in self._threads.items() if key in self._known}
