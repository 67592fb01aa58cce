"""The files of docs/hosting bring up what they promise."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.home import Home
from core.service.workbench import Workbench
from tests.engines.cluster.conftest import opened, wake
from tests.engines.cluster.test_ray_cluster import QUICK, submit, wait_for
from tests.engines.cluster.two_nodes import ADDRESS, PORT, PROJECT, Cluster

pytestmark = pytest.mark.slow

HOSTING = PROJECT / "docs" / "hosting"
LIGHT = ["--object-store-memory", "80000000"]


@pytest.fixture
def empty() -> Iterator[Cluster]:
    """A namespace in which nothing has been started yet."""
    cluster = opened(secrets.token_hex(16))
    yield cluster
    cluster.close()


@pytest.fixture
def bench(home_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv("THAW_ENGINE", "ray")
    monkeypatch.setenv("THAW_RAY_ADDRESS", ADDRESS)
    bench = Workbench(Home(home_folder))
    yield bench
    bench.close()


def start(cluster: Cluster, script: str, *words: str, **environment: str) -> None:
    started = cluster.run("bash", str(HOSTING / script), *words, **environment)
    assert started.returncode == 0, started.stdout + started.stderr


def test_a_head_that_trains_nothing_and_a_node(empty: Cluster, bench: Workbench):
    temporary = ["--temp-dir", str(empty.folder / "ray"), *LIGHT]
    start(empty, "head.sh", "--num-cpus", "0", *temporary, PORT=str(PORT))
    start(empty, "node.sh", ADDRESS, "--num-cpus", "1", *LIGHT)
    wake(empty, bench.home.folder)
    run = submit(bench, QUICK)
    wait_for(bench, run, "done")
    assert bench.engine_status()["slots"] == 1
    assert len(dashboards(empty)) == 1
    assert all("--host=127.0.0.1" in words for words in dashboards(empty))


def dashboards(cluster: Cluster) -> list[list[str]]:
    return [each.cmdline() for each in cluster.called("dashboard/dashboard.py")]


def test_a_node_without_a_token_says_what_is_missing(empty: Cluster):
    said = empty.run("bash", str(HOSTING / "node.sh"), ADDRESS, RAY_AUTH_TOKEN="", HOME=str(empty.folder))
    assert (said.returncode, "lacks the cluster's token" in said.stderr) == (1, True)


def test_a_cluster_grows_for_a_run_that_waits(empty: Cluster, bench: Workbench):
    words = ["--num-cpus", "0", "--autoscaling-config", str(HOSTING / "autoscaling.yaml")]
    temporary = ["--temp-dir", str(empty.folder / "ray"), *LIGHT]
    start(empty, "head.sh", *words, *temporary, PORT=str(PORT), RAY_FAKE_CLUSTER="1")
    wake(empty, bench.home.folder)
    run = submit(bench, QUICK)
    assert bench.queue()[run]["position"] == 1, "there is no core yet"
    wait_for(bench, run, "done")
