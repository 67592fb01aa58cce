import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from core.insight.verdicts import Claim, Outcome, judge_claim, newcombe, tally, time_ratio, wilson

NONE = Claim(value=145 / 153, n=153)
"""A published 145 of 153."""


def judged(*each, claim=NONE, n=153, **about):
    return judge_claim(Outcome(each=each, n=n, **about), claim)


def apart(said):
    """The interval on which the verdict rests; there is one wherever there is a verdict."""
    assert said.difference_interval is not None
    return said.difference_interval


class TestVerdicts:
    def test_close_figures_are_reproduced(self):
        said = judged(0.925, 0.93, 0.935, claim=Claim(value=0.935, n=10_000), n=10_000)
        assert (said.verdict, said.reason) == ("reproduced", "")
        assert said.difference == pytest.approx(-0.005)

    def test_a_figure_that_the_interval_leaves_out_is_better_or_worse(self):
        low = Claim(value=0.785, n=1324)
        assert judged(0.87, 0.871, 0.869, claim=low, n=1324).verdict == "better"
        assert judged(0.70, 0.701, 0.699, claim=low, n=1324).verdict == "worse"

    def test_an_interval_wider_than_the_margin_cannot_tell(self):
        said = judged(0.90, 0.95, 0.93)
        assert said.verdict == "cannot be told apart"
        assert apart(said)[0] < -0.05

    def test_the_margin_is_the_cards(self):
        figures = {"n": 10_000, "claim": Claim(value=0.935, n=10_000)}
        assert judged(0.93, 0.93, 0.93, **figures).verdict == "reproduced"
        tight = Claim(value=0.935, n=10_000, margin=0.01)
        assert judged(0.93, 0.93, 0.93, n=10_000, claim=tight).verdict == "cannot be told apart"

    def test_the_outcome_carries_its_own_interval_and_every_seed(self):
        said = judged(0.92, 0.94, 0.93)
        assert said.outcome == pytest.approx(0.93)
        assert said.each == (0.92, 0.94, 0.93)
        assert said.interval == pytest.approx(wilson(0.93 * 153, 153))

    def test_a_judgement_can_be_said_in_one_sentence(self):
        assert judged(0.92, 0.94, 0.93).sentence == (
            "93.0% (87.8 to 96.1) against 94.8% as published: cannot be told apart"
        )
        assert judged(0.92, last=(0.9,)).sentence == (
            "92.0% (86.6 to 95.3), chosen on these pictures (optimistic), against 94.8% as published: "
            "not judged (fewer than three seeds)"
        )

    def test_a_judgement_is_json(self):
        said = judged(0.92, 0.94, 0.93, differs=("weights: another file",)).to_json()
        assert json.loads(json.dumps(said, allow_nan=False))["differs"] == ["weights: another file"]


class TestTheInterval:
    def test_where_the_pictures_leave_more_open_it_is_newcombes(self):
        said = judged(0.93, 0.931, 0.929)
        assert said.difference_interval == pytest.approx(newcombe(0.93 * 153, 153, 145, 153))

    def test_where_the_seeds_leave_more_open_it_is_students(self):
        each, claim = (0.90, 0.94, 0.92), Claim(value=0.93, n=10_000)
        half = t.ppf(0.975, 2) * np.std(each, ddof=1) * math.sqrt(1 + 1 / 3)
        said = judged(*each, claim=claim, n=10_000)
        assert said.difference_interval == pytest.approx((-0.01 - half, -0.01 + half))

    def test_more_seeds_narrow_it(self):
        claim, n = Claim(value=0.93, n=10_000), 10_000
        few, many = (apart(judged(*[0.92, 0.93, 0.94] * times, claim=claim, n=n)) for times in (1, 3))
        assert many[1] - many[0] < few[1] - few[0]

    def test_a_learner_without_randomness_is_judged_by_newcombe_alone_from_one_run(self):
        claim = Claim(value=0.872, n=1324)
        said = judged(0.868, claim=claim, n=1324, draws=False)
        assert said.verdict == "reproduced"
        assert said.difference_interval == pytest.approx(newcombe(0.868 * 1324, 1324, 0.872 * 1324, 1324))

    def test_the_published_rounding_widens_it_on_both_sides(self):
        exact, rounded = (
            judged(0.95, 0.95, 0.95, claim=Claim(value=0.94, n=10_000, decimals=decimals), n=10_000)
            for decimals in (None, 2)
        )
        low, high = apart(exact)
        assert rounded.difference_interval == pytest.approx((low - 0.005, high + 0.005))

    def test_rounding_alone_can_undo_a_difference(self):
        sharp, blunt = Claim(value=0.94, n=10_000, decimals=4), Claim(value=0.94, n=10_000, decimals=2)
        assert judged(0.949, 0.949, 0.949, claim=sharp, n=10_000).verdict == "better"
        assert judged(0.949, 0.949, 0.949, claim=blunt, n=10_000).verdict == "reproduced"

    def test_a_macro_figure_takes_its_bootstrap_error_times_the_root_of_two(self):
        said = judged(0.56, 0.56, 0.56, claim=Claim(value=0.56, n=1324), n=1324, error=0.02)
        half = 1.959964 * 0.02 * math.sqrt(2)
        assert said.difference_interval == pytest.approx((-half, half), abs=1e-6)
        assert said.interval == pytest.approx((0.56 - 1.959964 * 0.02, 0.56 + 1.959964 * 0.02), abs=1e-6)
        assert said.verdict == "cannot be told apart"

    def test_a_macro_figure_too_takes_the_seeds_where_they_spread_more(self):
        each, claim = (0.50, 0.60, 0.55), Claim(value=0.56, n=1324)
        assert judged(*each, claim=claim, error=0.001).difference_interval == pytest.approx(
            judged(*each, claim=claim, n=10**7).difference_interval
        )

    @given(st.lists(st.integers(0, 500), min_size=3, max_size=6), st.integers(0, 500))
    def test_it_holds_the_difference_whatever_was_seen(self, rights, published):
        claim = Claim(value=published / 500, n=500)
        said = judge_claim(Outcome(each=tuple(right / 500 for right in rights), n=500), claim)
        low, high = apart(said)
        assert low <= said.difference + 1e-12
        assert said.difference <= high + 1e-12


class TestNotJudged:
    @pytest.mark.parametrize(
        ("each", "about", "reason"),
        [
            ((0.5, 0.5, 0.5), {"form": "quick"}, "quick form"),
            ((0.5, 0.5), {}, "fewer than three seeds"),
            ((0.5, 0.5, 0.5), {"same_pictures": False}, "other pictures"),
            ((0.5,), {"form": "quick"}, "quick form, fewer than three seeds"),
            ((0.5,), {"draws": False, "form": "quick"}, "quick form"),
        ],
    )
    def test_the_reason_is_given_and_the_outcome_still_shown(self, each, about, reason):
        said = judged(*each, **about)
        assert (said.verdict, said.reason, said.difference_interval) == ("not judged", reason, None)
        assert (said.outcome, said.claim) == (0.5, 145 / 153)


class TestWhatStandsBeside:
    def test_what_differs_from_the_report_stands_beside_every_verdict(self):
        left_open = ("weight decay: left open, 0.01 chosen", "weights: a newer file")
        for said in (judged(0.93, 0.93, 0.93, differs=left_open), judged(0.93, differs=left_open)):
            assert said.differs == left_open

    def test_an_epoch_chosen_on_the_scored_pictures_is_marked_with_the_last_beside_it(self):
        said = judged(0.95, 0.94, 0.95, last=(0.92, 0.93, 0.92))
        assert said.note == "chosen on these pictures (optimistic)"
        assert said.last == (0.92, 0.93, 0.92)
        assert judged(0.95, 0.94, 0.95).note == ""

    def test_a_card_says_how_many_it_judged_and_how_many_differ_by_chance(self):
        card = tally([judged(0.93, 0.93, 0.93)] * 14 + [judged(0.93)] * 3)
        assert card.judged == 14
        assert card.by_chance == pytest.approx(0.7)
        assert card.sentence == "14 claims judged; of so many, up to 0.7 would differ by chance"


class TestTimeRatios:
    def test_the_range_and_both_machines_are_named_and_no_significance(self):
        said = time_ratio([150.0, 181.0, 165.0], machine="two cores", published=172, published_machine="a laptop")
        assert (said.low, said.high) == (150.0, 181.0)
        assert said.sentence == "150 to 181 times in 3 repetitions on two cores; the report says 172 times on a laptop"
        assert not {"verdict", "p_value"} & said.to_json().keys()

    def test_fewer_than_three_repetitions_say_so(self):
        said = time_ratio([150.0], machine="two cores", published=172)
        assert said.sentence.startswith("150 to 150 times in 1 repetition (a range takes three) on two cores")
