import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from core.errors import DataError
from core.insight.contrasts import contrast, difference_of, told_by_each
from core.insight.mistakes import Guesses

CLASSES = ["ant", "bee", "![](http://127.0.0.1:9/x) <b>"]


def guesses_like(predicted, labels, files=None) -> Guesses:
    """A network that is sure of what it says."""
    probabilities = np.full((len(labels), len(CLASSES)), 0.05)
    probabilities[np.arange(len(labels)), predicted] = 0.9
    return Guesses.of(probabilities, np.array(labels), files or [f"{n:04}" for n in range(len(labels))], CLASSES)


def test_each_class_is_won_by_the_exact_test_alone():
    """Twenty ants that only A knows, three bees that only B knows, and one of the third that nobody knows."""
    labels = [0] * 20 + [1] * 3 + [2]
    a = guesses_like([0] * 20 + [0] * 3 + [1], labels)
    b = guesses_like([1] * 20 + [1] * 3 + [0], labels)
    told = contrast(a, b, "A", "B")
    ants, bees, third = told["classes"]
    assert (ants["only_a_right"], ants["only_b_right"], ants["winner"]) == (20, 0, "A")
    assert ants["p_adjusted"] == pytest.approx(3 * binomtest(20, 20).pvalue)
    assert (bees["only_b_right"], bees["ahead"], bees["winner"]) == (3, "B", None)
    assert (third["pictures"], third["right_a"], third["right_b"], third["ahead"]) == (1, 0, 0, None)
    assert told["confusion"]["a"] == confusion_matrix(labels, a.predicted).tolist()
    assert told["disputed"] == a.files[:23]


@given(st.integers(1, 60), st.integers(0, 10**6))
def test_the_pictures_of_every_cell_are_as_many_as_the_matrix_says(n: int, seed: int):
    draw = np.random.default_rng(seed)
    labels, predicted = draw.integers(3, size=n), draw.integers(3, size=n)
    one = guesses_like(predicted, labels)
    matrix = one.confusion.matrix()
    for i, true in enumerate(CLASSES):
        for j, said in enumerate(CLASSES):
            inside = one.in_cell(true, said)
            assert len(inside) == matrix[i, j]
            assert {(guess.true, guess.predicted) for guess in inside} <= {(true, said)}


@given(st.integers(2, 40), st.integers(0, 10**6))
def test_a_comparison_does_not_depend_on_the_order_in_which_the_pictures_were_judged(n: int, seed: int):
    draw = np.random.default_rng(seed)
    labels, files = draw.integers(3, size=n), [f"{number:04}" for number in draw.permutation(n)]
    one, other = (guesses_like(draw.integers(3, size=n), labels, files) for _ in range(2))
    turned = draw.permutation(n)
    again = guesses_like(other.predicted[turned], labels[turned], [files[place] for place in turned])
    first, second = contrast(one, other, "A", "B"), contrast(one, again, "A", "B")
    assert first == second
    difference = np.array(difference_of(first["confusion"]))
    assert difference.sum() == 0 and difference.trace() == int(one.right.sum()) - int(other.right.sum())


def test_the_same_pictures_are_told_by_each_and_the_disputed_ones_alone_if_asked():
    labels = [0, 0, 1, 1]
    runs = {"A": guesses_like([0, 1, 1, 1], labels), "B": guesses_like([0, 0, 1, 0], labels)}
    disputed = told_by_each(runs, 9, disputed=True)
    assert [row["index"] for row in disputed] == [1, 3]
    assert [row["said"]["A"]["right"] for row in disputed] == [False, True]
    assert [row["index"] for row in told_by_each(runs, 2)] == [0, 2]


def test_runs_that_were_told_other_labels_are_not_compared():
    with pytest.raises(DataError, match="different labels"):
        contrast(guesses_like([0, 1], [0, 1]), guesses_like([0, 1], [0, 0]), "A", "B")


def test_ten_thousand_classes_are_listed_but_not_drawn():
    classes = [f"class {number}" for number in range(10_000)]
    labels = np.arange(200) * 50
    columns = (labels, np.full(200, 0.9), np.full(200, 0.5), np.full(200, 0.7))
    one = Guesses(labels, *columns, [f"{n:04}" for n in range(200)], classes)
    other = Guesses(labels, labels[::-1].copy(), *columns[1:], one.files, classes)
    told = contrast(one, other, "A", "B")
    assert told["confusion"] is None and len(told["classes"]) == 200
    assert one.in_cell("class 50", "class 50")[0].file == "0001"
