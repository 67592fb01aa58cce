"""Datasets to look at: one in full, its pictures, its cover, and its audit, each made once."""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from core import __version__
from core.data.archives import archive_stem
from core.data.audit import audit
from core.data.finding import located
from core.data.fingerprints import remembered_fingerprint
from core.data.remembering import Memory
from core.data.splits import split
from core.data.thumbnails import cover, known_cover, page_of, thumbnails
from core.errors import ExplorerError
from core.home import Home
from core.service.errands import Errands
from core.service.lately import Lately
from core.service.shelf import SHELF

COVERS = Errands(at_once=1)
FINGERPRINTS = Lately(seconds=5.0)
"""A class that browses must not have every file of every dataset counted at each drawing."""
MOST_AT_ONCE = 48


def look(name: str, home: Home) -> dict[str, Any]:
    """One dataset in full; its pictures stay unread."""
    return {**SHELF.take(name, home).seen, "source": located(name, home).origin}


def pictures(name: str, home: Home, label: str | None, count: int, page: int) -> dict[str, Any]:
    source = SHELF.take(name, home).source
    indices, total = page_of(source, label, page, max(1, min(count, MOST_AT_ONCE)))
    return {"dataset": name, "total": total, "pictures": thumbnails(source, indices, home.cache)}


def pictures_called(name: str, home: Home, files: Sequence[str]) -> dict[str, Any]:
    """The pictures of these names; a file that was skipped is no picture and has none."""
    opened = SHELF.take(name, home)
    indices = [opened.number[file] for file in files if file in opened.number]
    return {"dataset": name, "total": len(indices), "pictures": thumbnails(opened.source, indices, home.cache)}


def cover_of(name: str, home: Home) -> dict[str, Any]:
    """Nine pictures as one, if it is at hand; if not, it is made while others go on, and `coming` says so."""
    fingerprint = _fingerprint(name, home)
    known = known_cover(fingerprint, home.cache) if fingerprint else None
    if known is None and (fingerprint or _opens_by_looking(name, home)):
        _begin_cover(name, home)
    return {"dataset": name, "picture": known, "coming": known is None and COVERS.running(home, name)}


def _begin_cover(name: str, home: Home) -> None:
    if COVERS.state(home, name) != "failed":  # what could not be opened is told by opening it, not tried again
        with suppress(ExplorerError):  # it is being made already
            COVERS.begin(home, name, lambda errand: _made(name, home))


def _made(name: str, home: Home) -> dict[str, Any]:
    cover(SHELF.take(name, home).source, home.cache)
    return {}


def _opens_by_looking(name: str, home: Home) -> bool:
    """Whether nothing has to be fetched or unpacked first: that is for those who mean to use it."""
    origin, place = located(name, home)
    packed = place is not None and not place.is_dir() and archive_stem(place.name) is not None
    return origin in ("built in", "found", "imported") and not packed


def audited(name: str, home: Home) -> dict[str, Any]:
    """The audit of a dataset, from memory where its content is as it was."""
    source = SHELF.take(name, home, fetch=True).source
    memory = _memory(source.fingerprint, home)
    return json.loads(memory.recall() or memory.keep(json.dumps(audit(source, split(source)).to_json())))


def known_audit(name: str, home: Home) -> dict[str, Any] | None:
    """The audit, if it was made before and nothing has changed since, a few seconds apart."""
    fingerprint = _fingerprint(name, home)
    known = _memory(fingerprint, home).recall() if fingerprint else None
    return json.loads(known) if known else None


def _fingerprint(name: str, home: Home) -> str | None:
    return FINGERPRINTS.ask((name, home), lambda: remembered_fingerprint(name, home))


def _memory(fingerprint: str, home: Home) -> Memory:
    return Memory.about(home.cache, f"what is odd, by {__version__}", fingerprint)
