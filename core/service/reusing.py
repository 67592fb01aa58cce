"""Whether a finished run answers for its twin: the same recipe, by the same version, on the same data and weights."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core import __version__
from core.runs.copying import copy_run
from core.runs.folders import read_json
from core.runs.record import Record
from core.runs.store import RunRow

if TYPE_CHECKING:
    from core.recipe import Recipe

OPEN_TO_ALL = ("built in", "found")
"""Where data comes from that all may use here. An import is its owner's, and so may be what the hub gives."""


def answer(record: Record, recipe: "Recipe", owner: str = "", **facts: Any) -> str | None:
    """The finished run that a recipe need not be trained for: the asker's own, or a copy of another person's as such.

    `facts` are a copy's name, request and sweep.
    """
    own, others = _finished(record, recipe, owner)
    if twin := next(_alike(record, recipe, own), None):
        return twin.id
    if not others or not _open_to_all(record, recipe):
        return None
    copies = (copy_run(record, twin, owner=owner, **facts) for twin in _alike(record, recipe, others))
    return next(filter(None, copies), None)


def _finished(record: Record, recipe: "Recipe", owner: str) -> tuple[list[RunRow], list[RunRow]]:
    """The owner's finished runs of a recipe, and those of others."""
    rows = record.store.finished_like(recipe.hash, __version__)
    return [row for row in rows if row.owner == owner], [row for row in rows if row.owner != owner]


def _open_to_all(record: Record, recipe: "Recipe") -> bool:
    from core.data.finding import located

    return not recipe.backbone.startswith("run:") and located(recipe.dataset, record.home).origin in OPEN_TO_ALL


def _alike(record: Record, recipe: "Recipe", rows: list[RunRow]) -> Iterator[RunRow]:
    """Those that had the very pictures and weights that are here now: neither's name says what it holds today."""
    if not rows:
        return
    from core.data.fingerprints import fingerprint_of
    from core.training.origins import origin_of

    data = fingerprint_of(recipe.dataset, record.home)
    for row in rows:
        began = read_json(record.folder(row.id) / "environment.json") or {}
        origin = began.get("origin")
        if data is None or origin is None or began.get("data") != data:
            continue
        if origin == origin_of(recipe, record.home, origin.get("hub")):
            yield row
