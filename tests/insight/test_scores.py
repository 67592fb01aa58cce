import json
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, precision_recall_fscore_support

from core.errors import DataError
from core.insight.scores import LARGEST_MATRIX, calibration_error, cross_entropies, score

SILENT: Any = {"zero_division": 0}
"""scikit-learn's own types only know the words."""
SHAPES = [
    {"n": 153, "classes": 2},
    {"n": 400, "classes": 10, "unseen": 2},
    {"n": 400, "classes": 10, "unnamed": 3},
    {"n": 60, "classes": 37, "unseen": 4, "unnamed": 4},
    {"n": 1, "classes": 3},
]


def names(count):
    return [f"class {number}" for number in range(count)]


def score_of(guessed):
    probabilities, labels = guessed
    return score(probabilities, labels, names(probabilities.shape[1]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_figure_is_that_of_scikit_learn(guesses, shape):
    probabilities, labels = guesses(**shape)
    predicted, classes = probabilities.argmax(axis=1), range(shape["classes"])
    said = score(probabilities, labels, names(shape["classes"]))
    assert said["n"] == len(labels)
    assert said["right"] == (predicted == labels).sum()
    assert said["accuracy"] == accuracy_score(labels, predicted)
    assert said["loss"] == pytest.approx(log_loss(labels, probabilities, labels=list(classes)), rel=1e-12)
    assert said["confusion"] == confusion_matrix(labels, predicted, labels=list(classes)).tolist()
    for average in ("macro", "weighted"):
        expected = precision_recall_fscore_support(labels, predicted, average=average, **SILENT)
        for figure, value in zip(("precision", "recall", "f1"), expected, strict=False):
            assert said[f"{average}_{figure}"] == pytest.approx(value, rel=1e-12)
    rows = precision_recall_fscore_support(labels, predicted, labels=list(classes), **SILENT)
    for figure, column in zip(("precision", "recall", "f1", "support"), rows, strict=True):
        assert [row[figure] for row in said["classes"]] == pytest.approx(np.asarray(column).tolist(), rel=1e-12)


def test_accuracy_precision_and_recall_carry_wilsons_interval(guesses):
    probabilities, labels = guesses(200, 4)
    predicted = probabilities.argmax(axis=1)
    said = score(probabilities, labels, names(4))

    def wilson(right, n):
        return list(binomtest(int(right), int(n)).proportion_ci(method="wilson"))

    assert said["interval"] == pytest.approx(wilson((predicted == labels).sum(), 200))
    for number, row in enumerate(said["classes"]):
        right = ((predicted == number) & (labels == number)).sum()
        assert row["precision_interval"] == pytest.approx(wilson(right, (predicted == number).sum()))
        assert row["recall_interval"] == pytest.approx(wilson(right, (labels == number).sum()))


def test_what_is_no_proportion_carries_no_interval():
    probabilities = np.array([[0.8, 0.1, 0.1], [0.9, 0.1, 0.0]])
    rows = score(probabilities, np.array([0, 1]), ["seen", "missed", "absent"])["classes"]
    assert [row["precision_interval"] is None for row in rows] == [False, True, True]
    assert [row["recall_interval"] is None for row in rows] == [False, False, True]
    assert [row["f1"] for row in rows] == [pytest.approx(2 / 3), 0.0, 0.0]


def test_macro_figures_carry_an_interval_around_themselves(guesses):
    said = score_of(guesses(300, 6))
    for figure in ("macro_precision", "macro_recall", "macro_f1", "weighted_f1"):
        low, high = said[f"{figure}_interval"]
        assert 0 <= low < said[figure] < high <= 1
        assert 0.02 < high - low < 0.2


def test_a_score_is_the_same_each_time_and_is_json(guesses):
    first, again = (score_of(guesses(120, 5)) for _ in range(2))
    assert first == again
    assert json.loads(json.dumps(first, allow_nan=False)) == first


def test_a_certain_and_wrong_answer_costs_what_it_costs_in_scikit_learn():
    probabilities = np.array([[1.0, 0.0], [0.25, 0.75]], dtype=np.float32)
    labels = np.array([1, 1])
    assert cross_entropies(probabilities, labels).mean() == pytest.approx(
        log_loss(labels, probabilities, labels=[0, 1]), rel=1e-6
    )


def test_calibration_error_of_known_cases():
    certain = np.ones(10)
    assert calibration_error(certain, np.ones(10, bool)) == 0
    assert calibration_error(certain, np.arange(10) < 7) == pytest.approx(0.3)
    two_bins = np.array([0.9, 0.9, 0.6, 0.6])
    assert calibration_error(two_bins, np.array([True, True, False, True])) == pytest.approx(0.5 * 0.1 + 0.5 * 0.1)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80))
def test_calibration_error_is_that_of_its_definition_bin_by_bin(pictures):
    confidence, right = (np.array(column) for column in zip(*pictures, strict=True))
    expected = 0.0
    for low in range(15):
        inside = (confidence * 15 > low) & (confidence * 15 <= low + 1) | ((confidence == 0) & (low == 0))
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert calibration_error(confidence, right) == pytest.approx(expected, abs=1e-9)


def test_no_pictures_is_said_in_one_sentence():
    with pytest.raises(DataError, match="There are no pictures to score"):
        score(np.zeros((0, 3)), np.zeros(0, int), names(3))


def test_above_the_limit_top_confusions_stand_in_for_the_matrix(guesses):
    at, above = (score_of(guesses(300, classes)) for classes in (LARGEST_MATRIX, LARGEST_MATRIX + 1))
    assert len(at["confusion"]) == LARGEST_MATRIX
    assert above["confusion"] is None
    assert above["top_confusions"][0].keys() == {"true", "predicted", "count", "share"}


def test_ten_thousand_classes_are_scored_in_seconds():
    draw = np.random.default_rng(0)
    labels = draw.integers(10_000, size=2000)
    probabilities = draw.random((2000, 10_000), dtype=np.float32)
    probabilities[np.arange(2000), labels] += draw.random(2000) * 1.0002
    began = time.monotonic()
    said = score(probabilities / probabilities.sum(axis=1, keepdims=True), labels, names(10_000))
    assert time.monotonic() - began < 20
    assert len(said["classes"]) == 10_000
    assert said["confusion"] is None
    assert len(said["top_confusions"]) == 50


def test_top_confusions_name_their_classes():
    probabilities = np.array([[0.9, 0.1]] * 3 + [[0.2, 0.8]])
    assert score(probabilities, np.array([0, 1, 1, 1]), ["ant", "bee"])["top_confusions"] == [
        {"true": "bee", "predicted": "ant", "count": 2, "share": pytest.approx(2 / 3)}
    ]
