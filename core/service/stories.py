"""The stories of the runs that are being watched: read from the record once, however many look on."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from core.runs.store import RunStore
from core.service.story import Story

SECONDS_BETWEEN_READS = 1.0
"""Who asks again sooner is told the same; nobody sees a difference in a curve."""
MOST_RUNS = 64
MOST_ROWS = 400_000
"""Steps and stages of epochs that are kept in memory in all, about 100 MB; a single run may have more."""


@dataclass
class _Watched:
    story: Story
    lock: Lock = field(default_factory=Lock)
    read_at: float = float("-inf")
    drawn: dict[int, dict[str, Any]] = field(default_factory=dict)
    """By number of points, as the story is now."""


class Stories:
    """Those that were asked for last. May be used from several threads."""

    def __init__(self, store: RunStore, seconds_between_reads: float = SECONDS_BETWEEN_READS):
        self._store, self._rest = store, seconds_between_reads
        self._watched: OrderedDict[str, _Watched] = OrderedDict()
        self._lock = Lock()
        self.reads = 0
        """How often the events of any run were read."""

    def told(self, run: str, points: int, ended: bool = False) -> dict[str, Any]:
        """A run's story in so many points; of a run that has `ended` all of it, at once. Not to be changed."""
        watched = self._of(run)
        with watched.lock:
            if ended or time.monotonic() - watched.read_at >= self._rest:
                self._read(run, watched)
            if points not in watched.drawn:
                watched.drawn[points] = watched.story.to_json(points)
            drawn = watched.drawn[points]
        self._make_room()
        return drawn

    def _of(self, run: str) -> _Watched:
        with self._lock:
            if run not in self._watched:
                self._watched[run] = _Watched(Story(self._store.recipe(run)))
            self._watched.move_to_end(run)
            return self._watched[run]

    def _read(self, run: str, watched: _Watched) -> None:
        story = watched.story
        while page := self._store.events(run, story.number):
            self.reads += 1
            for said in page:
                story.hear(said)
            watched.drawn.clear()
        watched.read_at = time.monotonic()

    def _make_room(self) -> None:
        with self._lock:
            while len(self._watched) > 1 and self._too_much():
                self._watched.popitem(last=False)

    def _too_much(self) -> bool:
        rows = sum(watched.story.size for watched in self._watched.values())
        return len(self._watched) > MOST_RUNS or rows > MOST_ROWS


_STORIES: "WeakKeyDictionary[RunStore, Stories]" = WeakKeyDictionary()
_FINDING = Lock()


def stories_of(store: RunStore) -> Stories:
    """Those of one database, the same for everybody who looks into it."""
    with _FINDING:
        if store not in _STORIES:
            _STORIES[store] = Stories(store)
        return _STORIES[store]
