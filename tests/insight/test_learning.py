import numpy as np

from core.insight.learning import most_unsettled, turns

RIGHTS = [np.array([0, 0, 1, 1, 0], bool), np.array([1, 0, 1, 0, 0], bool), np.array([1, 0, 1, 1, 0], bool)]
"""Picture 0 is learned once, 3 is forgotten and learned again; 1 and 4 never, 2 was always known."""


def test_what_was_learned_and_forgotten_explains_how_many_are_right():
    assert turns(RIGHTS) == [(0, 0), (1, 1), (1, 0)]
    rights = [int(each.sum()) for each in RIGHTS]
    steps = [learned - forgotten for learned, forgotten in turns(RIGHTS)]
    assert [rights[0] + sum(steps[: place + 1]) for place in range(3)] == rights


def test_the_most_unsettled_come_first_and_the_settled_are_spread():
    assert most_unsettled(RIGHTS, 2).tolist() == [3, 0]
    assert most_unsettled(RIGHTS, 3).tolist() == [3, 0, 1]
    assert sorted(most_unsettled(RIGHTS, 99).tolist()) == [0, 1, 2, 3, 4]


def test_one_epoch_has_turned_nothing():
    assert turns(RIGHTS[:1]) == [(0, 0)]
    assert most_unsettled(RIGHTS[:1], 2).tolist() == [0, 2]
