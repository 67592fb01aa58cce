"""The process that joins the cluster for a moment, and sees that there is a keeper.

A process of its own, so that a page server or a terminal never becomes a part of the cluster, whatever befalls it.
"""

import hashlib
import sys
import time
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from core.engines.cluster.guard import HOW, REFUSED, address_of, knock, refuse_an_open_one
from core.engines.cluster.keeper import NAME, Keeper
from core.engines.cluster.rooms import need_of
from core.engines.settings import Settings
from core.errors import ExplorerError, TrainingError
from core.home import Home
from core.runs import liveness

NAMESPACE = "thaw"
CALLS_AT_ONCE = 64
PATIENCE = 60.0


def wake(home: Home) -> None:
    settings = Settings.from_environment()
    need_of("auto", settings, [])  # what is set wrongly is said now, to whoever set it
    address = address_of(settings.ray_address)
    refuse_an_open_one(address)
    _join(address)
    try:
        _see_that_there_is_a_keeper(home, settings)
    except RayError as error:
        raise TrainingError(f"The cluster at {address} can't keep this home's runs ({_first(error)}).") from None


def _join(address: str) -> None:
    if knock(address) == REFUSED:
        raise TrainingError(
            f"The cluster at {address} does not know this token; set RAY_AUTH_TOKEN, or the file that "
            "RAY_AUTH_TOKEN_PATH names, to the token that its nodes were started with."
        )
    try:
        ray.init(address=address, namespace=NAMESPACE, log_to_driver=False, configure_logging=False)
    except (ConnectionError, RuntimeError) as error:
        raise TrainingError(
            f"This machine is not a node of the cluster at {address} ({_first(error)}); make it one: {HOW}."
        ) from None


def _see_that_there_is_a_keeper(home: Home, settings: Settings) -> None:
    """One that has just died may still be in its place for a moment."""
    end = time.monotonic() + PATIENCE
    while not liveness.is_held(home.engine, NAME):
        try:
            ray.get(_keeper(home, settings).is_there.remote(), timeout=PATIENCE)
        except RayError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def _keeper(home: Home, settings: Settings) -> Any:
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    made = ray.remote(Keeper).options(
        name=f"keeper-{hashlib.blake2b(str(home.folder).encode(), digest_size=8).hexdigest()}",
        get_if_exists=True,
        lifetime="detached",
        max_restarts=-1,
        num_cpus=0,
        max_concurrency=CALLS_AT_ONCE,
        scheduling_strategy=here,
    )
    return made.remote(str(home.folder), settings)


def _first(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[-1][:300].rstrip(".")


if __name__ == "__main__":
    try:
        wake(Home(Path(sys.argv[1])))
    except ExplorerError as error:
        sys.exit(str(error))
