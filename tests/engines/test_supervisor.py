"""The supervisor gives places in the right order to the right devices, and is there whenever it is needed."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.engines.local import Local
from core.engines.nursery import Birth, Death, News
from core.engines.settings import Settings
from core.engines.supervisor import Supervisor
from core.engines.worker import Order
from core.events import Started
from core.home import Home
from core.recipe import Recipe
from core.runs import liveness
from core.runs.log import RunLog
from core.runs.machine import Process
from core.runs.record import Record
from tests.engine_of_test import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks are handed on with file handles")


class Cradle:
    """Bears real processes that hold the run's lock and do nothing else, so they begin in milliseconds."""

    def __init__(self) -> None:
        self.workers: dict[str, tuple[Order, subprocess.Popen[bytes]]] = {}
        self.born: list[News] = []

    def bear(self, order: Order, lock: int) -> None:
        command = [sys.executable, "-S", "-c", "import sys; sys.exit(int(input() or 0))"]
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=[lock])
        self.workers[order.run] = order, worker
        self.born.append(Birth(order, Process.of(worker.pid)))

    def news(self) -> list[News]:
        ended = [run for run, (_, worker) in self.workers.items() if worker.poll() is not None]
        died: list[News] = [Death(order, worker.wait()) for order, worker in map(self.workers.pop, ended)]
        told, self.born = [*self.born, *died], []
        return told

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def overdue(self) -> list[Order]:
        return []

    def close(self) -> None:
        for _, worker in self.workers.values():
            worker.kill()
            worker.communicate()
        self.workers = {}

    def end(self, run: str, code: int = 0) -> None:
        self.workers[run][1].communicate(f"{code}\n".encode())


@pytest.fixture
def cradle() -> Iterator[Cradle]:
    cradle = Cradle()
    yield cradle
    cradle.close()


@pytest.fixture
def record(home_folder: Path) -> Iterator[Record]:
    record = Record(Home(home_folder))
    record.home.engine.mkdir(parents=True)
    yield record
    record.close()


@pytest.fixture
def locked(record: Record) -> Iterator[None]:
    """The engine's lock is held, as it is whenever a supervisor looks at anything."""
    with liveness.held(record.home.engine, Local.name):
        yield


def asked(record: Record, **facts: Any) -> str:
    return record.create(Recipe(), engine="local", **facts)


def states(record: Record, *runs: str) -> list[str]:
    return [record.find(run).state for run in runs]


@pytest.mark.usefixtures("locked")
def test_places_go_in_turn_to_the_owners_and_each_ones_oldest_first(record: Record, cradle: Cradle):
    supervisor = Supervisor(record, Settings(), cradle, places=["cpu"])
    runs = [asked(record, owner=owner, name=owner) for owner in ("ada", "ada", "ada", "bob", "bob", "cleo")]
    begun = []
    for _ in runs:
        supervisor.tick()
        (run,) = cradle.workers
        begun.append(run)
        cradle.end(run)
    supervisor.tick()
    assert [runs.index(run) for run in begun] == [0, 3, 5, 1, 4, 2]


@pytest.mark.usefixtures("locked")
def test_no_owner_holds_more_places_than_the_limit_though_places_are_free(record: Record, cradle: Cradle):
    supervisor = Supervisor(record, Settings(running_per_owner=2), cradle, places=["cpu"] * 4)
    runs = [asked(record, owner=owner) for owner in ("ada", "ada", "ada", "bob")]
    supervisor.tick()
    assert states(record, *runs) == ["running", "running", "queued", "running"]


@pytest.mark.usefixtures("locked")
def test_a_run_gets_the_device_it_asks_for_and_never_the_cpu_in_place_of_a_gpu(record: Record, cradle: Cradle):
    supervisor = Supervisor(record, Settings(), cradle, places=["cuda:0", "cuda:1", "cpu"])
    wanted = ["auto", "cuda:1", "cpu", "auto", "cuda:7"]
    runs = [asked(record, wanted_device=device) for device in wanted]
    supervisor.tick()
    assert states(record, *runs) == ["running", "running", "running", "queued", "failed"]
    assert [record.find(run).device for run in runs[:3]] == ["cuda:0", "cuda:1", "cpu"]
    assert record.find(runs[4]).reason == (
        "There is no place for 'cuda:7' here; choose auto, or one of cuda:0, cuda:1, cpu."
    )


@pytest.mark.usefixtures("locked")
def test_a_worker_that_ends_without_a_word_is_lost_and_its_place_is_given_on(record: Record, cradle: Cradle):
    supervisor = Supervisor(record, Settings(), cradle, places=["cpu"])
    first, second = asked(record), asked(record)
    supervisor.tick()
    assert record.find(first).worker == Process.of(cradle.workers[first][1].pid).to_text() or supervisor.tick()
    cradle.end(first, code=3)
    supervisor.tick()
    assert record.find(first).reason == "Its worker ended without a word (exit code 3); its log may say why."
    assert states(record, first, second) == ["lost", "running"]


@pytest.mark.usefixtures("locked")
def test_a_run_whose_worker_is_still_leaving_waits_for_its_lock(record: Record, cradle: Cradle):
    supervisor, run = Supervisor(record, Settings(), cradle, places=["cpu"]), asked(record)
    with liveness.held(record.folder(run)):
        supervisor.tick()
        assert states(record, run) == ["queued"]
    supervisor.tick()
    assert states(record, run) == ["running"]


def test_a_second_supervisor_leaves_and_touches_nothing(record: Record, cradle: Cradle):
    run = asked(record)
    with liveness.held(record.home.engine, Local.name):
        Supervisor(record, Settings(), cradle, places=["cpu"]).serve()
    assert states(record, run) == ["queued"] and cradle.workers == {}


def test_a_record_that_is_busy_is_told_once_and_waited_for(
    record: Record, cradle: Cradle, capsys: pytest.CaptureFixture
):
    hasty = Record(record.home, busy_seconds=0.05)
    run = asked(hasty)
    supervisor = Supervisor(hasty, Settings(idle_seconds=0.5), cradle, places=["cpu"])
    serving = threading.Thread(target=supervisor.serve, daemon=True)
    with record.store.writing():
        serving.start()
        time.sleep(2.5)
    wait_until(lambda: run in cradle.workers, 30)
    assert states(record, run) == ["running"]
    cradle.end(run)
    serving.join(30)
    assert not serving.is_alive()
    assert capsys.readouterr().err.count("The record of runs is busy") == 1
    hasty.close()


class InThreads(Local):
    """The local engine, but its supervisors are threads: they come and go so often that every race is run."""

    def __init__(self, record: Record, cradle: Cradle):
        super().__init__(record)
        self.cradle, self.threads = cradle, []

    def wake(self) -> None:
        if not self.supervisor.is_there:
            supervisor = Supervisor(self.record, Settings(idle_seconds=0.01), self.cradle, places=["cpu"] * 99)
            self.threads.append(threading.Thread(target=supervisor.serve, daemon=True))
            self.threads[-1].start()


class Lasting(Cradle):
    """Its workers outlive a supervisor."""

    def close(self) -> None:
        return


def test_a_run_that_is_submitted_while_the_supervisor_leaves_is_served(record: Record):
    cradle, dice = Lasting(), random.Random(7)
    engine = InThreads(record, cradle)
    for _ in range(40):
        run = asked(record)
        engine.wake()
        wait_until(lambda run=run: run in cradle.workers, 20)
        cradle.end(run)
        time.sleep(dice.uniform(0, 0.15))  # about as long as the supervisor stays
    for thread in engine.threads:
        thread.join(20)
    assert not liveness.is_held(record.home.engine, Local.name)
    assert len(engine.threads) > 3, "no supervisor ever left: nothing was tested"


def test_a_gpu_whose_run_has_said_what_it_computes_on_is_not_given_away_again(record: Record, cradle: Cradle):
    """What a run tells of its surroundings ("cuda") is no name of a place ("cuda:0")."""
    runs = [record.create(Recipe(seed=seed), engine="local") for seed in range(2)]
    supervisor = Supervisor(record, Settings(), cradle, ["cuda:0", "cpu"])
    supervisor.tick()
    row = record.find(runs[0])
    log = RunLog(record.desk(row.id, row.attempt))
    about: dict[str, Any] = {"classes": [], "pictures": {}, "parts": [], "stages": [], "parameters": {}, "plan": {}}
    log.take(Started(elapsed=0.0, steps_per_epoch=1, epochs=1, environment={"device": "cuda"}, **about))
    supervisor.tick()
    assert [record.find(run).state for run in runs] == ["running", "queued"]


def test_one_run_whose_folder_cannot_be_used_does_not_hold_up_the_others(record: Record, cradle: Cradle):
    odd, sound = (record.create(Recipe(seed=seed), engine="local") for seed in range(2))
    (record.folder(odd) / "lock").mkdir()
    Supervisor(record, Settings(), cradle, ["cpu"]).tick()
    assert [record.find(run).state for run in (odd, sound)] == ["failed", "running"]
    assert "can't be used" in record.find(odd).reason
