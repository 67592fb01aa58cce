"""What Watch draws of a run, and how it stands, without the page: points, parts of the loss, alarms, the queue."""

import pytest

from benchmarks.scripted_run import said_in, started
from core.runs.record import Record
from core.service import Workbench
from pages.shared import anatomy, curves, truth
from pages.shared.standing import sentence
from tests.pages.told_runs import Said, epochs, told


def followed(record: Record, bench: Workbench, *said: Said) -> Said:
    return bench.follow(told(record, *said, state="done", reason="All."))


def test_thousands_of_epochs_are_few_points_and_the_best_one_stays_where_it_is(record: Record, bench: Workbench):
    many = [each for number in range(1500) for each in list(said_in(number, 4.0))[-2:]]
    seen = followed(record, bench, started(1500), *many)
    layers = curves.accuracy(seen, "epoch")["layer"]
    assert max(len(layer["data"]["values"]) for layer in layers) <= 600
    dot = next(layer for layer in layers if layer["mark"]["type"] == "point")
    assert dot["data"]["values"][0]["x"] == seen["best"]["epoch"] + 1


@pytest.mark.parametrize(("planned", "heard", "reach"), [(1000, 3, 30.5), (1000, 20, 40.5), (25, 20, 25.5)])
def test_without_stages_the_axis_of_epochs_reaches_as_far_ahead_as_with_them(
    record: Record, bench: Workbench, planned: int, heard: int, reach: float
):
    without = [{**each, "stages": []} for each in [started(planned), *epochs(heard)]]
    seen = bench.follow(told(record, *without))
    assert seen["stages"] == []
    assert curves.axis_of(seen, "epoch")["scale"]["domain"] == [0.5, reach]


def test_the_parts_of_the_loss_add_up_to_the_loss(record: Record, bench: Workbench):
    seen = followed(record, bench, started(3), *epochs(3))
    for row, each in zip(anatomy.rows(seen), seen["epochs"], strict=True):
        assert row["cross-entropy"] + row["l2"] == pytest.approx(each["train_loss"])
    assert anatomy.title(seen) == "Loss anatomy: penalties are 10.0% of the loss"


def test_the_meter_marks_the_very_cell_of_the_alarm(record: Record, bench: Workbench):
    moved = epochs(3)
    for each in moved:
        if each["kind"] == "epoch_ended" and each["epoch"] == 2:
            each["stages"][1]["moved"] = 0.1
    drawn = truth.spec(followed(record, bench, started(3), *moved), "moved")
    marks = next(layer for layer in drawn["layer"] if layer["mark"]["type"] == "text")
    assert [(each["from"], each["low"]) for each in marks["data"]["values"]] == [(3, 1.5)]


@pytest.mark.parametrize(
    ("position", "starts_in", "said"),
    [
        (None, None, "Waiting for a free place."),
        (1, 0.2, "Waiting: place 1 in the queue, it may start at any moment."),
        (3, 75.0, "Waiting: place 3 in the queue, it may start in 1 min 15 s."),
    ],
)
def test_waiting_is_told_with_place_and_time(position: int | None, starts_in: float | None, said: str):
    assert sentence({"state": "queued", "position": position, "starts_in": starts_in}) == said
