"""Claims that there are rules for: a figure of one member, the order of two, and in how many classes one wins."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.recipe.replays.claims import Classes, Figure, Judged, Order, Right
from core.service.replaying.rows import Row, about, between, percent, points, reasons, smaller
from core.service.replaying.trained import Trained

if TYPE_CHECKING:
    import numpy as np

    from core.insight.mistakes import Guesses
    from core.insight.verdicts import Comparison, Outcome

FEW = "fewer than three seeds"
UNCLAIMED = "the report gives no figure of it"
WITHOUT_VERDICT = "a count stands with its interval, without a verdict"
OF_AN_ORDER = {"a": "reproduced", "b": "worse", "too_close": "cannot be told apart"}
"""The winner of the report is A: that B is ahead is worse than was published."""


def judge_figure(claim: Figure | Right, trained: Trained, differs: Sequence[str]) -> Row:
    """A published figure of one member beside ours."""
    from core.insight.verdicts import Claim, judge_claim

    figure = claim.figure if isinstance(claim, Figure) else "accuracy"
    guesses = trained.guesses(claim.split, claim.epoch)
    outcome = _outcome(claim, figure, trained, guesses, differs)
    published = _published(claim)
    judged = judge_claim(outcome, Claim(value=published, n=claim.n or outcome.n, decimals=_decimals(claim)))
    return Row(
        **about(claim, differs),
        claim=published,
        outcome=judged.outcome,
        outcome_told=_outcome_told(claim, judged.outcome, judged.each),
        interval=judged.interval,
        each=judged.each,
        verdict=judged.verdict,
        reason=reasons(_why(judged.reason, trained.form), _unlearned(trained.form, guesses)),
        note=reasons(judged.note, _last_told(judged.last)),
    )


def unclaimed(trained: Trained) -> Row:
    """The accuracy of a member that its report gives no figure of: on the test pictures where there are any."""
    from core.insight.verdicts import Outcome

    known = {"text": "", "kind": "accuracy", "members": (trained.member.name,), "further": trained.member.further}
    if not trained.done:
        return Row(**known, reason=reasons(trained.missing, UNCLAIMED))
    guesses = trained.guesses(trained.scored, "best")
    outcome = Outcome(each=tuple(_value(each, "accuracy") for each in guesses), n=len(guesses[0].labels))
    return Row(
        **known,
        outcome=outcome.mean,
        outcome_told=percent(outcome.mean),
        interval=outcome.interval,
        each=outcome.each,
        reason=reasons(trained.missing, smaller(trained.form), UNCLAIMED, _unlearned(trained.form, guesses)),
    )


def _why(reason: str, form: str) -> str:
    """A smaller form has one seed because it is small: that is one reason, not two."""
    said = [each for each in reason.split(", ") if form == "full" or each != FEW]
    return ", ".join(said)


def _outcome(
    claim: Figure | Right, figure: str, trained: Trained, guesses: "list[Guesses]", differs: Sequence[str]
) -> "Outcome":
    from core.insight.verdicts import Outcome

    n = len(guesses[0].labels)
    same = n == claim.n if isinstance(claim, Right) else claim.same_pictures and n == claim.n
    return Outcome(
        each=tuple(_value(each, figure) for each in guesses),
        n=n,
        error=_error(guesses, figure),
        draws=trained.member.draws,
        form=trained.form,
        same_pictures=same,
        differs=tuple(differs),
        last=_of_the_last_epoch(claim, figure, trained),
    )


def _value(guesses: "Guesses", figure: str) -> float:
    if figure == "accuracy":
        return float(guesses.right.mean())
    return float(guesses.confusion.tallies().averages()[figure])


def _error(guesses: "list[Guesses]", figure: str) -> float | None:
    """Of a macro figure, by resampling the pictures; the runs' mean."""
    from core.insight.verdicts import bootstrap_error

    if figure == "accuracy":
        return None
    errors = [bootstrap_error(each.confusion.resampled_averages()[figure]) for each in guesses]
    return sum(errors) / len(errors)


def _of_the_last_epoch(claim: Judged, figure: str, trained: Trained) -> tuple[float, ...] | None:
    """Beside an epoch that was chosen on the very pictures it is scored on stands the last one."""
    if (claim.split, claim.epoch) != ("val", "best"):
        return None
    return tuple(_value(each, figure) for each in trained.guesses("val", "last"))


def _published(claim: Figure | Right) -> float:
    return claim.value if isinstance(claim, Figure) else claim.value / claim.n


def _decimals(claim: Figure | Right) -> int | None:
    return claim.decimals if isinstance(claim, Figure) else None


def _outcome_told(claim: Figure | Right, outcome: float, each: Sequence[float]) -> str:
    n = claim.n if isinstance(claim, Right) else None
    shown = [f"{share * n:.0f}" if n else f"{100 * share:.1f}" for share in each]
    mean = f"{outcome * n:.{0 if len(each) == 1 else 1}f} of {n}" if n else percent(outcome)
    return mean if len(each) == 1 else f"{mean} [{', '.join(shown)}]"


def _last_told(last: Sequence[float] | None) -> str:
    return f"last epoch {percent(sum(last) / len(last))}" if last else ""


def _unlearned(form: str, guesses: "list[Guesses]") -> str:
    return "" if form == "full" or _is_learned(guesses) else f"not learned in the {form} form"


def _is_learned(guesses: "list[Guesses]") -> bool:
    """Whether its interval lies above what is reached by always saying the most frequent class."""
    import numpy as np

    from core.insight.verdicts import wilson

    labels, n = guesses[0].labels, len(guesses[0].labels)
    right = sum(float(each.right.sum()) for each in guesses) / len(guesses)
    return wilson(right, n)[0] > float(np.bincount(labels).max()) / n


def judge_orders(
    claims: Sequence[Order], trained: Mapping[str, Trained], differs: Mapping[str, Sequence[str]]
) -> list[Row]:
    """All orders of a card together: Holm keeps one chance difference among them at 1 in 20."""
    from core.insight.verdicts import holm

    compared = [_compared(claim, trained) for claim in claims]
    adjusted = iter(holm([each.p_value for each in compared if each.p_value is not None]))
    whole = [each if each.p_value is None else replace(each, p_adjusted=next(adjusted)) for each in compared]
    return [_row_of(claim, each, trained, differs) for claim, each in zip(claims, whole, strict=True)]


def _compared(claim: Order, trained: Mapping[str, Trained]) -> "Comparison":
    from core.insight.verdicts import compare_recipes

    winner, loser = rights_of(claim, claim.winner, claim.loser, trained)
    return compare_recipes(winner, loser, claim.winner, claim.loser)


def rights_of(claim: Judged, a: str, b: str, trained: Mapping[str, Trained]) -> "tuple[np.ndarray, np.ndarray]":
    """Who got which picture right, of both sides, in one order of the pictures."""
    first = trained[a].guesses(claim.split, claim.epoch)[0]
    return trained[a].rights(claim.split, claim.epoch, first), trained[b].rights(claim.split, claim.epoch, first)


def _row_of(claim: Order, compared: "Comparison", trained: Mapping[str, Trained], differs: Mapping[str, Any]) -> Row:
    reason = smaller(trained[claim.winner].form) or (FEW if compared.reason else "")
    return Row(
        **about(claim, both(claim.members, differs)),
        claim=claim.by,
        outcome=compared.difference,
        outcome_told=_ahead(compared),
        interval=compared.interval,
        verdict="not judged" if reason else OF_AN_ORDER[compared.verdict],
        reason=reason,
    )


def _ahead(compared: "Comparison") -> str:
    only = f"{compared.only_a_right:.0f} only {compared.a} right, {compared.only_b_right:.0f} only {compared.b}"
    return f"{points(compared.difference)}: {only}"


def both(names: Sequence[str], differs: Mapping[str, Sequence[str]]) -> list[str]:
    """What is other than the report's of any of them, each said once."""
    return list(dict.fromkeys(each for name in names for each in differs[name]))


def judge_classes(claim: Classes, trained: Mapping[str, Trained], differs: Mapping[str, Sequence[str]]) -> Row:
    """In how many classes one is ahead, and which it does not win."""
    from core.insight.verdicts import count_wins

    first = trained[claim.winner].guesses(claim.split, claim.epoch)[0]
    winner, loser = rights_of(claim, claim.winner, claim.loser, trained)
    counted = count_wins(winner, loser, first.labels, first.classes)
    others = [each.label for each in counted.classes if each.winner != "a"]
    but = f", all but {', '.join(others)}" if others and len(others) <= 5 else ""
    low, high = counted.interval
    return Row(
        **about(claim, both(claim.members, differs)),
        claim=claim.value,
        outcome=counted.won,
        outcome_told=f"{counted.won} of {counted.of}{but}; {counted.clear} clear after Holm",
        interval=(low, high),
        reason=reasons(smaller(trained[claim.winner].form), WITHOUT_VERDICT),
    )


def interval_told(row: Row) -> str:
    """As people read it: points for a share, whole classes for a count; a range of times stands in its outcome."""
    if row.interval is None or row.kind == "times":
        return ""
    if row.kind == "classes":
        return f"({row.interval[0]:.0f} to {row.interval[1]:.0f})"
    return between(row.interval)
