import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, t, ttest_rel

from core.errors import DataError
from core.insight.verdicts import (
    compare_all_recipes,
    compare_recipes,
    compare_runs,
    holm,
    mcnemar_exact,
    same_pictures,
)


def disputed(only_a, only_b, both=100, neither=5):
    """Right answers of two networks with so many pictures that only one of them gets right."""
    right_a = [True] * (only_a + both) + [False] * (only_b + neither)
    right_b = [False] * only_a + [True] * (both + only_b) + [False] * neither
    return np.array(right_a), np.array(right_b)


def drawn(accuracy, seeds, n=2000, seed=0):
    """Right answers of networks that share nothing but how good they are."""
    return np.random.default_rng(seed).random((seeds, n)) < accuracy


class TestTwoRuns:
    def test_the_pictures_that_only_one_gets_right_decide_and_are_counted(self):
        said = compare_runs(*disputed(7, 4, both=138, neither=4))
        assert (said.about, said.only_a_right, said.only_b_right, said.verdict) == ("runs", 7, 4, "too_close")
        assert said.difference == pytest.approx((145 - 142) / 153)
        assert said.sentence == (
            "7 only A right, 4 only B right; exact McNemar p = 0.55: too close to call between these two networks"
        )

    def test_the_totals_alone_cannot_decide(self):
        """132 against 120 of 153 both times; what differs is how often the two disagree."""
        seldom, often = disputed(12, 0, both=120, neither=21), disputed(32, 20, both=100, neither=1)
        assert [side.sum() for side in seldom] == [side.sum() for side in often] == [132, 120]
        assert compare_runs(*seldom).verdict == "a"
        assert compare_runs(*often).verdict == "too_close"

    def test_a_clear_lead_names_the_better_network(self):
        said = compare_runs(*disputed(24, 6), a="resnet", b="svm")
        assert said.verdict == "a"
        assert said.sentence.endswith("p = 0.0014: resnet is the better of these two networks")
        assert compare_runs(*disputed(6, 24)).verdict == "b"

    def test_two_networks_that_never_disagree_are_too_close(self):
        said = compare_runs(*disputed(0, 0))
        assert (said.p_value, said.verdict) == (1.0, "too_close")

    @given(st.integers(0, 300), st.integers(0, 300))
    def test_the_p_is_that_of_scipys_binomial_test(self, only_a, only_b):
        expected = binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
        assert mcnemar_exact(only_a, only_b) == pytest.approx(expected, rel=1e-9)

    @given(st.integers(0, 60), st.integers(0, 60))
    def test_turning_the_sides_turns_the_verdict(self, only_a, only_b):
        one, other = compare_runs(*disputed(only_a, only_b)), compare_runs(*disputed(only_b, only_a))
        assert {one.verdict, other.verdict} in ({"a", "b"}, {"too_close"})
        assert one.p_value == other.p_value

    def test_other_pictures_are_refused_in_one_sentence(self):
        with pytest.raises(DataError, match="A was scored on 153 pictures and B on 100; only runs on the same"):
            compare_runs(np.ones(153, bool), np.ones(100, bool))


class TestTwoRecipes:
    def test_the_error_adds_pictures_and_both_spreads(self):
        a, b = drawn(0.9, 4, seed=1), drawn(0.88, 4, seed=2)
        said = compare_recipes(a, b)
        per_picture = a.mean(axis=0) - b.mean(axis=0)
        error = math.sqrt(
            per_picture.var(ddof=1) / 2000 + a.mean(axis=1).var(ddof=1) / 4 + b.mean(axis=1).var(ddof=1) / 4
        )
        assert said.p_value == pytest.approx(2 * t.sf(per_picture.mean() / error, df=2 * (4 - 1)))
        half = t.ppf(0.975, 6) * error
        assert said.interval == pytest.approx((per_picture.mean() - half, per_picture.mean() + half))

    def test_with_no_spread_between_seeds_the_pictures_alone_remain(self):
        a, b = np.repeat(drawn(0.9, 1, seed=1), 3, axis=0), np.repeat(drawn(0.87, 1, seed=2), 3, axis=0)
        statistic = ttest_rel(a[0].astype(float), b[0].astype(float)).statistic
        assert compare_recipes(a, b).p_value == pytest.approx(2 * t.sf(abs(statistic), 4))

    def test_a_large_difference_is_found_on_either_side(self):
        strong, weak = drawn(0.95, 3, seed=1), drawn(0.85, 3, seed=2)
        assert compare_recipes(strong, weak).verdict == "a"
        assert compare_recipes(weak, strong).verdict == "b"
        assert compare_recipes(strong, weak, "full", "head").sentence.endswith(
            "full is the better of these two recipes"
        )

    def test_equal_recipes_are_too_close(self):
        said = compare_recipes(drawn(0.9, 3, seed=1), drawn(0.9, 3, seed=2))
        assert (said.about, said.verdict) == ("recipes", "too_close")
        assert said.sentence.endswith("too close to call between these two recipes")

    def test_a_recipe_beside_itself_differs_by_nothing(self):
        said = compare_recipes(drawn(0.9, 3), drawn(0.9, 3))
        assert (said.difference, said.p_value, said.verdict) == (0.0, 1.0, "too_close")

    def test_one_always_right_and_one_always_wrong_need_no_distribution(self):
        said = compare_recipes(np.ones((3, 50), bool), np.zeros((3, 50), bool))
        assert (said.p_value, said.verdict, said.interval) == (0.0, "a", (1.0, 1.0))

    @pytest.mark.parametrize(("seeds_a", "seeds_b"), [(1, 1), (2, 3), (3, 2)])
    def test_fewer_than_three_seeds_give_no_verdict_and_say_so(self, seeds_a, seeds_b):
        said = compare_recipes(drawn(0.99, seeds_a), drawn(0.5, seeds_b), "full", "head")
        assert (said.verdict, said.p_value) == ("too_close", None)
        assert "a verdict about recipes needs at least three seeds of each" in said.sentence
        assert f"full has {seeds_a} seed" in said.sentence

    def test_the_disputed_pictures_are_the_mean_over_all_pairs_of_seeds(self):
        a, b = drawn(0.9, 3, n=50, seed=1), drawn(0.8, 4, n=50, seed=2)
        pairs = [compare_runs(one, other) for one in a for other in b]
        said = compare_recipes(a, b)
        assert said.only_a_right == pytest.approx(np.mean([pair.only_a_right for pair in pairs]))
        assert said.only_b_right == pytest.approx(np.mean([pair.only_b_right for pair in pairs]))

    def test_one_picture_decides_nothing_and_is_still_json(self):
        said = compare_recipes(np.ones((3, 1), bool), np.zeros((3, 1), bool))
        assert said.verdict == "too_close"
        assert json.loads(json.dumps(said.to_json(), allow_nan=False))["interval"] == [-1.0, 1.0]


class TestSeveralRecipes:
    def test_every_pair_is_shown_and_held_against_holm(self):
        rights = {name: drawn(accuracy, 3, seed=place) for place, (name, accuracy) in enumerate(
            {"full": 0.93, "gradual": 0.925, "lora": 0.93, "head": 0.86}.items()
        )}  # fmt: skip
        pairs = compare_all_recipes(rights)
        assert [(pair.a, pair.b) for pair in pairs[:4]] == [
            ("full", "gradual"), ("full", "lora"), ("full", "head"), ("gradual", "lora"),
        ]  # fmt: skip
        assert [pair.p_adjusted for pair in pairs] == holm([pair.p_value or 0.0 for pair in pairs])
        assert {pair.b for pair in pairs if pair.verdict != "too_close"} == {"head"}

    def test_a_difference_that_only_holds_alone_does_not_hold_among_many(self):
        rights = {"a": drawn(0.93, 3, seed=0), "b": drawn(0.905, 3, seed=1)}
        alone = compare_all_recipes(rights)[0]
        assert alone.verdict == "a"
        crowd = rights | {f"other {place}": drawn(0.92, 3, seed=place) for place in range(2, 10)}
        among = compare_all_recipes(crowd)[0]
        assert among.p_value == alone.p_value
        assert among.verdict == "too_close"
        assert "after Holm" in among.sentence

    def test_a_recipe_of_too_few_seeds_takes_nothing_from_the_others(self):
        rights = {"a": drawn(0.95, 3, seed=0), "single": drawn(0.5, 1, seed=1), "b": drawn(0.85, 3, seed=2)}
        judged = {(pair.a, pair.b): pair for pair in compare_all_recipes(rights)}
        assert judged["a", "b"].verdict == "a"
        assert judged["a", "b"].p_adjusted == judged["a", "b"].p_value
        assert judged["a", "single"].p_value is None


class TestHolm:
    def test_a_worked_example(self):
        assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])

    @given(st.lists(st.floats(0, 1), max_size=12))
    def test_adjusting_keeps_the_order_and_never_flatters(self, p_values):
        adjusted = holm(p_values)
        assert all(p <= after <= 1 for p, after in zip(p_values, adjusted, strict=True))
        in_order = [after for _, after in sorted(zip(p_values, adjusted, strict=True))]
        assert in_order == sorted(in_order)

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
    def test_at_most_what_bonferroni_takes_and_for_the_smallest_exactly_that(self, p_values):
        adjusted = holm(p_values)
        assert min(adjusted) == min(1.0, len(p_values) * min(p_values))
        assert all(after <= min(1.0, len(p_values) * p) for p, after in zip(p_values, adjusted, strict=True))


class TestSamePictures:
    def test_pictures_are_matched_by_file_whatever_their_order(self):
        assert same_pictures(["a", "b", "c"], ["c", "a", "b"]).tolist() == [1, 2, 0]

    @pytest.mark.parametrize("other", [["a", "b"], ["a", "b", "x"], ["a", "b", "c", "d"]])
    def test_other_pictures_are_refused_in_one_sentence(self, other):
        sentence = f"A was scored on 3 pictures and B on {len(other)}, of which they share"
        with pytest.raises(DataError, match=sentence):
            same_pictures(["a", "b", "c"], other)
