import numpy as np
import pytest

from core.insight.verdicts import compare_runs, count_wins, holm, mcnemar_exact

LABELS = np.repeat([0, 1, 2], 200)


def drawn(accuracies, seeds, seed):
    """Right answers with an accuracy of its own for each class."""
    return np.random.default_rng(seed).random((seeds, 600)) < np.array(accuracies)[LABELS]


def test_wins_are_counted_and_only_the_clear_ones_called_clear():
    count = count_wins(drawn([0.9, 0.9, 0.9], 3, 1), drawn([0.6, 0.6, 0.87], 3, 2), LABELS, ["coat", "shirt", "bag"])
    assert (count.won, count.of, count.clear) == (3, 3, 2)
    assert count.interval == (2, 3)
    assert count.sentence == "3 of 3 classes (2 to 3), 2 of them beyond chance"
    assert [each.label for each in count.classes] == ["coat", "shirt", "bag"]


def test_a_class_that_b_wins_is_not_among_as_clear_ones():
    count = count_wins(drawn([0.5, 0.9, 0.9], 3, 1), drawn([0.9, 0.5, 0.9], 3, 2), LABELS, ["x", "y", "z"])
    assert [each.winner for each in count.classes[:2]] == ["b", "a"]
    assert count.clear == 1


def test_single_networks_are_compared_class_by_class_with_mcnemar():
    a, b = drawn([0.9, 0.8, 0.7], 1, 1), drawn([0.8, 0.8, 0.8], 1, 2)
    pairs = [compare_runs(a[0][label == LABELS], b[0][label == LABELS]) for label in range(3)]
    raw = [mcnemar_exact(int(pair.only_a_right), int(pair.only_b_right)) for pair in pairs]
    assert [each.p_adjusted for each in count_wins(a, b, LABELS, "xyz").classes] == pytest.approx(holm(raw))


def test_too_few_seeds_for_recipes_leave_the_first_networks():
    a, b = drawn([0.9, 0.8, 0.7], 2, 1), drawn([0.8, 0.8, 0.8], 2, 2)
    assert count_wins(a, b, LABELS, "xyz") == count_wins(a[:1], b[:1], LABELS, "xyz")


def test_a_tie_is_won_by_nobody_even_over_unequal_numbers_of_seeds():
    row = drawn([0.9, 0.9, 0.9], 1, 1)
    count = count_wins(np.repeat(row, 3, axis=0), np.repeat(row, 7, axis=0), LABELS, "xyz")
    assert (count.won, count.interval, count.clear) == (0, (0, 0), 0)
    assert {each.winner for each in count.classes} == {"tie"}


def test_a_class_without_pictures_is_not_counted():
    a, b = drawn([0.9] * 3, 3, 1), drawn([0.5] * 3, 3, 2)
    count = count_wins(a, b, np.where(LABELS == 1, 3, LABELS), ["x", "never seen", "y", "z"])
    assert count.of == 3
    assert [each.label for each in count.classes] == ["x", "y", "z"]
