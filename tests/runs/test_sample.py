"""The sample stands beside every home's runs, whatever that home is, and nothing changes it."""

import hashlib
import inspect
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import NotFound, RecordError
from core.home import SAMPLE, Home
from core.recipe import Recipe
from core.runs.record import Record
from core.runs.sample import FOLDER, SampleStore, StoreWithSample
from core.runs.store import RunStore

WRITERS = {"add", "copy", "begin", "move", "enter", "delete", "say"}


@pytest.fixture
def record(home_folder: Path) -> Iterator[Record]:
    with closing(Record(Home(home_folder))) as record:
        yield record


def contents() -> dict[str, str]:
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.rglob("*") if file.is_file()}


def test_it_is_found_by_its_word_and_is_no_run_of_the_home(record: Record, home_folder: Path):
    sample = record.find(SAMPLE)
    assert (sample.id, sample.state, record.page(), record.store.count()) == (SAMPLE, "done", [], 0)
    assert record.folder(SAMPLE) == FOLDER and Recipe.parse(record.store.recipe(SAMPLE)).hash == sample.recipe_hash
    assert not home_folder.exists(), "looking must write nothing"


def test_everything_it_said_is_told_in_order(record: Record):
    said = record.store.events(SAMPLE)
    assert [each["number"] for each in said] == [*range(1, len(said) + 1)]
    assert (said[0]["kind"], said[-1]["kind"]) == ("started", "finished")
    assert record.store.events(SAMPLE, after=len(said) - 1) == said[-1:] and record.store.events(SAMPLE, limit=0) == []
    assert record.store.told(SAMPLE) == [each for each in said if each["kind"] != "step"]
    assert (record.store.last_event(SAMPLE) or {}).items() <= said[-1].items()


def test_whatever_is_asked_of_one_run_by_its_id_is_answered_for_the_sample_too():
    asked_of_one = {
        name
        for name, method in inspect.getmembers(RunStore, inspect.isfunction)
        if not name.startswith("_") and "run" in inspect.signature(method).parameters
    }
    assert asked_of_one - WRITERS <= vars(StoreWithSample).keys()


def test_it_has_the_form_that_the_database_has_today():
    with closing(SampleStore()) as store:
        assert store.row(SAMPLE) == store.named("Ten digits, thawed stage by stage")[0]


@pytest.mark.faults
def test_no_record_changes_it(record: Record):
    before = contents()
    for change in (record.find_own, record.delete, record.requeue):
        with pytest.raises(RecordError, match="The sample can't be changed"):
            change(SAMPLE)
    with pytest.raises(sqlite3.IntegrityError), record.store.sample.writing() as db:
        db.execute("UPDATE runs SET state = 'queued'")
    assert contents() == before


def test_a_run_that_a_person_calls_sample_is_found_by_its_id(record: Record):
    own = record.create(Recipe(), name=SAMPLE)
    assert record.find(SAMPLE).id == SAMPLE and record.find(own).id == own


def test_everybody_sees_it_and_nobody_owns_it(record: Record):
    ann = record.seen_by("ann")
    assert ann.find(SAMPLE).owner == "" and ann.page() == []
    with pytest.raises(RecordError, match="can't be changed"):
        ann.find_own(SAMPLE)


def test_who_does_not_want_it_hides_it(record: Record, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_SAMPLE", "0")
    with pytest.raises(NotFound, match="was not found"):
        record.find(SAMPLE)
    assert record.store.events(SAMPLE) == []


def test_it_is_small_and_holds_no_more_than_it_needs():
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) < 1_600_000
    assert not any(path.is_symlink() or path.name == "lock" for path in FOLDER.rglob("*"))
    environment = json.loads((FOLDER / "environment.json").read_text())
    assert (environment["system"], environment["device_name"]) == ("Linux", "cpu")
