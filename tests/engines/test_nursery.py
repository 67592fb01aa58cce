"""Both nurseries bear workers that hold their run's lock from the first moment, and tell how they end."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.engines.nursery import Birth, Death, ForkServer, FreshProcesses, News, Nursery
from core.engines.worker import Order
from core.home import Home
from core.recipe import Recipe
from core.runs import liveness
from core.runs.record import Record
from tests.engine_of_test import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no fork server")


@pytest.fixture
def record(home_folder: Path) -> Iterator[Record]:
    record = Record(Home(home_folder))
    yield record
    record.close()


@pytest.fixture(params=[ForkServer, FreshProcesses])
def nursery(request: pytest.FixtureRequest) -> Iterator[Nursery]:
    nursery = request.param()
    yield nursery
    nursery.close()


def begun(record: Record) -> tuple[Order, int]:
    """A run that ends at once, because its recipe is of another version; and its lock."""
    run = record.create(Recipe())
    with record.store.writing() as db:
        db.execute("UPDATE runs SET recipe = '{\"of_another\": 1}' WHERE id = ?", [run])
    lock = liveness.take(record.folder(run))
    attempt = record.store.begin(run, "A worker trains it on cpu.", "cpu")
    assert attempt == 1
    order = Order(
        home=str(record.home.folder), run=run, attempt=1, device="cpu", threads=1, seconds_between_snapshots=1
    )
    return order, lock


def heard_of(nursery: Nursery, news: list[News], kind: type[News]) -> News:
    def heard() -> list[News]:
        news.extend(nursery.news())
        return [each for each in news if isinstance(each, kind)]

    wait_until(heard)
    return heard()[0]


def test_a_worker_holds_the_lock_from_its_birth_to_its_death(nursery: Nursery, record: Record):
    order, lock = begun(record)
    nursery.bear(order, lock)
    os.close(lock)
    assert liveness.is_held(record.folder(order.run)), "nobody held it for a moment"
    news: list[News] = []
    assert isinstance(born := heard_of(nursery, news, Birth), Birth) and born.order == order
    died = heard_of(nursery, news, Death)
    assert isinstance(died, Death) and (died.order, died.status) == (order, 0)
    wait_until(lambda: not liveness.is_held(record.folder(order.run)), 5)
    row = record.find(order.run)
    assert row.state == "failed" and "of_another" in row.reason
    assert row.worker == born.process.to_text()


def test_orders_to_a_server_that_died_will_not_be_followed_and_the_next_server_follows_new_ones(record: Record):
    nursery = ForkServer()
    order, lock = begun(record)
    nursery.bear(order, lock)
    os.close(lock)
    server = nursery._server
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: nursery.news() or nursery.overdue() == [order], 10)
    assert not liveness.is_held(record.folder(order.run))
    second, lock = begun(record)
    nursery.bear(second, lock)
    os.close(lock)
    heard_of(nursery, [], Death)
    nursery.close()


def test_a_server_that_hangs_is_given_up(record: Record, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("core.engines.nursery.PATIENCE", 0.5)
    nursery = ForkServer()
    order, lock = begun(record)
    nursery.bear(order, lock)
    os.close(lock)
    assert nursery._server is not None
    os.kill(nursery._server.pid, signal.SIGSTOP)
    assert nursery.overdue() == []
    time.sleep(0.6)
    assert nursery.overdue() == [order] and nursery.overdue() == []
    assert not liveness.is_held(record.folder(order.run))
