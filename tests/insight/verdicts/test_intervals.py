import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from core.insight.confusion import Confusion
from core.insight.verdicts import bootstrap_error, bootstrap_interval, newcombe, over_seeds, wilson

proportions = st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(proportions)
def test_wilsons_interval_is_that_of_scipy_and_holds_the_share(proportion):
    right, n = proportion
    low, high = wilson(right, n)
    assert (low, high) == pytest.approx(tuple(binomtest(right, n).proportion_ci(method="wilson")), abs=1e-9)
    assert 0 <= low <= right / n <= high <= 1


def test_the_published_intervals_of_153_pictures():
    rounded = {right: tuple(round(100 * end, 1) for end in wilson(right, 153)) for right in (145, 142, 138)}
    assert rounded == {145: (90.0, 97.3), 142: (87.6, 95.9), 138: (84.5, 94.0)}


def test_where_nothing_was_seen_everything_is_possible():
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("a", "n_a", "b", "n_b", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_newcombes_interval_is_that_of_his_own_worked_examples(a, n_a, b, n_b, low, high):
    """Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10."""
    assert newcombe(a, n_a, b, n_b) == pytest.approx((low, high), abs=5e-5)


@given(proportions, proportions)
def test_newcombes_interval_holds_the_difference_and_turns_with_the_sides(one, other):
    low, high = newcombe(*one, *other)
    assert low <= one[0] / one[1] - other[0] / other[1] <= high
    assert newcombe(*other, *one) == pytest.approx((-high, -low))


def test_the_bootstrap_error_of_an_average_is_the_textbooks():
    """Macro recall is a mean of independent proportions, so its error is known."""
    labels = np.repeat([0, 1], 500)
    predicted = np.where(np.arange(1000) % 500 < 400, labels, 1 - labels)
    resampled = Confusion.between(labels, predicted, 2).resampled_averages()["macro_recall"]
    expected = np.sqrt(0.8 * 0.2 / 500 * 2) / 2
    assert bootstrap_error(resampled) == pytest.approx(expected, rel=0.1)
    assert bootstrap_interval(0.8, resampled) == pytest.approx((0.8 - 1.96 * expected, 0.8 + 1.96 * expected), abs=3e-3)


@given(st.floats(0, 1), st.lists(st.floats(0, 1), min_size=2, max_size=50))
def test_a_bootstrap_interval_holds_its_figure_and_stays_a_share(figure, resampled):
    low, high = bootstrap_interval(figure, np.array(resampled))
    assert 0 <= low <= figure <= high <= 1


def test_several_seeds_are_shown_as_their_mean_and_each():
    said = over_seeds([0.9, 0.92, 0.94])
    assert said == {"mean": pytest.approx(0.92), "each": [0.9, 0.92, 0.94], "spread": pytest.approx(0.02)}


def test_one_seed_has_no_spread():
    assert over_seeds([0.9]) == {"mean": 0.9, "each": [0.9], "spread": None}


@pytest.mark.slow
def test_the_interval_of_a_macro_figure_holds_the_truth_about_95_times_in_100():
    draw, classes = np.random.default_rng(1), 16
    size = np.arange(1.0, classes + 1) ** -2
    cells = draw.dirichlet(np.full(classes, 0.2), size=classes) * 0.2 + np.eye(classes) * 0.8
    cells *= (size / size.sum())[:, None]
    truth = (2 * np.diag(cells) / (cells.sum(axis=0) + cells.sum(axis=1))).mean()
    held = 0
    for seed in range(500):
        drawn = draw.choice(classes**2, size=1324, p=cells.ravel())
        confusion = Confusion.between(drawn // classes, drawn % classes, classes)
        figure = float(confusion.tallies().averages()["macro_f1"])
        low, high = bootstrap_interval(figure, confusion.resampled_averages(400, seed)["macro_f1"])
        held += low <= truth <= high
    assert 0.92 <= held / 500 <= 0.98
