"""The part of a report on how it was learned: loss and accuracy, epoch by epoch."""

import math
from collections.abc import Callable, Iterator, Sequence

from core.export.charts_lines import Curve, Mark, curves
from core.export.report_blocks import Block, Drawing, Drawings, Heading, Words
from core.export.report_facts import Group, Run, Study
from core.export.report_words import figure, listed, percent

AT_ONCE = 4
"""More lines than colours nobody tells apart: further recipes get charts of their own."""


def of_curves(study: Study) -> Iterator[Block]:
    yield Heading("How they learned" if len(study.runs) > 1 else "How it learned", 3)
    drawn = [group for group in study.groups if any(run.epochs for run in group.runs)]
    without = [group.label for group in study.groups if group not in drawn]
    if without:
        yield Words(f"There are no curves of {listed(without)}: it does not learn in epochs.")
    for first in range(0, len(drawn), AT_ONCE):
        some = drawn[first : first + AT_ONCE]
        charts = [_loss(some), _accuracy(some)]
        if each := tuple(chart for chart in charts if chart):
            yield Drawings(each)
    if drawn:
        yield Words(_legend(drawn))


def _legend(groups: Sequence[Group]) -> str:
    told = "Validation is solid, training dashed; dots mark the best epoch by validation, whose weights were kept."
    if any(len(group.runs) > 1 for group in groups):
        told += " Pale lines are single seeds, the strong one is their mean."
    return f"{told} Training figures are measured while it learns, on augmented pictures if there are any."


def _loss(groups: Sequence[Group]) -> Drawing | None:
    return _chart(groups, "Loss: lower is better", "loss", lambda value: f"{value:.3g}", figure)


def _accuracy(groups: Sequence[Group]) -> Drawing | None:
    return _chart(groups, "Accuracy: higher is better", "accuracy", lambda value: f"{100 * value:.3g}%", percent)


def _chart(
    groups: Sequence[Group], name: str, what: str, form: Callable[[float], str], said: Callable[[float], str]
) -> Drawing | None:
    lines = [line for place, group in enumerate(groups) for line in _lines(group, what, place)]
    if not any(line.points for line in lines):
        return None
    alone = len(groups) == 1 and len(groups[0].runs) == 1
    marks = [
        Mark(*best, place, f"best: {said(best[1])}" if alone else "")
        for place, group in enumerate(groups)
        for run in group.runs
        if (best := _best(run, f"val_{what}"))
    ]
    told = _told(groups, what, said)
    return Drawing(curves(name, lines, marks, [group.label for group in groups], form, told), told)


def _lines(group: Group, what: str, colour: int) -> Iterator[Curve]:
    """Each seed pale, then their means, so that these lie on top."""
    several = len(group.runs) > 1
    if several:
        yield from (Curve(_points(run, f"val_{what}"), colour, pale=True) for run in group.runs)
    for field, dashed in ((f"train_{what}", True), (f"val_{what}", False)):
        points = _mean([_points(run, field) for run in group.runs]) if several else _points(group.first, field)
        yield Curve(points, colour, dashed)


def _points(run: Run, field: str) -> list[tuple[float, float]]:
    """Epochs are counted from 1."""
    known = [(each["epoch"] + 1, each.get(field)) for each in run.epochs]
    return [(epoch, value) for epoch, value in known if value is not None and math.isfinite(value)]


def _mean(lines: Sequence[Sequence[tuple[float, float]]]) -> list[tuple[float, float]]:
    """Over the epochs that all seeds did."""
    tables = [dict(line) for line in lines]
    shared = sorted(set.intersection(*map(set, tables)))
    return [(epoch, sum(table[epoch] for table in tables) / len(tables)) for epoch in shared]


def _best(run: Run, field: str) -> tuple[float, float] | None:
    best = run.told["best_epoch"]
    return next((point for point in _points(run, field) if best is not None and point[0] == best + 1), None)


def _told(groups: Sequence[Group], what: str, said: Callable[[float], str]) -> str:
    ways = [
        f"{group.label} from {said(points[0][1])} to {said(points[-1][1])}"
        for group in groups
        if (points := _points(group.first, f"val_{what}"))
    ]
    return f"Validation {what}, first to last epoch: {listed(ways)}." if ways else f"Training {what}."
