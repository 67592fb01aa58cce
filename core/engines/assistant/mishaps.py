"""An error that a user can mend, on its way from one process to another: the same class, the same sentence."""

from collections.abc import Iterator
from typing import Any

from core.errors import ExplorerError


def told(error: ExplorerError) -> dict[str, Any]:
    return {"kind": type(error).__name__, "sentence": str(error), "facts": vars(error)}


def untold(mishap: dict[str, Any]) -> ExplorerError:
    """The error as it was raised; one whose class is not known here is told all the same."""
    known = {kind.__name__: kind for kind in _kinds(ExplorerError)}
    kind = known.get(mishap["kind"], ExplorerError)
    error = kind.__new__(kind, mishap["sentence"])  # what it was made from has become its sentence already
    vars(error).update(mishap["facts"])
    return error


def _kinds(kind: type[ExplorerError]) -> Iterator[type[ExplorerError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _kinds(child)
