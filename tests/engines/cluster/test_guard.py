"""A cluster that lets anybody in is refused, and so is what is no cluster; each with a sentence."""

import secrets
import sys
from collections.abc import Iterator

import pytest

from core.engines.choosing import open_engine
from core.engines.cluster.guard import address_of
from core.errors import MissingExtra, TrainingError
from core.home import Home
from core.runs.record import Record
from tests.engines.cluster.conftest import opened
from tests.engines.cluster.two_nodes import ADDRESS, Cluster
from tests.short_learner import record
from tests.test_house_rules import modules_after

__all__ = ["record"]


def wake(cluster: Cluster, home: Home, **environment: str) -> tuple[int, str]:
    said = cluster.inside(
        "-m", "core.engines.cluster.waking", str(home.folder), THAW_RAY_ADDRESS=ADDRESS, **environment
    )
    return said.returncode, (said.stderr.strip().splitlines() or [""])[-1]


@pytest.fixture(scope="module")
def open_cluster() -> Iterator[Cluster]:
    """A cluster as `ray start` makes it by itself: whoever reaches it is let in."""
    cluster = opened(token="")
    try:
        cluster.start_node()
        yield cluster
    finally:
        cluster.close()


@pytest.mark.slow
def test_an_open_cluster_is_refused_and_nothing_is_started_there(open_cluster: Cluster, record: Record):
    auth = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(16)}
    code, said = wake(open_cluster, record.home, **auth)
    assert (code, "lets anybody in" in said) == (1, True), said
    assert open_cluster.called("ray::Keeper") == []


@pytest.mark.slow
def test_a_closed_cluster_does_not_take_another_token(cluster: Cluster, record: Record):
    code, said = wake(cluster, record.home, RAY_AUTH_TOKEN=secrets.token_hex(16))
    assert (code, "does not know this token" in said) == (1, True), said


@pytest.mark.slow
def test_who_has_not_asked_for_a_token_is_told_to(cluster: Cluster, record: Record):
    code, said = wake(cluster, record.home, RAY_AUTH_MODE="disabled")
    assert (code, "Set RAY_AUTH_MODE=token" in said) == (1, True), said


@pytest.mark.parametrize("given", ["", "somewhere", "ray://10.0.0.1:10001", "auto", ":6379"])
def test_an_address_must_be_that_of_a_head(given: str):
    with pytest.raises(TrainingError, match=r"THAW_RAY_ADDRESS.*docs/hosting\.md"):
        address_of(given, {})


def test_ray_s_own_variable_names_the_address_too():
    assert address_of("", {"RAY_ADDRESS": "10.0.0.1:6379"}) == "10.0.0.1:6379"
    assert address_of("10.0.0.2:6379", {"RAY_ADDRESS": "10.0.0.1:6379"}) == "10.0.0.2:6379"


def test_where_nobody_listens_is_said_at_once(record: Record, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_RAY_ADDRESS", "127.0.0.1:9")
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    with pytest.raises(TrainingError, match="No cluster answers at 127.0.0.1:9"):
        open_engine(record, "ray").wake()


def test_without_ray_it_is_one_sentence(record: Record, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r'pip install -e "\.\[ray\]"'):
        open_engine(record, "ray")


def test_the_engine_loads_no_ray_into_the_process_that_asks_for_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_ENGINE", "ray")
    loaded = modules_after("from core.service import open_workbench; open_workbench().engine_status()")
    assert "core" in loaded and "ray" not in loaded
