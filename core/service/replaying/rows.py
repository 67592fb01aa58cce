"""A claim beside its outcome, as a row of the table: figures for scripts, and the same in words for people."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.recipe.replays.claims import Claim

NOT_JUDGED = "not judged"
WITHOUT_TEST = "told without a test"
"""What has no rule for a verdict stands there to be looked at."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One claim, what came of it, and the verdict."""

    text: str
    kind: str
    members: tuple[str, ...]
    further: bool
    claim: float | None = None
    claim_told: str = ""
    outcome: float | None = None
    outcome_told: str = ""
    interval: tuple[float, float] | None = None
    """Of the outcome."""
    each: tuple[float, ...] = ()
    """The outcome of each seed."""
    verdict: str = NOT_JUDGED
    reason: str = ""
    note: str = ""
    """What must be known to read the outcome, such as that its epoch was chosen on the scored pictures."""
    differs: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def about(claim: Claim, differs: Sequence[str]) -> dict[str, Any]:
    """What every row of a claim says first."""
    return {
        "text": claim.words,
        "kind": claim.kind,
        "members": claim.members,
        "further": claim.further,
        "claim_told": claim.published,
        "differs": tuple(differs),
    }


def smaller(form: str) -> str:
    """Of any form but the whole one: the reason why nothing of it is judged."""
    return "" if form == "full" else f"{form} form"


def reasons(*given: str) -> str:
    return "; ".join(each for each in given if each)


def percent(share: float, decimals: int = 1) -> str:
    return f"{100 * share:.{decimals}f}%"


def points(difference: float) -> str:
    return f"{100 * difference:+.1f} points"


def between(interval: Sequence[float]) -> str:
    low, high = (f"{100 * end:.1f}" for end in interval)
    return f"({low} to {high})"
