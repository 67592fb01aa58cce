"""The table of states: nobody can leave it, the database knows the same one, and every step of it is walked."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engines.base import execute
from core.engines.local import Local
from core.engines.nursery import FreshProcesses
from core.engines.settings import Settings
from core.engines.supervisor import Supervisor
from core.errors import DiskFull, RecordError, TrainingError
from core.events import Event, Step
from core.recipe import Recipe
from core.runs.desk import RecordDesk
from core.runs.liveness import held
from core.runs.log import RunLog
from core.runs.record import Record
from core.runs.states import FOLLOWS, HELD, INSTEAD, MEANING, RESUMABLE, STATES, State, may_follow
from core.runs.store import RunStore
from core.service import queueing
from tests.short_learner import record, short_learner

__all__ = ["record", "short_learner"]

EVERY_STEP = {(before, after) for before, afters in FOLLOWS.items() for after in afters}
states = st.sampled_from(STATES)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunStore]:
    store = RunStore(tmp_path_factory.mktemp("states") / "runs.sqlite")
    yield store
    store.close()


def add(store: RunStore, state: State) -> str:
    run = f"run{store.count()}"
    facts = dict.fromkeys(("name", "recipe_hash", "version", "dataset", "backbone", "strategy"), "")
    store.add(run, state=state, recipe={}, created=0.0, **facts)
    return run


@given(begun_as=states, wanted=st.lists(states, max_size=12))
def test_no_sequence_of_moves_leaves_the_table(store: RunStore, begun_as: State, wanted: list[State]):
    run, now = add(store, begun_as), begun_as
    for state in wanted:
        meant = INSTEAD.get((now, state), state)
        if may_follow(now, meant):
            assert store.move(run, state, "")
            now = meant
        else:
            with pytest.raises(Exception, match=f"is {now}; it can't become {meant}"):
                store.move(run, state, "")
        row = store.row(run)
        assert row is not None and row.state == now


@given(before=states, after=states)
def test_the_database_itself_refuses_what_is_not_in_the_table(store: RunStore, before: State, after: State):
    run = add(store, before)
    with sqlite3.connect(store.path) as db:
        if may_follow(before, after):
            db.execute("UPDATE runs SET state = ? WHERE id = ?", [after, run])
        else:
            with pytest.raises(sqlite3.IntegrityError, match="can not follow"):
                db.execute("UPDATE runs SET state = ? WHERE id = ?", [after, run])
    db.close()


def test_the_database_knows_the_same_table(store: RunStore):
    assert set(store.read("SELECT before, after FROM follows")) == EVERY_STEP


def test_every_state_has_a_meaning_and_can_be_reached_and_none_leads_to_itself():
    assert set(MEANING) == set(STATES)
    assert {after for _, after in EVERY_STEP} == set(STATES)
    assert all(before != after for before, after in EVERY_STEP)
    assert {state for state in STATES if "queued" in FOLLOWS[state]} == {*RESUMABLE, "running"}
    assert all(FOLLOWS[state] for state in HELD)


class Walk:
    """Runs in the hands of the engines' own functions; the database writes down every step from state to state.

    Real processes take the same steps in tests/faults.
    """

    def __init__(self, record: Record):
        self.record, self.engine = record, Asleep(record)
        with record.store.writing() as db:
            db.execute("CREATE TABLE walked (before TEXT, after TEXT)")
            db.execute(
                "CREATE TRIGGER walks AFTER UPDATE OF state ON runs "
                "BEGIN INSERT INTO walked VALUES (OLD.state, NEW.state); END"
            )

    @property
    def steps(self) -> set[tuple[State, State]]:
        return set(self.record.store.read("SELECT before, after FROM walked"))

    def asks(self, act: Callable[..., None], run: str) -> None:
        act(self.record, self.engine, self.record.find(run))

    def waiting(self, **choices: Any) -> str:
        return self.record.create(Recipe(epochs=2, **choices), engine="local")

    def trained(self, *wishes: Callable[..., None], accident: BaseException | None = None) -> str:
        """A run whose owner wishes something in the midst of it, before an accident or the end that its wish brings."""
        run = self.waiting()

        def listen(event: Event) -> None:
            if isinstance(event, Step) and event.step == 3:
                for wish in wishes:
                    self.asks(wish, run)
                if accident is not None:
                    raise accident

        with held(self.record.folder(run)), suppress(KeyboardInterrupt):
            execute(Recipe(epochs=2), RunLog(self.begun(run), on_event=listen), "cpu")
        return run

    def begun(self, run: str) -> RecordDesk:
        attempt = self.record.store.begin(run, "It is being trained.", "cpu")
        assert attempt is not None
        return self.record.desk(run, attempt)

    def ends(self, state: State, *wishes: Callable[..., None]) -> None:
        """A run that says its last word before it hears of the wish."""
        run = self.waiting()
        with held(self.record.folder(run)):
            desk = self.begun(run)
            for wish in wishes:
                self.asks(wish, run)
            desk.end(state, "It says so.", 1.0)

    def dies(self, *wishes: Callable[..., None], engine_too: bool = False) -> str:
        """A run whose worker is gone: the lock of its engine says whether that is gone as well."""
        run = self.waiting()
        with held(self.record.folder(run)):
            self.begun(run)
            for wish in wishes:
                self.asks(wish, run)
        with nullcontext() if engine_too else held(self.record.home.engine, Local.name):
            self.record.find(run)
        return run


class Asleep(Local):
    """A local engine that lets runs wait."""

    def wake(self) -> None:
        return


@pytest.mark.usefixtures("short_learner")
def test_every_step_of_the_table_is_walked(record: Record, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("core.runs.desk.SECONDS_BETWEEN_LOOKS", 0)
    walk, stop, pause = Walk(record), queueing.stop, queueing.pause
    full, broken, interrupted = DiskFull("a disk"), TrainingError("It broke."), KeyboardInterrupt()

    walk.trained()
    walk.trained(stop)
    stopped, paused = walk.trained(stop), walk.trained(pause)
    failed, lost = walk.trained(accident=broken), walk.dies()
    for resting in (stopped, paused, failed, lost):
        walk.asks(queueing.resume, resting)
        walk.asks(stop, resting)
    walk.asks(stop, walk.waiting())
    walk.asks(stop, walk.trained(pause))
    walk.asks(stop, walk.dies(engine_too=True))
    for wishes in ([], [pause], [stop]):
        walk.ends("done", *wishes)
        walk.ends("diverged", *wishes)
        walk.trained(*wishes, accident=broken)
        walk.trained(*wishes, accident=interrupted)
        walk.trained(*wishes, accident=full)
        walk.dies(*wishes)
    walk.dies(pause, engine_too=True)
    walk.trained(pause, stop)
    no_place = record.create(Recipe(), engine="local", wanted_device="cuda:7")
    Supervisor(record, Settings(idle_seconds=0.1, slots="1"), FreshProcesses()).serve()

    assert EVERY_STEP - walk.steps == set(), "nothing walks these steps"
    assert walk.steps - EVERY_STEP == set()
    assert record.find(no_place).state == "failed"


@pytest.mark.usefixtures("short_learner")
def test_whoever_is_asked_to_stop_while_it_pauses_has_stopped(record: Record, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("core.runs.desk.SECONDS_BETWEEN_LOOKS", 0)
    walk = Walk(record)
    walk.ends("paused", queueing.pause, queueing.stop)
    assert record.page()[0].state == "stopped"


def test_the_last_event_and_the_last_state_are_written_together_or_not_at_all(record: Record):
    walk = Walk(record)
    run, finished = walk.waiting(), {"kind": "finished", "elapsed": 1.0, "state": "done"}
    with held(record.folder(run)):
        desk = walk.begun(run)
        with pytest.raises(RecordError, match="running; it can't become running"):
            desk.end("running", "Nonsense.", 1.0, said=[finished])
        assert record.store.told(run) == []
        desk.end("done", "All is done.", 1.0, said=[finished])
    assert [each["kind"] for each in record.store.told(run)] == ["finished"]
