"""Whether what should be frozen stayed as it was: the rule behind the alarm."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

TOLERANCE = 1e-5
"""Sums of many small numbers differ so much by the order in which they are added; a step moves far more."""

WHAT = {"moved": "its weights moved", "norm_drift": "its BatchNorm statistics drifted"}


@dataclass(frozen=True, kw_only=True)
class Breach:
    """A stage that was frozen in an epoch and is elsewhere after it."""

    epoch: int
    stage: str
    what: str
    """`moved` or `norm_drift`."""
    by: float


def breaches(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], norms_may_drift: bool = False
) -> Iterator[Breach]:
    """What moved between the ends of two epochs though it was frozen; nothing has moved before the first one.

    Only distances from the start are known, so a stage is caught by the change of its distance.
    """
    if before is None and after["epoch"] > 0:
        return  # it is not known where it was
    was = {stage["name"]: stage for stage in (before or {}).get("stages", ())}
    for stage in after["stages"]:
        if stage["scale"]:
            continue
        for what in ("moved",) if norms_may_drift else ("moved", "norm_drift"):
            start, now = was.get(stage["name"], {}).get(what, 0.0), stage[what]
            if now is None or start is None:
                continue  # no number any more: the run has diverged, which is told elsewhere
            by = abs(now - start)
            if by > TOLERANCE * max(1.0, start):
                yield Breach(epoch=after["epoch"], stage=stage["name"], what=what, by=by)


def all_breaches(epochs: Sequence[Mapping[str, Any]], norms_may_drift: bool = False) -> list[Breach]:
    """Those of a run, epoch after epoch."""
    before = [None, *epochs]
    return [each for pair in zip(before, epochs, strict=False) for each in breaches(*pair, norms_may_drift)]


def alarms(found: Iterable[Breach]) -> list[dict[str, Any]]:
    """One alarm per stage and kind, with its sentence."""
    ordered = sorted(found, key=lambda each: (each.stage, each.what, each.epoch))
    return [_alarm(list(same)) for _, same in groupby(ordered, key=lambda each: (each.stage, each.what))]


def _alarm(same: Sequence[Breach]) -> dict[str, Any]:
    first, by = same[0], sum(each.by for each in same)
    when = f"in epoch {first.epoch + 1}"
    if len(same) > 1:
        when = f"in {len(same)} epochs, first in epoch {first.epoch + 1}"
    told = f"{first.stage} was frozen, but {WHAT[first.what]} by {by:.3g} {when}."
    return {**asdict(first), "by": by, "epochs": len(same), "sentence": told}
