"""What a node does for a run: it trains it, and hands in at the keeper's what comes of it."""

import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import ray
from ray.actor import ActorHandle
from ray.exceptions import RayActorError

from core import __version__
from core.engines.base import execute, last_word
from core.engines.cluster.desk import Call, RemoteDesk
from core.engines.cluster.node import furnish, lodging
from core.engines.cluster.packing import Luggage
from core.engines.cluster.parcels import fetch
from core.errors import ExplorerError, Superseded, TrainingError, telling_of_a_full_disk
from core.recipe import Recipe
from core.runs.log import RunLog

LONGEST_LOG = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Order:
    """All that a node is told: no path of the serving machine, for a node may know none of them."""

    run: str
    attempt: int
    recipe: dict[str, Any]
    device: str
    threads: int
    version: str
    seconds_between_snapshots: float


@ray.remote(max_retries=0, max_calls=1)
def train(keeper: ActorHandle, order: Order, luggage: Luggage) -> None:
    """Train a run; the process is made for it, and ends with it.

    A ghost ends quietly: its run is in other hands, or there is no keeper any more who would listen.
    """
    with suppress(Superseded, RayActorError), lodging() as home:
        desk = RemoteDesk(line_to(keeper, order), order.run, home)
        desk.arrive(here())
        with printed(desk.log):
            recipe = made_ready(desk, keeper, order, luggage)
            if recipe:
                execute(recipe, log_of(desk, order), order.device)


def line_to(keeper: ActorHandle, order: Order) -> Call:
    return partial(keeper.ask.remote, order.run, order.attempt)


def made_ready(desk: RemoteDesk, keeper: ActorHandle, order: Order, luggage: Luggage) -> Recipe | None:
    """The recipe, once all it needs is here; None where that can't be had, and the run has ended with the reason."""
    try:
        with telling_of_a_full_disk(f"the cache of {here()}"):
            furnish(desk.home, order.recipe, _usable(order, luggage), partial(_bring, keeper))
        recipe = Recipe.parse(order.recipe)
    except ExplorerError as error:
        desk.end(*last_word(error), seconds=0.0)
        return None
    import torch  # seconds

    torch.set_num_threads(order.threads)
    return recipe


def log_of(desk: RemoteDesk, order: Order) -> RunLog:
    return RunLog(desk, seconds_between_snapshots=order.seconds_between_snapshots)


def _usable(order: Order, luggage: Luggage) -> Luggage:
    """What the run needs, once it is known that it can be had and that this node can make sense of it."""
    if luggage.trouble:
        raise TrainingError(luggage.trouble)
    if order.version != __version__:
        raise TrainingError(
            f"The node {here()} has Thaw {__version__}, the serving machine {order.version}; install the same on both."
        )
    return luggage


def _bring(keeper: ActorHandle, address: str, target: Path) -> Path:
    """What the keeper has at an address."""
    return fetch(
        target,
        lambda: _told(keeper.contents.remote(address)),
        lambda name, offset: _told(keeper.piece.remote(address, name, offset)),
    )


def _told(answer: "ray.ObjectRef") -> Any:
    return ray.get(answer)


def here() -> str:
    return f"{socket.gethostname()} (node {ray.get_runtime_context().get_node_id()[:8]})"


@contextmanager
def printed(send: Callable[[str], None]) -> Iterator[None]:
    """What the process prints, its traceback included, is sent to stand with the run."""
    with tempfile.TemporaryFile() as file:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(file.fileno(), stream.fileno())
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - LONGEST_LOG))
            if size:
                send(file.read().decode("utf-8", "replace"))
