"""The fingerprint of a dataset without opening it, where it was opened before and has not changed since."""

from functools import lru_cache

from core import __version__
from core.data.finding import located, open_source
from core.data.remembering import Memory
from core.data.source import Source
from core.home import Home


def open_remembered(name: str, home: Home) -> Source:
    """The dataset of this name, ready to be read; its fingerprint is remembered."""
    memory = _memory(name, home)
    source = open_source(name, home)
    if memory:
        memory.keep(source.fingerprint)
    return source


def fingerprint_of(name: str, home: Home) -> str | None:
    """What the fingerprint of a dataset is by now; None where it would have to be fetched first."""
    memory = _memory(name, home)
    if memory:
        return memory.recall() or memory.keep(open_source(name, home).fingerprint)
    return _built_in(name, home) if located(name, home).origin == "built in" else None


def remembered_fingerprint(name: str, home: Home) -> str | None:
    """The same without opening anything large: None where it is not remembered, or the dataset has changed since."""
    if located(name, home).origin == "built in":
        return _built_in(name, home)
    memory = _memory(name, home)
    return memory.recall() if memory else None


@lru_cache
def _built_in(name: str, home: Home) -> str:
    """What comes with Thaw stays as it is while Thaw runs."""
    return open_source(name, home).fingerprint


def _memory(name: str, home: Home) -> Memory | None:
    place = located(name, home).place
    return Memory.of(home.cache, f"fingerprint of {name} by {__version__}", place) if place else None
