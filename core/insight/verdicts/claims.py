"""A published figure beside ours: better, worse, reproduced, cannot be told apart, or not judged and why."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from core.insight.verdicts.comparisons import SEEDS_NEEDED
from core.insight.verdicts.intervals import ALPHA, Interval, Z, around, newcombe, wilson

Verdict = Literal["better", "worse", "reproduced", "cannot be told apart", "not judged"]
OPTIMISTIC = "chosen on these pictures (optimistic)"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A published figure, as a share of 1."""

    value: float
    n: int
    """The pictures that the report scored."""
    decimals: int | None = None
    """Digits after the point to which the share was published (94% has 2); None where it is exact."""
    margin: float = 0.05
    """How far off still counts as reproduced; fixed on the card before anything was run."""

    @property
    def rounding(self) -> float:
        return 0.0 if self.decimals is None else 0.5 * 10**-self.decimals


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What we got for the same figure, at the epoch and on the split that the report used."""

    each: tuple[float, ...]
    """One per seed."""
    n: int
    error: float | None = None
    """A macro figure's bootstrap standard error; None for a proportion of pictures."""
    draws: bool = True
    """Whether the learner has any randomness; one without is judged from a single run."""
    form: str = "full"
    """Of the experiment: quick and hour leave something out."""
    same_pictures: bool = True
    differs: tuple[str, ...] = ()
    """Weights and settings other than the report's, or that it left open."""
    last: tuple[float, ...] | None = None
    """The figures of the last epoch, where `each` is of an epoch that was chosen on the very pictures it scores."""

    @property
    def mean(self) -> float:
        return float(np.mean(self.each))

    @property
    def interval(self) -> Interval:
        """What the choice of pictures alone leaves open."""
        if self.error is None:
            return wilson(self.mean * self.n, self.n)
        return around(self.mean, self.error)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A claim beside its outcome."""

    verdict: Verdict
    reason: str
    outcome: float
    interval: Interval
    """Of the outcome."""
    claim: float
    difference: float
    difference_interval: Interval | None
    """Of outcome - claim: the one that the verdict rests on."""
    each: tuple[float, ...]
    differs: tuple[str, ...]
    note: str
    last: tuple[float, ...] | None

    @property
    def sentence(self) -> str:
        ours, low, high, theirs = (f"{100 * share:.1f}" for share in (self.outcome, *self.interval, self.claim))
        because = f" ({self.reason})" if self.reason else ""
        marked = f", {self.note}," if self.note else ""
        return f"{ours}% ({low} to {high}){marked} against {theirs}% as published: {self.verdict}{because}"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "sentence": self.sentence}


def judge_claim(outcome: Outcome, claim: Claim) -> Judgement:
    """Whether the published figure holds, with the chance on both sides taken into account."""
    reason = _why_not_judged(outcome)
    interval = None if reason else _of_the_difference(outcome, claim)
    return Judgement(
        verdict="not judged" if interval is None else _verdict(interval, claim.margin),
        reason=reason,
        outcome=outcome.mean,
        interval=outcome.interval,
        claim=claim.value,
        difference=outcome.mean - claim.value,
        difference_interval=interval,
        each=outcome.each,
        differs=outcome.differs,
        note="" if outcome.last is None else OPTIMISTIC,
        last=outcome.last,
    )


def _why_not_judged(outcome: Outcome) -> str:
    reasons = {
        f"{outcome.form} form": outcome.form != "full",
        "fewer than three seeds": outcome.draws and len(outcome.each) < SEEDS_NEEDED,
        "other pictures": not outcome.same_pictures,
    }
    return ", ".join(reason for reason, holds in reasons.items() if holds)


def _of_the_difference(outcome: Outcome, claim: Claim) -> Interval:
    """The wider of what the seeds and what the pictures leave open, widened by the published rounding."""
    candidates = [_from_pictures(outcome, claim)]
    if outcome.draws:
        candidates.append(_from_seeds(outcome, claim))
    low, high = max(candidates, key=lambda ends: ends[1] - ends[0])
    return low - claim.rounding, high + claim.rounding


def _from_pictures(outcome: Outcome, claim: Claim) -> Interval:
    if outcome.error is None:
        return newcombe(outcome.mean * outcome.n, outcome.n, claim.value * claim.n, claim.n)
    # The report's own error of a macro figure is unknown; it is taken to be as large as ours.
    half = Z * outcome.error * math.sqrt(2)
    return outcome.mean - claim.value - half, outcome.mean - claim.value + half


def _from_seeds(outcome: Outcome, claim: Claim) -> Interval:
    """The report is one more draw of a seed, beside the mean of ours."""
    from scipy.special import stdtrit  # SciPy loads when first needed: a page opens without it

    seeds = len(outcome.each)
    half = float(stdtrit(seeds - 1, 1 - ALPHA / 2) * np.std(outcome.each, ddof=1) * math.sqrt(1 + 1 / seeds))
    return outcome.mean - claim.value - half, outcome.mean - claim.value + half


def _verdict(interval: Interval, margin: float) -> Verdict:
    low, high = interval
    if low > 0:
        return "better"
    if high < 0:
        return "worse"
    return "reproduced" if -margin <= low and high <= margin else "cannot be told apart"


@dataclass(frozen=True)
class Tally:
    """How many claims of a card were judged, and how many of those would differ by chance alone."""

    judged: int

    @property
    def by_chance(self) -> float:
        return ALPHA * self.judged

    @property
    def sentence(self) -> str:
        claims = "1 claim" if self.judged == 1 else f"{self.judged} claims"
        return f"{claims} judged; of so many, up to {self.by_chance:.2g} would differ by chance"


def tally(judgements: Sequence[Judgement]) -> Tally:
    return Tally(sum(each.verdict != "not judged" for each in judgements))


@dataclass(frozen=True, kw_only=True)
class TimeRatio:
    """How many times faster something was: a range and the machines, and no talk of significance."""

    low: float
    high: float
    repetitions: int
    machine: str
    published: float
    published_machine: str

    @property
    def sentence(self) -> str:
        often = "1 repetition" if self.repetitions == 1 else f"{self.repetitions} repetitions"
        short = "" if self.repetitions >= 3 else " (a range takes three)"
        ours = f"{self.low:.3g} to {self.high:.3g} times in {often}{short} on {self.machine}"
        return f"{ours}; the report says {self.published:.3g} times on {self.published_machine}"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "sentence": self.sentence}


def time_ratio(
    ratios: Sequence[float], *, machine: str, published: float, published_machine: str = "an unnamed machine"
) -> TimeRatio:
    return TimeRatio(
        low=min(ratios),
        high=max(ratios),
        repetitions=len(ratios),
        machine=machine,
        published=published,
        published_machine=published_machine,
    )
