"""What runs on other machines hand in becomes the record's, and what ghosts hand in does not."""

from pathlib import Path
from typing import Any

import pytest

from core.engines.cluster.reception import Answer, Reception
from core.recipe import Recipe
from core.runs.record import Record
from tests.short_learner import record

__all__ = ["record"]

NOTICE = {"kind": "notice", "elapsed": 1.0, "topic": "memory", "message": "less"}


@pytest.fixture
def run(record: Record) -> str:
    return record.create(Recipe(), engine="ray")


def begun(record: Record, run: str) -> Reception:
    attempt = record.store.begin(run, "handed out", "cpu")
    assert attempt
    return Reception(record.desk(run, attempt))


def ask(reception: Reception, question: str, **given: Any) -> Any:
    answer = reception.ask(question, given)
    assert answer.trouble == ""
    return answer.content


def test_events_facts_and_files_reach_the_record(record: Record, run: str):
    reception = begun(record, run)
    ask(reception, "arrive", where="far")
    ask(reception, "say", said=[NOTICE])
    ask(reception, "enter", accuracy=0.5)
    ask(reception, "write", name="plan.json", content={"precision": "float32"})
    row = record.store.row(run)
    assert row and (row.reason, row.accuracy) == ("It is trained on far.", 0.5)
    assert record.store.told(run)[0]["message"] == "less"
    assert ask(reception, "plan") == {"precision": "float32"}


def test_a_folder_replaces_its_former_version_once_it_is_whole(record: Record, run: str):
    reception, best = begun(record, run), record.folder(run) / "best"
    for content in (b"first", b"second"):
        ask(reception, "lay", piece=("deep/weights", 0, content))
        ask(reception, "keep", name="best")
        assert (best / "deep" / "weights").read_bytes() == content
    ask(reception, "lay", piece=("weights", 0, b"never finished"))
    assert [*best.rglob("*weights")] == [best / "deep" / "weights"]


def test_a_snapshot_goes_back_as_it_came(record: Record, run: str):
    reception = begun(record, run)
    assert ask(reception, "snapshot") is None
    ask(reception, "lay", piece=("state", 0, b"all it knows"))
    ask(reception, "keep", name="snapshot")
    assert ask(reception, "snapshot") == [("state", 12)]
    assert ask(reception, "piece of snapshot", name="state", offset=4) == b"it knows"


def test_every_answer_says_what_the_owner_wishes(record: Record, run: str):
    reception = begun(record, run)
    assert reception.ask("look", {}) == Answer()
    record.store.move(run, "pausing", "asked", only_from="running")
    reception.desk._looked_at = float("-inf")
    assert reception.ask("look", {}).wish == "pause"


def test_an_older_attempt_is_told_so_and_changes_nothing(record: Record, run: str):
    ghost = begun(record, run)
    ask(ghost, "lay", piece=("state", 0, b"old"))
    record.store.move(run, "queued", "its node went down", only_from="running")
    ghost.close()
    begun(record, run)
    before = record.store.row(run)
    last_word = {"state": "done", "reason": "all done", "seconds": 1.0}
    for question, given in (
        ("say", {"said": [NOTICE]}),
        ("enter", {"accuracy": 1.0}),
        ("keep", {"name": "snapshot"}),
        ("write", {"name": "plan.json", "content": {}}),
        ("end", last_word),
    ):
        assert ghost.ask(question, given).superseded, question
    assert record.store.row(run) == before
    assert record.store.told(run) == []
    assert not (record.folder(run) / "snapshot").exists()
    assert not (record.folder(run) / "plan.json").exists()


def test_a_full_disk_is_told_as_such(record: Record, run: str):
    reception = begun(record, run)
    draft = record.folder(run) / ".new-laid-1"
    draft.mkdir()
    (draft / "weights").symlink_to("/dev/full")
    answer = reception.ask("lay", {"piece": ("weights", 0, b"x")})
    assert answer.disk_full and "No space is left" in answer.trouble


@pytest.mark.parametrize("name", ["../../escaped", "/tmp/escaped", ".."])
def test_nothing_is_written_outside_of_the_runs_folder(record: Record, run: str, name: str, tmp_path: Path):
    reception = begun(record, run)
    assert "no name of a file" in reception.ask("write", {"name": name, "content": {}}).trouble
    assert "no name of a file" in reception.ask("keep", {"name": name}).trouble
    assert "no name of a file" in reception.ask("lay", {"piece": (name, 0, b"")}).trouble
