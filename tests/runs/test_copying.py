"""A copy of a finished run: whole, its owner's own, and independent of where it came from."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from core.engines.immediate import Immediate
from core.errors import RecordError
from core.home import Home
from core.recipe import Recipe
from core.runs.copying import copy_run
from core.runs.folders import read_json, write_json
from core.runs.predictions import kept_score, read_predictions
from core.runs.record import Record
from core.runs.store import RunRow
from tests.short_learner import record, short_learner
from tests.typed import tree_of

__all__ = ["record", "short_learner"]

COPIER = """
import sys
from pathlib import Path
from core.home import Home
from core.runs.copying import copy_run
from core.runs.record import Record
record = Record(Home(Path(sys.argv[1])))
source = record.find(sys.argv[2])
for number in range(100_000):
    copy_run(record, source, owner="ben")
    print(number, flush=True)
"""


@pytest.fixture
def finished(record: Record, short_learner: None) -> RunRow:
    """Ann's run, with all that is hers alone."""
    run = record.create(Recipe(), owner="ann", name="my secret", priority=3, sweep="abc234", engine="immediate")
    Immediate(record).submit(run, "cpu")
    record.note(run, "for nobody else")
    record.tag(record.find(run), ["private"], [])
    write_json(record.folder(run) / "surroundings.json", {"THAW_DATA": "where ann's data lie"})
    return record.find(run)


def copied(record: Record, source: RunRow, **facts: str) -> RunRow:
    run = copy_run(record, source, **{"owner": "ben", **facts})
    assert run is not None
    return record.find(run)


def contents(folder: Path) -> dict[str, bytes]:
    """What a reader finds, whichever version of a folder a link names."""
    best = {f"best/{file.name}": file.read_bytes() for file in (folder / "best").iterdir()}
    splits = [place for place in (folder / "predictions").iterdir() if place.is_symlink()]
    said = {f"{place.name}/{file.name}": file.read_bytes() for place in splits for file in place.iterdir()}
    assert best and said
    return {**best, **said}


def test_a_copy_has_all_that_came_out(record: Record, finished: RunRow):
    copy = copied(record, finished)
    assert contents(record.folder(copy.id)) == contents(record.folder(finished.id))
    assert record.store.events(copy.id) == record.store.events(finished.id) != []
    assert record.store.recipe(copy.id) == record.store.recipe(finished.id)
    for name in ("recipe.json", "plan.json", "environment.json"):
        assert read_json(record.folder(copy.id) / name) == read_json(record.folder(finished.id) / name) is not None
    for fact in ("state", "recipe_hash", "version", "dataset", "backbone", "strategy", "accuracy", "seconds", "device"):
        assert getattr(copy, fact) == getattr(finished, fact) not in (None, ""), fact


def test_a_copy_is_its_owners_own_and_holds_nothing_private(record: Record, finished: RunRow):
    before = time.time()
    copy = copied(record, finished)
    assert copy.id != finished.id and (copy.owner, copy.name) == ("ben", "digits thaw_small full")
    assert (copy.note, copy.tags, copy.sweep, copy.priority, copy.engine, copy.worker) == ("", "[]", "", 0, "", "")
    assert copy.reason.startswith("Answered at once")
    assert copy.created >= before and copy.started == copy.ended == copy.created
    assert copy.ticket > finished.ticket
    assert not any(
        word in content
        for content in tree_of(record.folder(copy.id)).values()
        for word in (b"ann", b"secret", b"nobody", finished.id.encode())
        if content is not None
    )


def test_a_copy_takes_the_name_that_its_owner_gives(record: Record, finished: RunRow):
    assert copied(record, finished, name="  mine ").name == "mine"
    with pytest.raises(RecordError, match="limit"):
        copy_run(record, finished, owner="ben", name="x" * 201)


def test_deleting_either_leaves_the_other_whole(record: Record, finished: RunRow):
    first, second = copied(record, finished), copied(record, finished)
    whole, said = contents(record.folder(finished.id)), record.store.events(finished.id)
    record.delete(first.id)
    assert contents(record.folder(finished.id)) == whole and record.store.events(finished.id) == said
    record.delete(finished.id)
    assert contents(record.folder(second.id)) == whole and record.store.events(second.id) == said
    assert read_predictions(record.folder(second.id), "val", "best") is not None


def test_what_is_worked_out_for_one_stays_out_of_the_other(record: Record, finished: RunRow):
    kept_score(record.folder(finished.id), "val", "best", lambda predictions: {"right": 1})
    copy = copied(record, finished)
    score = (record.folder(copy.id) / "predictions" / "val-best").resolve() / "score.json"
    assert score.exists()
    write_json(score, {"version": "another", "score": {"right": 2}})
    assert kept_score(record.folder(finished.id), "val", "best", lambda predictions: {}) == {"right": 1}


def test_a_copy_takes_no_room_for_weights(record: Record, finished: RunRow):
    copy = copied(record, finished)
    one, other = (record.folder(run.id) / "best" / "model.safetensors" for run in (finished, copy))
    assert one.samefile(other)


def test_without_hard_links_the_files_are_copied(record: Record, finished: RunRow, monkeypatch: pytest.MonkeyPatch):
    def refuse(file: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    copy = copied(record, finished)
    assert contents(record.folder(copy.id)) == contents(record.folder(finished.id))


@pytest.mark.parametrize("also_its_files", [False, True])
def test_a_run_that_is_deleted_meanwhile_is_not_copied_and_leaves_no_litter(
    record: Record, finished: RunRow, also_its_files: bool
):
    if also_its_files:
        shutil.rmtree(record.folder(finished.id))
    record.store.delete(finished.id)
    assert copy_run(record, finished, owner="ben") is None
    assert record.page() == [] and {each.name for each in record.home.runs.iterdir()} <= {finished.id}


def test_a_run_that_is_not_done_is_not_copied(record: Record, finished: RunRow):
    waiting = record.find(record.create(Recipe(), owner="ann"))
    record.store.say(waiting.id, record.store.events(finished.id))
    assert copy_run(record, waiting, owner="ben") is None
    assert record.store.read("SELECT DISTINCT run FROM events ORDER BY run") == sorted([(finished.id,), (waiting.id,)])


def test_the_same_request_twice_is_one_copy(record: Record, finished: RunRow):
    first = copied(record, finished, request="pressed once")
    assert copied(record, finished, request="pressed once").id == first.id
    assert record.store.count() == len([*record.home.runs.iterdir()]) == 2


@pytest.mark.faults
def test_a_copier_killed_at_any_moment_leaves_no_half_run(record: Record, finished: RunRow):
    draw, whole = Random(0), contents(record.folder(finished.id))
    said = len(record.store.events(finished.id))
    for _ in range(4):
        command = [sys.executable, "-c", COPIER, str(record.home.folder), finished.id]
        copier = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert copier.stdout is not None
        copier.stdout.readline()
        time.sleep(draw.random() * 0.1)
        os.kill(copier.pid, signal.SIGKILL)
        copier.wait()
        copier.stdout.close()
    rows = Record(Home(record.home.folder)).page()
    assert len(rows) > 4
    assert all(contents(record.folder(row.id)) == whole for row in rows)
    assert all(len(record.store.events(row.id)) == said for row in rows)
