"""On a node: a home for one attempt at one run, furnished with what the run needs, and cleared away with it.

What was brought stays in the node's cache, once, however many runs share it; nothing else outlives the attempt.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.data.carried import place_of
from core.engines.cluster.packing import Luggage, parcel
from core.engines.cluster.parcels import inside
from core.home import Home

Bring = Callable[[str, Path], Path]
"""Fetch what stands at an address into a folder, unless it is there."""


def node_cache(environment: Mapping[str, str] = os.environ) -> Home:
    """Where this node keeps what was brought to it (`THAW_NODE_CACHE`)."""
    otherwise = Path(tempfile.gettempdir()) / f"thaw-node-{os.getuid()}"
    return Home(Path(environment.get("THAW_NODE_CACHE") or otherwise).expanduser().resolve())


@contextmanager
def lodging() -> Iterator[Home]:
    """A home for one attempt, cleared away at its end; it shares the node's cache with all others."""
    node = node_cache()
    attempts = node.folder / "attempts"
    attempts.mkdir(parents=True, exist_ok=True, mode=0o700)
    node.cache.mkdir(exist_ok=True)
    home = Home(Path(tempfile.mkdtemp(dir=attempts)))
    home.cache.symlink_to(node.cache)
    try:
        yield home
    finally:
        shutil.rmtree(home.folder, ignore_errors=True)


def furnish(home: Home, recipe: Mapping[str, Any], luggage: Luggage, bring: Bring) -> None:
    """Put the dataset and the backbone of a recipe where training looks for them: nothing else of this node is seen."""
    if luggage.dataset:
        _lead(place_of(recipe["dataset"], home), bring(luggage.dataset, parcel(node_cache(), luggage.dataset)))
    if luggage.weights:
        _lead(
            _place_of_weights(recipe["backbone"], home), bring(luggage.weights, parcel(node_cache(), luggage.weights))
        )
    os.environ.update(THAW_HOME=str(home.folder), THAW_DATA="", THAW_WEIGHTS=str(home.folder / "weights"))


def _place_of_weights(backbone: str, home: Home) -> Path:
    if backbone.startswith("run:"):
        return inside(home.runs, backbone.removeprefix("run:")) / "best"
    return inside(home.folder / "weights", backbone)


def _lead(place: Path, target: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)
