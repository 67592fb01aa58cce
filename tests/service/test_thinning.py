"""Long curves in few points: never more than asked for, ends as they were, nothing invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.service.thinning import mean_of, thinned

figures = st.floats(-1e6, 1e6)


@given(st.lists(figures, max_size=400), st.integers(2, 50))
def test_a_curve_is_never_longer_than_asked_for_and_keeps_its_ends(values, most):
    rows = [{"step": step, "loss": value} for step, value in enumerate(values)]
    thin = thinned(rows, most)
    assert len(thin) == min(len(rows), most)
    assert (thin[:1], thin[-1:]) == (rows[:1], rows[-1:])
    assert [each["step"] for each in thin] == sorted(each["step"] for each in thin)


@given(st.lists(figures, min_size=3, max_size=300), st.integers(3, 40))
def test_each_point_between_is_the_mean_of_its_own_bucket_and_every_row_has_one(values, most):
    rows = [{"step": step, "loss": value} for step, value in enumerate(values)]
    thin = thinned(rows, most)
    if len(rows) <= most:
        assert thin == rows
        return
    sizes = [
        (len(rows) - 2) * (place + 1) // (most - 2) - (len(rows) - 2) * place // (most - 2) for place in range(most - 2)
    ]
    whole = sum(size * each["loss"] for size, each in zip(sizes, thin[1:-1], strict=True))
    assert whole == pytest.approx(sum(values[1:-1]), abs=1e-3)
    assert sum(sizes) == len(rows) - 2 and min(sizes) >= 1


def test_losses_and_stages_are_averaged_part_by_part_and_names_stay():
    rows = [
        {"losses": {"l2": 1.0}, "stages": [{"name": "stem", "moved": 1.0}], "val": None},
        {"losses": {"l2": 3.0}, "stages": [{"name": "stem", "moved": 2.0}], "val": 4.0},
    ]
    assert mean_of(rows) == {"losses": {"l2": 2.0}, "stages": [{"name": "stem", "moved": 1.5}], "val": 4.0}


def test_fewer_than_two_points_are_two():
    assert [each["x"] for each in thinned([{"x": x} for x in range(9)], 0)] == [0, 8]
