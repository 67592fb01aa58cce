"""The alarm: a frozen stage that moved is found, whatever else happened; one that kept still is not accused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.insight.truth import alarms, all_breaches


def epoch(number: int, **stages: tuple[float, float, float]) -> dict[str, Any]:
    """Each stage by its scale, how far its weights are from the start, and its BatchNorm statistics."""
    told = [
        {"name": name, "scale": scale, "moved": moved, "norm_drift": drift}
        for name, (scale, moved, drift) in stages.items()
    ]
    return {"epoch": number, "stages": told}


def test_a_stage_that_was_frozen_and_moved_raises_an_alarm_that_says_which_and_by_how_much():
    epochs = [
        epoch(0, stem=(0.0, 0.0, 0.0), head=(1.0, 0.2, 0.0)),
        epoch(1, stem=(0.0, 0.03, 0.0), head=(1.0, 0.4, 0.0)),
        epoch(2, stem=(0.0, 0.03, 0.0), head=(1.0, 0.5, 0.0)),
    ]
    (alarm,) = alarms(all_breaches(epochs))
    assert (alarm["stage"], alarm["epoch"], alarm["what"]) == ("stem", 1, "moved")
    assert alarm["sentence"] == "stem was frozen, but its weights moved by 0.03 in epoch 2."


def test_several_epochs_of_one_stage_are_one_alarm_and_its_weights_and_norms_are_two():
    epochs = [epoch(number, stem=(0.0, 0.1 * (number + 1), 0.2)) for number in range(3)]
    moved, drifted = alarms(all_breaches(epochs))
    assert moved["sentence"] == "stem was frozen, but its weights moved by 0.3 in 3 epochs, first in epoch 1."
    assert drifted["sentence"] == "stem was frozen, but its BatchNorm statistics drifted by 0.2 in epoch 1."


def test_a_stage_that_learned_before_it_was_frozen_is_measured_from_where_it_was_left():
    epochs = [epoch(0, stem=(1.0, 0.7, 0.1)), epoch(1, stem=(0.0, 0.7, 0.1)), epoch(2, stem=(0.0, 0.7, 0.1))]
    assert all_breaches(epochs) == []


def test_statistics_that_were_asked_to_drift_raise_no_alarm_but_weights_still_do():
    epochs = [epoch(0, stem=(0.0, 0.0, 0.5)), epoch(1, stem=(0.0, 0.2, 0.9))]
    assert [each.what for each in all_breaches(epochs, norms_may_drift=True)] == ["moved"]


def test_what_is_no_number_any_more_and_what_was_before_the_first_known_epoch_accuse_nobody():
    assert all_breaches([epoch(3, stem=(0.0, 0.4, 0.0))]) == []
    broken = epoch(0, stem=(0.0, 0.0, 0.0))
    broken["stages"][0]["moved"] = None
    assert all_breaches([broken]) == []


@given(
    st.lists(st.tuples(st.booleans(), st.floats(1e-3, 10.0)), min_size=1, max_size=30),
    st.floats(-1e-6, 1e-6),
)
def test_who_moves_only_while_it_learns_is_never_accused_however_the_sums_were_rounded(steps, rounding):
    place, epochs = 0.0, []
    for number, (learns, by) in enumerate(steps):
        place += by if learns else 0.0
        told = place * (1 + rounding) if number % 2 else place
        epochs.append(epoch(number, stem=(float(learns), told, 0.0)))
    assert all_breaches(epochs) == []


@pytest.mark.parametrize("at", [0, 4, 9])
def test_one_move_in_any_frozen_epoch_is_found(at: int):
    epochs = [epoch(number, stem=(0.0, 0.001 if number >= at else 0.0, 0.0)) for number in range(10)]
    assert [each.epoch for each in all_breaches(epochs)] == [at]
