"""The datasets that were opened last, kept open for a while: a page asks for the same one again and again."""

import time
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from core.home import Home

if TYPE_CHECKING:
    from core.data.source import Source

KEPT = 4
"""A large dataset's pictures may all stand in memory."""
FRESH = 30.0
"""Seconds after which a dataset is opened anew, for its files may have changed."""


class Shelf:
    """A few open datasets, each as one person sees it. May be used from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: OrderedDict[tuple[Home, str], tuple[float, Source]] = OrderedDict()

    def take(self, name: str, home: Home) -> "Source":
        """The dataset of this name, from the shelf if it was put there a moment ago."""
        with self._lock:
            since, source = self._open.get((home, name), (0.0, None))
        if source is not None and time.monotonic() - since < FRESH:
            return source
        from core.data.fingerprints import open_remembered

        source = open_remembered(name, home)
        with self._lock:
            self._open[home, name] = time.monotonic(), source
            self._open.move_to_end((home, name))
            while len(self._open) > KEPT:
                self._open.popitem(last=False)
        return source

    def drop(self, name: str) -> None:
        """Forget it, whoever looked."""
        with self._lock:
            for key in [key for key in self._open if key[1] == name]:
                del self._open[key]


SHELF = Shelf()
