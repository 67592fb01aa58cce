"""The database of runs: many writers, long histories, older and newer forms."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import NotFound, RecordError
from core.runs.migrations import STEPS, migrate
from core.runs.store import RunStore

FACTS = {
    "name": "one",
    "recipe_hash": "abc",
    "version": "0",
    "dataset": "digits",
    "backbone": "thaw_small",
    "strategy": "full",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    store = RunStore(tmp_path / "home" / "runs.sqlite")
    yield store
    store.close()


def add(store: RunStore, run: str, state: str = "queued") -> None:
    store.add(run, state=state, recipe={"epochs": 1}, created=time.time(), **FACTS)  # type: ignore[arg-type]


def step(number: int) -> dict:
    return {"kind": "step", "elapsed": float(number), "epoch": 0, "step": number, "pictures": 32, "lr": 1e-3}


def test_looking_into_an_empty_home_writes_nothing(store: RunStore):
    assert store.newest() == [] and store.row("abc") is None and store.count() == 0
    assert not store.path.parent.exists()


def test_runs_come_newest_first_and_in_pages(store: RunStore):
    for run in ("b22222", "b33333", "b44444"):
        add(store, run)
    first = store.newest(limit=2)
    assert [row.id for row in first] == ["b44444", "b33333"]
    assert [row.id for row in store.newest(limit=2, before=first[-1].number)] == ["b22222"]


def test_a_second_run_with_the_same_id_is_refused(store: RunStore):
    add(store, "b22222")
    with pytest.raises(sqlite3.IntegrityError):
        add(store, "b22222")


def test_events_are_numbered_on_and_read_incrementally(store: RunStore):
    add(store, "b22222")
    store.say("b22222", [step(1), step(2)])
    store.say("b22222", [step(3), {"kind": "notice", "elapsed": 4.0, "topic": "t", "message": "m"}])
    assert [each["number"] for each in store.events("b22222")] == [1, 2, 3, 4]
    assert [each["step"] for each in store.events("b22222", after=1, limit=2)] == [2, 3]
    assert [each["kind"] for each in store.told("b22222")] == ["notice"]
    last = store.last_event("b22222")
    assert last is not None and last["elapsed"] == 4.0


def test_a_page_of_events_holds_five_hundred_at_most(store: RunStore):
    add(store, "b22222")
    store.say("b22222", [step(number) for number in range(700)])
    assert len(store.events("b22222", limit=10_000)) == 500


def test_a_loss_that_is_not_finite_is_stored_as_null(store: RunStore):
    add(store, "b22222")
    store.say("b22222", [step(1) | {"loss": float("nan"), "losses": {"l1": float("inf"), "ce": 1.5}}])
    said = store.events("b22222")[0]
    assert said["loss"] is None and said["losses"] == {"l1": None, "ce": 1.5}


def test_a_run_moves_only_where_the_table_allows(store: RunStore):
    add(store, "b22222", "running")
    store.move("b22222", "done", "All epochs were run.")
    with pytest.raises(RecordError, match="The run b22222 is done; it can't become running."):
        store.move("b22222", "running", "At work.")
    row = store.row("b22222")
    assert row is not None and (row.state, row.reason) == ("done", "All epochs were run.")
    with pytest.raises(NotFound):
        store.move("nobody", "running", "At work.")


def test_of_two_who_see_a_lost_run_one_writes_it_down(store: RunStore):
    add(store, "b22222", "running")
    assert store.move("b22222", "lost", "gone", only_from="running")
    assert not store.move("b22222", "lost", "gone", only_from="running")


def test_deleting_a_run_takes_its_events_along(store: RunStore):
    add(store, "b22222")
    add(store, "b33333")
    store.say("b22222", [step(1)])
    store.say("b33333", [step(1)])
    store.delete("b22222")
    assert store.row("b22222") is None and store.events("b22222") == [] and len(store.events("b33333")) == 1


def test_many_threads_write_at_once_and_nothing_is_lost(store: RunStore):
    add(store, "b22222")
    threads = [
        threading.Thread(target=lambda: [store.say("b22222", [step(n)]) for n in range(50)], daemon=True)
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each["number"] for each in store.events("b22222")] == list(range(1, 401))


def test_two_stores_open_a_new_home_at_the_same_moment(tmp_path: Path):
    stores = [RunStore(tmp_path / "runs.sqlite") for _ in range(6)]
    barrier = threading.Barrier(len(stores))

    def begin(number: int) -> None:
        barrier.wait()
        add(stores[number], f"b2222{number + 2}")

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(len(stores))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].count() == len(stores)
    for store in stores:
        store.close()


def test_a_database_held_by_another_program_is_waited_for_and_then_a_sentence(tmp_path: Path):
    store = RunStore(tmp_path / "runs.sqlite", busy_seconds=0.2)
    add(store, "b22222")
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordError, match="The record of runs is busy"):
        store.enter("b22222", note="hello")
    assert store.newest()[0].note == ""  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    store.enter("b22222", note="hello")
    assert store.newest()[0].note == "hello"
    store.close()


def test_a_writer_waits_while_another_one_works(tmp_path: Path):
    store = RunStore(tmp_path / "runs.sqlite", busy_seconds=5)
    add(store, "b22222")
    other = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("ROLLBACK")).start()
    store.enter("b22222", note="patient")
    assert store.newest()[0].note == "patient"
    other.close()
    store.close()


def test_a_file_that_is_no_database_gets_a_sentence_and_stays(tmp_path: Path):
    path = tmp_path / "runs.sqlite"
    path.write_bytes(b"these are not the runs you are looking for" * 100)
    before = path.read_bytes()
    with pytest.raises(RecordError, match="can't be used"):
        RunStore(path).newest()
    assert path.read_bytes() == before


def test_a_database_of_a_newer_thaw_is_left_alone(tmp_path: Path):
    path = tmp_path / "runs.sqlite"
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(RecordError, match="written by a newer Thaw .form 99, this one knows"):
        RunStore(path).newest()


@pytest.mark.parametrize("form", range(len(STEPS)))
def test_a_database_of_every_earlier_form_becomes_the_present_one(tmp_path: Path, form: int):
    path = tmp_path / "runs.sqlite"
    older = sqlite3.connect(path, isolation_level=None)
    migrate(older, STEPS[:form])
    older.close()
    store = RunStore(path)
    add(store, "b22222")
    assert store.newest()[0].id == "b22222"
    store.close()


def test_a_step_that_fails_halfway_leaves_the_form_before_it():
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db, [["CREATE TABLE a (x)"]])
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, [["CREATE TABLE a (x)"], ["CREATE TABLE b (x)", "CREATE NONSENSE"]])
    assert db.execute("PRAGMA user_version").fetchone()[0] == 1
    assert [row[0] for row in db.execute("SELECT name FROM sqlite_master")] == ["a"]
    migrate(db, [["CREATE TABLE a (x)"], ["CREATE TABLE b (x)"]])
    assert db.execute("PRAGMA user_version").fetchone()[0] == 2
    db.close()


@pytest.mark.parametrize(("runs", "events"), [(1_000, 20), pytest.param(10_000, 500, marks=pytest.mark.slow)])
def test_the_newest_page_and_the_newest_events_take_milliseconds(store: RunStore, runs: int, events: int):
    add(store, "b22222")
    with store.writing() as db:  # as `add` and `say` write them, without a commit for each
        db.executemany(
            "INSERT INTO runs (id, name, state, recipe, recipe_hash, version, dataset, backbone, strategy, created)"
            " VALUES (?, '', 'done', '{}', '', '', '', '', '', 0)",
            ((f"c{number}",) for number in range(runs)),
        )
        db.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?)",
            (
                (f"c{run}", number, "step" if number % 100 else "epoch_ended", '{"kind":"step","loss":0.5}' + " " * 90)
                for run in range(runs)
                for number in range(1, events + 1)
            ),
        )
    began = time.perf_counter()
    assert len(store.newest(limit=50)) == 50
    assert len(store.events(f"c{runs // 2}", after=events - 10)) == 10
    assert len(store.told(f"c{runs // 2}")) == events // 100
    assert time.perf_counter() - began < 0.1


def test_an_interrupt_just_after_the_lock_was_had_leaves_nobody_locked_out(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
):
    add(store, "b22222")

    class Interrupted(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            done = super().execute(sql, *values)  # type: ignore[arg-type]
            if sql == "BEGIN IMMEDIATE" and armed:
                armed.clear()
                raise KeyboardInterrupt
            return done

    armed, connect = [True], sqlite3.connect
    monkeypatch.setattr(
        "core.runs.database.sqlite3.connect", lambda *args, **more: connect(*args, factory=Interrupted, **more)
    )
    store.close()  # the next connection is an interrupted one
    with pytest.raises(KeyboardInterrupt):
        store.enter("b22222", note="lost")
    store.enter("b22222", note="kept")
    row = store.row("b22222")
    assert row is not None and row.note == "kept"
