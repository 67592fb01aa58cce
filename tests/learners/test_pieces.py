import numpy as np
import pytest

from core.learners.candidates import Windows, candidates_of, cut_out
from core.learners.ink import ink_of
from core.learners.pieces import pieces_of


def bars(*lefts: int, width: int = 3, tall: int = 20) -> np.ndarray:
    ink = np.zeros((28, 80), np.float32)
    for left in lefts:
        ink[4 : 4 + tall, left : left + width] = 1
    return ink


@pytest.mark.parametrize("manner", ["columns", "components"])
def test_things_apart_are_pieces_left_to_right(manner: str):
    pieces = pieces_of(bars(50, 5, 30), manner)
    assert pieces.count == 3
    assert [int(pieces.places[10, left]) for left in (5, 30, 50)] == [0, 1, 2]
    assert pieces.height == 20


@pytest.mark.parametrize("manner", ["columns", "components"])
def test_two_that_touch_come_apart_where_there_is_least_ink(manner: str):
    ink = bars(10, 24, width=8)
    ink[13:15, 18:24] = 1
    pieces = pieces_of(ink, manner)
    assert pieces.places[10, 12] != pieces.places[10, 28]
    assert (0, pieces.count) in {(each.first, each.after) for each in candidates_of(pieces)}, "joined is a way too"


def test_slanted_neighbours_that_share_columns_are_told_apart_by_their_components_alone():
    ink = np.zeros((28, 60), np.float32)
    for row in range(24):
        ink[row, 30 - row : 33 - row] = ink[row, 38 - row : 41 - row] = 1
    assert np.asarray(ink.any(0))[8:40].all(), "no column between them is empty"
    by_components, by_columns = pieces_of(ink, "components").places, pieces_of(ink, "columns").places
    left, right = (np.arange(24), 31 - np.arange(24)), (np.arange(24), 39 - np.arange(24))
    assert not set(by_components[left]) & set(by_components[right])
    assert set(by_columns[left]) & set(by_columns[right])


def test_specks_are_no_pieces_and_an_empty_picture_has_none():
    ink = bars(10, 40)
    ink[2, 70] = 1
    assert pieces_of(ink, "components").count == pieces_of(ink, "columns").count == 2
    assert pieces_of(np.zeros((28, 28), np.float32), "components").count == 0


def test_dark_on_light_light_on_dark_and_within_borders_give_the_same_ink():
    light = np.repeat((bars(10, 40) * 255).astype(np.uint8)[..., None], 3, axis=-1)
    bordered = np.pad(255 - light, ((6, 6), (0, 0), (0, 0)))
    assert np.allclose(ink_of(light[None]), ink_of(255 - light[None]))
    assert np.allclose(ink_of(bordered[None])[0, 6:-6], ink_of(light[None])[0])
    assert not ink_of(bordered[None])[0, :6].any()


def test_a_picture_of_one_shade_has_no_ink():
    assert not ink_of(np.full((2, 8, 8, 3), 200, np.uint8)).any()


def test_a_window_shows_the_candidates_own_ink_and_the_rest_at_one_size():
    ink = bars(10, 17)
    pieces = pieces_of(ink, "components")
    left = next(each for each in candidates_of(pieces) if (each.first, each.after) == (0, 1))
    own, rest = cut_out(ink[None], pieces.places[None], Windows.of([[left]]))[0].numpy()
    assert own.sum() == pytest.approx(60, rel=0.1) and rest.sum() == pytest.approx(60, rel=0.1)
    assert own.argmax(1).max() < rest.argmax(1).max()
    large = np.kron(ink, np.ones((2, 2), np.float32))
    doubled = pieces_of(large, "components")
    twice = next(each for each in candidates_of(doubled) if (each.first, each.after) == (0, 1))
    assert np.abs(cut_out(large[None], doubled.places[None], Windows.of([[twice]]))[0, 0].numpy() - own).mean() < 0.05
