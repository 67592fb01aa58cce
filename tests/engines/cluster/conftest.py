"""One cluster for a module's tests: two nodes of one core each, closed to strangers."""

import os
import secrets
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.home import Home
from core.service.workbench import Workbench
from tests.engines.cluster.two_nodes import ADDRESS, Cluster, NoNamespace

END_KEEPERS = """
import ray
ray.init("{address}", namespace="thaw", log_to_driver=False)
for each in ray.util.list_named_actors():
    if each.startswith("keeper-"):
        ray.kill(ray.get_actor(each))
"""


def opened(token: str) -> Cluster:
    """A namespace for a cluster, or a skip that says why there is none."""
    if find_spec("ray") is None:
        pytest.skip("Ray is an optional part, and not installed here")
    cluster = Cluster(token)
    try:
        cluster.open()
    except (NoNamespace, FileNotFoundError) as error:
        cluster.close()
        pytest.skip(f"no network namespace of one's own here: {error}")
    return cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = opened(secrets.token_hex(16))
    try:
        cluster.start_node()
        cluster.start_node()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def bench(cluster: Cluster, home_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """The test's home, its runs in the hands of the cluster; its keeper ends with the test."""
    surroundings = {
        "THAW_HOME": str(home_folder),
        "THAW_ENGINE": "ray",
        "THAW_RAY_ADDRESS": ADDRESS,
        "THAW_SNAPSHOT_SECONDS": "0.5",
        "THAW_STOP_GRACE": "2",
        "THAW_IDLE_SECONDS": "60",
    }
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    wake(cluster, home_folder)
    bench = Workbench(Home(home_folder))
    yield bench
    bench.close()
    ended = cluster.inside("-c", END_KEEPERS.format(address=ADDRESS))
    assert ended.returncode == 0, ended.stderr


def wake(cluster: Cluster, home: Path) -> None:
    """What submitting does, done inside the namespace: from out here no cluster can be seen."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("THAW_")}
    woken = cluster.inside("-m", "core.engines.cluster.waking", str(home), **settings)
    assert woken.returncode == 0, woken.stderr
