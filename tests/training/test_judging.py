"""What is kept of each epoch is what validation said, and little of it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.engines.base import execute
from core.events import EpochEnded, Event, Step
from core.home import Home
from core.recipe import Recipe
from core.runs.epochs import read_epochs
from core.runs.log import RunLog
from core.runs.record import Record
from core.training.judging import MOST_EPOCHS, MOST_PICTURES, Judged, Judging
from core.training.team import ALONE


def test_each_epoch_keeps_what_validation_said_of_each_picture(run, tiny: Recipe, tmp_path: Path):
    ended = run(tiny).said(EpochEnded)
    for each in ended:
        each.save(tmp_path / "epochs" / f"{each.epoch:04}")
    kept = read_epochs(tmp_path, {0, 1, 2})
    assert [each.epoch for each in kept] == [0, 1, 2]
    assert [each.right.mean() for each in kept] == pytest.approx([each.val_accuracy for each in ended])
    assert all((each.confidence >= 0.1).all() and (each.confidence <= 1).all() for each in kept)


def test_a_run_that_was_paused_in_the_middle_has_each_epoch_once_as_it_would_have_been(
    home: Home, tiny: Recipe, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.runs.desk.SECONDS_BETWEEN_LOOKS", 0.0)  # a tiny run is over before anybody looks twice
    record = Record(home)
    whole, paused = record.create(tiny), record.create(tiny)
    _attempt(record, whole)
    _attempt(record, paused, pause_in=1)
    assert record.find(paused).state == "paused"
    record.store.move(paused, "queued", "Goes on.")
    _attempt(record, paused)
    assert record.find(paused).state == "done"
    one, other = (read_epochs(record.folder(run), {0, 1, 2}) for run in (whole, paused))
    assert [each.epoch for each in other] == [0, 1, 2]
    for a, b in zip(one, other, strict=True):
        assert (a.predicted == b.predicted).all() and (a.confidence == b.confidence).all()
    record.close()


def _attempt(record: Record, run: str, pause_in: int | None = None) -> None:
    attempt = record.store.begin(run, "It is being trained.")
    assert attempt is not None

    def pause(event: Event) -> None:
        if isinstance(event, Step) and event.epoch == pause_in:
            record.store.move(run, "pausing", "Asked to.", only_from="running")

    execute(Recipe.parse(record.store.recipe(run)), RunLog(record.desk(run, attempt), on_event=pause), "cpu")


def test_batches_in_any_order_fill_their_places():
    chance = np.random.default_rng(0)
    indices = chance.permutation(1000)[:50]
    logits = torch.randn(50, 4)
    labels = chance.integers(0, 4, 50)
    judging = Judging(indices, labels, torch.device("cpu"))
    for batch in np.array_split(chance.permutation(50), 7):
        judging.add(indices[batch], logits[batch])
    true = torch.from_numpy(labels)
    assert judging.loss == pytest.approx(float(functional.cross_entropy(logits, true, reduction="sum")), rel=1e-5)
    assert (judging.pictures, judging.right) == (50, int((logits.argmax(1) == true).sum()))
    judged = judging.judged(ALONE)
    assert (judged.labels == labels).all() and (judged.predicted == logits.argmax(1).numpy()).all()
    assert judged.confidence == pytest.approx(logits.softmax(1).max(1).values.numpy())


@pytest.mark.parametrize(("seconds", "pictures"), [(0.0, 3), (1000.0, 9)])
def test_when_time_is_up_the_batch_in_hand_is_still_judged_and_the_others_are_left(seconds: float, pictures: int):
    indices = np.arange(9)
    batches = ((batch, torch.zeros(3, 2)) for batch in np.split(indices, 3))
    judging = Judging(indices, np.zeros(9, np.int64), torch.device("cpu"))
    assert judging.go_on(batches, seconds) == (pictures < 9)
    assert judging.pictures == pictures
    assert not judging.go_on(batches, 1000.0) and judging.pictures == 9


@pytest.mark.parametrize(("epochs", "kept"), [(1, 1), (MOST_EPOCHS, MOST_EPOCHS), (MOST_EPOCHS + 1, 101), (1000, 201)])
def test_of_very_many_epochs_some_are_kept_the_first_and_the_last_among_them(epochs: int, kept: int):
    judged = Judged(np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1, np.float32))
    saved = [epoch for epoch in range(epochs) if judged.saving(epoch, epochs)]
    assert len(saved) == kept and saved[0] == 0 and saved[-1] == epochs - 1


@pytest.mark.parametrize(("pictures", "classes"), [(3, 2), (MOST_PICTURES + 1, 70_000)])
def test_what_is_kept_is_small_and_says_which_pictures_it_is_of(tmp_path: Path, pictures: int, classes: int):
    labels = np.arange(pictures) * (classes - 1) // max(1, pictures - 1)
    saving = Judged(labels, labels[::-1].copy(), np.full(pictures, 0.25, np.float32)).saving(0, 1)
    assert saving is not None
    saving(tmp_path / "epochs" / "0000")
    (kept,) = read_epochs(tmp_path, {0})
    assert len(kept.labels) <= MOST_PICTURES
    assert (kept.labels == labels[:: kept.every]).all() and (kept.predicted == labels[::-1][:: kept.every]).all()
    assert sum(file.stat().st_size for file in tmp_path.rglob("*.npz")) < 12 * MOST_PICTURES
