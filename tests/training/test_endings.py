"""How runs end and epochs are compared, whoever learns."""

import pytest

from core.recipe import EarlyStopping
from core.training.endings import patience_ended, paused, rank_of, verdict_on, went_astray
from core.training.state import Position

ON_LOSS, ON_ACCURACY = (EarlyStopping(on=on, patience=3) for on in ("loss", "accuracy"))


@pytest.mark.parametrize("stopping", [None, ON_ACCURACY])
def test_the_more_accurate_epoch_is_better_and_among_equals_the_one_of_less_loss(stopping: EarlyStopping | None):
    ranks = [rank_of(stopping, loss=loss, accuracy=accuracy) for loss, accuracy in ((0.9, 0.8), (0.2, 0.7), (0.3, 0.7))]
    assert sorted(ranks) == ranks


def test_early_stopping_on_the_loss_compares_by_loss_first():
    ranks = [rank_of(ON_LOSS, loss=loss, accuracy=accuracy) for loss, accuracy in ((0.2, 0.7), (0.3, 0.9), (0.3, 0.8))]
    assert sorted(ranks) == ranks


@pytest.mark.parametrize("stopping", [None, ON_LOSS])
def test_an_epoch_that_cannot_be_the_best_ranks_after_any_that_can(stopping: EarlyStopping | None):
    lucky = rank_of(stopping, loss=0.0, accuracy=1.0, ready=False)
    assert lucky > rank_of(stopping, loss=99.0, accuracy=0.0)
    assert lucky < rank_of(stopping, loss=0.1, accuracy=0.9, ready=False)


def test_the_gravest_word_after_a_step_is_the_one_that_counts():
    assert verdict_on(None, late=False, hopeless=False) is None
    assert verdict_on(None, late=True, hopeless=False) == "late"
    assert verdict_on("stop", late=True, hopeless=False) == "stop"
    assert verdict_on("stop", late=True, hopeless=True) == "diverged"
    assert verdict_on("pause", late=True, hopeless=True) == "pause"


def test_patience_ends_when_it_has_waited_long_enough():
    assert patience_ended(ON_LOSS, waited=2) is None and patience_ended(None, waited=99) is None
    ended = patience_ended(ON_LOSS, waited=3)
    assert ended == ("done", "Validation loss has not improved for 3 epochs.")


def test_an_ending_says_where_it_came_counting_epochs_from_one():
    position = Position(epoch=1, batch=2, step=7)
    assert paused(position) == ("paused", "Paused in epoch 2, after step 7.")
    assert paused(Position(epoch=1, step=5)) == ("paused", "Paused before the first step of epoch 2.")
    assert went_astray(position).reason.startswith("The loss left all bounds in epoch 2, step 7;")
