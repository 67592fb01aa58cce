"""Runs are made, found by what people remember of them, seen as they are, and deleted whole."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import NotFound, RecordError
from core.home import Home
from core.recipe import Recipe
from core.runs.folders import read_json
from core.runs.liveness import held, note_that_told, was_told
from core.runs.record import ALPHABET, MOST_CUT_SHORT, Record


@pytest.fixture
def record(home_folder: Path) -> Iterator[Record]:
    record = Record(Home(home_folder))
    yield record
    record.close()


def test_a_run_has_a_short_id_without_look_alikes_and_a_name_that_says_what_it_is(record: Record):
    run = record.create(Recipe(dataset="boats", backbone="resnet18"))
    assert re.fullmatch(f"[{ALPHABET}]{{6}}", run) and not set("01loiaeu") & set(ALPHABET)
    assert record.find(run).name == "boats resnet18 full"
    assert (record.folder(run) / "recipe.json").exists()


def test_a_run_is_found_by_id_by_the_beginning_of_it_and_by_name(record: Record):
    run = record.create(Recipe(), name="the good one")
    assert record.find(run).id == record.find(run[:4]).id == record.find("the good one").id == run


def test_a_word_that_fits_several_runs_names_them(record: Record):
    runs = [record.create(Recipe(), name="twin") for _ in range(2)]
    with pytest.raises(NotFound) as caught:
        record.find("twin")
    assert all(run in str(caught.value) for run in runs)


@pytest.mark.faults
@pytest.mark.parametrize(
    "word", ["../../etc/passwd", "/etc", "..", ".", "", "b%", "b_", "runs.sqlite", "a\x00b", "\udcff", "x" * 999]
)
def test_line_37_path_tricks_in_a_run_name_are_not_found(record: Record, word: str):
    record.create(Recipe())
    with pytest.raises(NotFound, match="was not found"):
        record.find(word)


@pytest.mark.faults
def test_line_37_another_persons_run_is_not_found(record: Record):
    run = record.create(Recipe(), name="secret", owner="ada")
    ada, ben = record.seen_by("ada"), record.seen_by("ben")
    assert ada.find(run).id == ada.find_own("secret").id == record.find_own("secret").id == run
    for word in (run, run[:4], "secret"):
        with pytest.raises(NotFound, match="was not found"):
            ben.find(word)
    assert ([row.id for row in ada.page()], ben.page()) == ([run], [])


def test_what_is_shared_is_seen_by_all_and_changed_by_its_owner_alone(record: Record):
    run = record.create(Recipe(), name="for all", owner="ada")
    record.share(run, True)
    ben = record.seen_by("ben")
    assert ben.find("for all").id == ben.page()[0].id == run
    with pytest.raises(RecordError, match="another person's"):
        ben.find_own(run)
    record.share(run, False)
    assert ben.page() == []


def test_a_name_that_many_others_use_finds_ones_own(record: Record):
    own = record.create(Recipe(), name="first", owner="ada")
    for _ in range(8):
        record.create(Recipe(), name="first", owner="ben")
    assert record.seen_by("ada").find("first").id == own


def test_a_run_whose_worker_died_is_lost_and_that_is_written_down(record: Record):
    run = record.create(Recipe())
    with held(record.folder(run)):
        record.store.move(run, "running", "At work.")
        assert record.find(run).state == "running"
    record.store.say(run, [{"kind": "notice", "elapsed": 7.5, "topic": "", "message": ""}])
    seen = record.page()[0]
    assert (seen.state, seen.seconds) == ("lost", 7.5) and "killed" in seen.reason
    row = record.store.row(run)
    assert row is not None and row.state == "lost" and row.ended is not None


def test_a_lost_run_is_told_as_lost_though_nothing_can_be_written(record: Record):
    run, looking = record.create(Recipe()), Record(record.home, busy_seconds=0.05)
    record.store.move(run, "running", "At work.")
    with record.store.writing():
        seen = looking.find(run)
    assert seen.state == "lost" and "killed" in seen.reason
    assert record.store.row(run) != seen, "it could be written down after all"
    looking.close()


def test_a_deleted_run_leaves_nothing_and_one_at_work_stays(record: Record):
    run = record.create(Recipe())
    with held(record.folder(run)):
        record.store.move(run, "running", "At work.")
        with pytest.raises(RecordError, match="stop it before you delete it"):
            record.delete(run)
    record.delete(run)
    assert not record.folder(run).exists()
    with pytest.raises(NotFound):
        record.find(run)


def test_a_name_is_any_text_but_not_empty_and_not_endless(record: Record):
    run = record.create(Recipe())
    assert record.rename(run, "  <b>fünf 🐜 =cmd()  ") == "<b>fünf 🐜 =cmd()"
    for bad in ("", "   ", "x" * 201, "not text \udcff"):
        with pytest.raises(RecordError):
            record.rename(run, bad)
    assert record.find(run).name == "<b>fünf 🐜 =cmd()"


def test_notes_and_tags_are_text_of_bearable_length(record: Record):
    run = record.create(Recipe())
    assert record.note(run, " two\nlines ") == "two\nlines"
    assert record.tag(record.find(run), ["b", "a", " "], []) == ["a", "b"]
    assert record.tag(record.find(run), [], ["b", "never there"]) == ["a"]
    for bad in ("\udcff", "x" * 10_001):
        with pytest.raises(RecordError):
            record.note(run, bad)
        with pytest.raises(RecordError):
            record.tag(record.find(run), [bad], [])
    assert (record.find(run).note, record.find(run).tags) == ("two\nlines", '["a"]')


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(word=st.text(alphabet=st.characters(codec=None, exclude_categories=[])))
def test_any_word_whatever_is_either_a_run_or_not_found(record: Record, word: str):
    if not record.page():
        record.create(Recipe(), name="only")
    try:
        assert record.find(word).id.startswith(word) or word == "only"
    except NotFound as error:
        assert "was not found" in str(error)


def begun(record: Record, engine: str) -> str:
    run = record.create(Recipe(), engine=engine)
    record.store.begin(run, "At work.")
    return run


def test_only_engines_that_could_have_died_let_a_run_wait_again(record: Record):
    assert [record.find(begun(record, engine)).state for engine in ("local", "ray", "immediate", "")] == [
        "queued",
        "queued",
        "lost",
        "lost",
    ]


def test_whoever_sees_first_that_a_worker_is_gone_knows_that_it_was_told_to_end(record: Record):
    run = begun(record, "local")
    with held(record.home.engine, "local"):  # the engine lives: without a word of the worker the run is to blame
        note_that_told(record.folder(run), attempt=1)
        assert record.find(run).state == "queued"
        record.store.begin(run, "At work.")
        assert record.find(run).state == "lost", "what the worker before it said does not count for this one"


def test_the_word_of_a_worker_that_was_told_to_end_is_gone_when_the_next_one_begins(record: Record):
    run = record.create(Recipe())
    note_that_told(record.folder(run), attempt=1)
    attempt = record.store.begin(run, "At work.")
    assert attempt is not None
    record.desk(run, attempt).begin()
    assert not was_told(record.folder(run), attempt)


def test_a_run_that_takes_its_engine_down_again_and_again_is_lost_until_a_person_asks_for_it(record: Record):
    run = begun(record, "local")
    for _ in range(MOST_CUT_SHORT):
        assert record.find(run).state == "queued"
        record.store.begin(run, "At work.")
    assert record.find(run).state == "lost"
    record.requeue(run, "local")
    record.store.begin(run, "At work.")
    assert record.find(run).state == "queued"


def test_what_lies_beside_a_run_is_replaced_by_who_resumes_it_and_its_end_is_open_again(record: Record):
    run = record.create(Recipe(), files={"about.json": {"at": "first"}})
    attempt = record.store.begin(run, "At work.")
    assert attempt is not None
    record.desk(run, attempt).end("failed", "Nothing was there.", 1.0)
    record.requeue(run, files={"about.json": {"at": "second"}})
    assert read_json(record.folder(run) / "about.json") == {"at": "second"}
    record.store.begin(run, "At work.")
    row = record.store.row(run)
    assert row is not None and row.ended is None
