"""Runs on their way, as pages and scripts follow them: how they stand, what may be asked of them, who comes next."""

import pytest

from core.engines.immediate import Immediate
from core.errors import NotFound, RecordError
from core.recipe import Recipe
from core.runs.liveness import held
from core.runs.record import Record
from core.runs.states import STATES
from core.service import Workbench
from core.service.queueing import standing

pytestmark = pytest.mark.usefixtures("short_learner")


def test_a_finished_run_is_followed_with_its_curves_and_nothing_to_ask_but_to_write_and_delete(
    bench: Workbench, record: Record
):
    run = record.create(Recipe(epochs=3))
    Immediate(record).submit(run, "cpu")
    seen = bench.follow(run, points=2)
    assert (seen["state"], seen["epochs_done"], len(seen["epochs"])) == ("done", 3, 2)
    assert seen["may"] == ["delete", "write"] and seen["seconds_left"] is None


def test_the_sample_and_another_persons_run_can_be_followed_but_not_asked(bench: Workbench, record: Record):
    assert bench.follow("sample")["epochs"] and bench.follow("sample")["may"] == []
    run = record.create(Recipe(), owner="ada")
    record.share(run, True)
    assert bench.seen_by("ben").follow(run)["may"] == []
    assert "stop" in bench.seen_by("ada").follow(run)["may"]


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_meaning_and_what_may_be_asked_is_what_the_record_allows(state):
    told = standing(state)
    assert told["meaning"].endswith(".")
    assert ("delete" in told["may"]) == (state not in ("running", "pausing", "stopping"))
    assert ("resume" in told["may"]) == (state in ("paused", "stopped", "failed", "lost"))


def test_the_line_tells_who_is_at_work_and_who_comes_next(bench: Workbench, record: Record):
    first, second = (record.create(Recipe(seed=seed), engine=bench.engine.name) for seed in range(2))
    busy = record.create(Recipe(seed=9))
    with held(record.folder(busy)):
        record.store.begin(busy, "It is trained.", "cpu")
        lineup = bench.lineup()
        assert [each["run"] for each in lineup["at_work"]] == [busy]
        assert [(each["run"], each["position"]) for each in lineup["waiting"]] == [(first, 1), (second, 2)]
    assert bench.prioritise(second, 5) == {"run": second, "priority": 5}
    assert [each["run"] for each in bench.lineup()["waiting"]] == [second, first]


def test_only_a_run_that_waits_or_rests_has_a_priority_to_change(bench: Workbench, record: Record):
    run = record.create(Recipe(epochs=1))
    with pytest.raises(RecordError, match="lies between"):
        bench.prioritise(run, 10**9)
    Immediate(record).submit(run, "cpu")
    with pytest.raises(RecordError, match="only one that waits or rests"):
        bench.prioritise(run, 1)


def test_a_bug_is_told_with_its_traceback(bench: Workbench, record: Record):
    run = record.create(Recipe(lr=14))
    with pytest.raises(ZeroDivisionError):
        Immediate(record).submit(run, "cpu")
    assert "ZeroDivisionError: a bug" in bench.logs(run)["traceback"][-1]


def test_who_is_not_there_is_not_followed(bench: Workbench):
    with pytest.raises(NotFound):
        bench.follow("nobody")
