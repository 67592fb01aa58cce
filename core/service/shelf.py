"""The datasets that were opened last, kept open for a while: a page asks for the same one again and again."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from core.errors import DataError
from core.home import Home

if TYPE_CHECKING:
    from core.data.source import Source

KEPT = 4
"""A large dataset's pictures may all stand in memory."""
FRESH = 30.0
"""Seconds after which a dataset is opened anew, for its files may have changed."""


@dataclass(frozen=True)
class Opened:
    """A dataset, where its files are found in it, and what it is at a glance."""

    source: "Source"
    since: float

    @cached_property
    def number(self) -> dict[str, int]:
        return {file: index for index, file in enumerate(self.source.files)}

    @cached_property
    def seen(self) -> dict[str, Any]:
        """The dataset at a glance, which for tens of thousands of pictures takes half a second."""
        from core.data.overview import overview

        return overview(self.source)


class Shelf:
    """A few open datasets, each as one person sees it. May be used from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._opening: dict[tuple[Home, str], Lock] = {}
        self._open: OrderedDict[tuple[Home, str], Opened] = OrderedDict()

    def take(self, name: str, home: Home, fetch: bool = False) -> Opened:
        """The dataset of this name; who only looks never makes it be fetched."""
        with self._lock:
            alone = self._opening.setdefault((home, name), Lock())
        with alone:  # a page asks for dozens of pictures at once; the dataset is opened once
            with self._lock:
                known = self._open.get((home, name))
            if known is None or time.monotonic() - known.since > FRESH:
                known = Opened(_opened(name, home, fetch), time.monotonic())
            self._keep((home, name), known)
        return known

    def _keep(self, key: tuple[Home, str], opened: Opened) -> None:
        with self._lock:
            self._open[key] = opened
            self._open.move_to_end(key)
            while len(self._open) > KEPT:
                gone, _ = self._open.popitem(last=False)
                self._opening.pop(gone, None)

    def drop(self, name: str) -> None:
        """Forget it, whoever looked."""
        with self._lock:
            for key in [key for key in self._open if key[1] == name]:
                del self._open[key]


def _opened(name: str, home: Home, fetch: bool) -> "Source":
    from core.data.finding import located
    from core.data.fingerprints import open_remembered
    from core.data.hub import PREFIX

    if not fetch and (name.startswith(PREFIX) or located(name, home).origin == "download"):
        raise DataError(f"{name} is not here; it is fetched when a run first needs it.")
    return open_remembered(name, home)


SHELF = Shelf()
