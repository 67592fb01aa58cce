import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score

from core.insight.confusion import Confusion

answers = st.integers(2, 7).flatmap(
    lambda classes: st.tuples(
        st.just(classes),
        st.lists(st.tuples(st.integers(0, classes - 1), st.integers(0, classes - 1)), min_size=1, max_size=60),
    )
)


def between(pairs, classes):
    true, predicted = np.array(pairs).T
    return Confusion.between(true, predicted, classes)


@given(answers)
def test_the_matrix_is_that_of_scikit_learn(answer):
    classes, pairs = answer
    true, predicted = np.array(pairs).T
    expected = confusion_matrix(true, predicted, labels=list(range(classes)))
    np.testing.assert_array_equal(between(pairs, classes).matrix(), expected)


@given(answers)
def test_no_picture_is_lost_between_cells_and_classes(answer):
    classes, pairs = answer
    tallies = between(pairs, classes).tallies()
    assert tallies.support.sum() == tallies.named.sum() == len(pairs)
    assert tallies.right.sum() == sum(true == predicted for true, predicted in pairs)


def test_the_most_confused_pairs_come_first_with_their_share_of_the_true_class():
    pairs = [(0, 0)] * 6 + [(0, 1)] * 4 + [(1, 0)] * 2 + [(1, 1)] * 2 + [(2, 1)] * 2 + [(2, 2)] * 18
    assert between(pairs, 3).most_confused(2) == [
        {"true": 0, "predicted": 1, "count": 4, "share": 0.4},
        {"true": 1, "predicted": 0, "count": 2, "share": 0.5},
    ]


def test_where_nothing_is_wrong_nothing_is_confused():
    assert between([(0, 0), (1, 1)], 2).most_confused(5) == []


def test_resamples_are_those_of_drawing_the_pictures_anew(guesses):
    probabilities, labels = guesses(300, 5)
    predicted = probabilities.argmax(axis=1)
    resampled = Confusion.between(labels, predicted, 5).resampled_averages(times=2000)["macro_f1"]
    draw = np.random.default_rng(1)
    by_picture = [
        f1_score(labels[again], predicted[again], average="macro", labels=range(5))
        for again in (draw.integers(300, size=300) for _ in range(400))
    ]
    assert resampled.mean() == pytest.approx(np.mean(by_picture), abs=0.005)
    assert resampled.std() == pytest.approx(np.std(by_picture), rel=0.15)


def test_resamples_are_the_same_each_time_and_differ_by_seed(guesses):
    probabilities, labels = guesses(100, 4)
    confusion = Confusion.between(labels, probabilities.argmax(axis=1), 4)
    first, again, other = (confusion.resampled_averages(50, seed)["macro_recall"] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_resampling_in_several_portions_changes_no_result(guesses, monkeypatch):
    probabilities, labels = guesses(80, 4)
    confusion = Confusion.between(labels, probabilities.argmax(axis=1), 4)
    whole = confusion.resampled_averages(30)["macro_f1"]
    monkeypatch.setattr("core.insight.confusion.AT_ONCE", 40)
    np.testing.assert_array_equal(confusion.resampled_averages(30)["macro_f1"], whole)
