"""One cluster for a module's tests: two nodes of one core each, closed to strangers."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.home import Home
from core.runs import liveness
from core.service.workbench import Workbench
from tests.engines.cluster.two_nodes import ADDRESS, Cluster, NoNamespace, wait_until

pytest.importorskip("ray", reason="Ray is an optional part; it is not installed here")


def opened(token: str) -> Cluster:
    """A namespace for a cluster, or a skip that says why there is none."""
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
    """The test's home, its runs in the hands of the cluster; its keeper has left when the test is over."""
    surroundings = {
        "THAW_HOME": str(home_folder),
        "THAW_ENGINE": "ray",
        "THAW_RAY_ADDRESS": ADDRESS,
        "THAW_SNAPSHOT_SECONDS": "0.5",
        "THAW_STOP_GRACE": "2",
        "THAW_IDLE_SECONDS": "5",
    }
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    woken = cluster.inside("-m", "core.engines.cluster.waking", str(home_folder), **surroundings)
    assert woken.returncode == 0, woken.stderr
    bench = Workbench(Home(home_folder))
    yield bench
    for run in bench.runs():
        if run["state"] in ("queued", "running", "pausing"):
            bench.stop(run["run"])
    wait_until(lambda: not liveness.is_held(bench.home.engine, "ray"), 60)
    bench.close()
