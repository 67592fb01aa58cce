"""When Thaw may say that something differs: every rule by which a figure is doubted, compared or judged.

Two figures are never compared by eye. One score carries an interval (`intervals`). Two trained networks are compared
picture by picture, and two recipes by at least three seeds each (`comparisons`): what is true of two networks need
not be true of the recipes that made them. A published figure is judged with the noise of both sides (`claims`).
"""

from core.insight.verdicts.claims import (
    Claim,
    Judgement,
    Outcome,
    Tally,
    TimeRatio,
    judge_claim,
    tally,
    time_ratio,
)
from core.insight.verdicts.comparisons import (
    Comparison,
    compare_all_recipes,
    compare_recipes,
    compare_runs,
    holm,
    mcnemar_exact,
    same_pictures,
)
from core.insight.verdicts.counts import WinCount, count_wins
from core.insight.verdicts.intervals import bootstrap_error, bootstrap_interval, newcombe, over_seeds, wilson

__all__ = [
    "Claim",
    "Comparison",
    "Judgement",
    "Outcome",
    "Tally",
    "TimeRatio",
    "WinCount",
    "bootstrap_error",
    "bootstrap_interval",
    "compare_all_recipes",
    "compare_recipes",
    "compare_runs",
    "count_wins",
    "holm",
    "judge_claim",
    "mcnemar_exact",
    "newcombe",
    "over_seeds",
    "same_pictures",
    "tally",
    "time_ratio",
    "wilson",
]
