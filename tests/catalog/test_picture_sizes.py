"""Sizes of training pictures: shares of a recipe's size that networks can take, and the words for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from core.catalog.picture_sizes import SMALLEST, STEP, shrunk, sizes_in_words

SIDES = drawn.integers(1, 2048)


@given(SIDES, SIDES, drawn.floats(0.01, 0.99))
def test_a_smaller_side_is_a_whole_step_or_the_side_itself_and_never_larger(height: int, width: int, share: float):
    for side, small in zip((height, width), shrunk((height, width), share), strict=True):
        assert small == side or (small % STEP == 0 and SMALLEST <= small < side)


@given(SIDES, SIDES)
def test_the_whole_share_is_the_size_itself_whatever_it_is(height: int, width: int):
    assert shrunk((height, width), 1.0) == (height, width)


@pytest.mark.parametrize(
    ("size", "share", "small"),
    [
        ((224, 224), 0.57, (128, 128)),
        ((192, 640), 0.25, (96, 320)),
        ((96, 320), 0.5, (96, 320)),
        ((32, 32), 0.5, (32, 32)),
        ((150, 600), 0.9, (128, 544)),
    ],
)
def test_sides_are_made_smaller_alike(size: tuple[int, int], share: float, small: tuple[int, int]):
    assert shrunk(size, share) == small


def stretches(*sides: int) -> list[dict[str, int]]:
    return [{"epoch": epoch, "height": side, "width": 2 * side} for epoch, side in enumerate(sides)]


def test_only_changes_are_told():
    assert sizes_in_words([]) == sizes_in_words(stretches(64)) == ""
    assert sizes_in_words(stretches(96, 64)) == "Training pictures are 96 x 192, then 64 x 128 from epoch 2."


def test_of_many_sizes_the_first_ones_and_the_last_are_told():
    told = sizes_in_words(stretches(*range(1, 100)))
    assert told.startswith("Training pictures are 1 x 2, then 2 x 4 from epoch 2, ")
    assert told.endswith(", ..., 99 x 198 from epoch 99.") and len(told) < 250
