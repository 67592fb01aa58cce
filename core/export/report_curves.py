"""The part of a report on how it was learned: loss and accuracy, epoch by epoch."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from core.export.charts_lines import Curve, Mark, curves
from core.export.report_blocks import Block, Drawing, Drawings, Heading, Table, Words
from core.export.report_facts import Facts, Group, Run, Study
from core.export.report_words import figure, listed, percent

Groups = Mapping[int, Group]
"""By their place in the study, which is also the number of their colour."""

PLAIN = "cross_entropy"
AT_ONCE = 4
"""More lines than colours nobody tells apart: further recipes get charts of their own."""


def of_curves(study: Study) -> Iterator[Block]:
    yield Heading("How they learned" if len(study.runs) > 1 else "How it learned", 3)
    drawn = {place: group for place, group in enumerate(study.groups) if group.first.takes_steps}
    for place, group in enumerate(study.groups):
        if place not in drawn:
            yield from _searched(group)
    for first in range(0, len(study.groups), AT_ONCE):
        some = {place: group for place, group in drawn.items() if first <= place < first + AT_ONCE}
        charts = [_loss(some), _accuracy(some)]
        if each := tuple(chart for chart in charts if chart):
            yield Drawings(each)
    if drawn:
        yield Words(_legend(list(drawn.values())))


def _searched(group: Group) -> Iterator[Block]:
    """What was tried in place of epochs."""
    yield Words(f"There are no curves of {group.label}: it takes no steps. {group.first.told['reason']}")
    names = list(dict.fromkeys(name for epoch in group.first.epochs for name in epoch.get("extras", {})))
    rows = tuple(
        (
            str(epoch["epoch"] + 1),
            *(_short(epoch["extras"].get(name)) for name in names),
            percent(epoch["val_accuracy"]),
        )
        for epoch in group.first.epochs
    )
    if rows:
        yield Table(f"{group.first.label}: what was tried, and validation", ("try", *names, "accuracy"), rows)


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _legend(groups: Sequence[Group]) -> str:
    told = "Validation is solid, training dashed; dots mark the best epoch by validation, whose weights were kept."
    if any(len(group.runs) > 1 for group in groups):
        told += " Pale lines are single seeds, the strong one is their mean."
    if any(len(epoch["losses"]) > 1 for group in groups for epoch in group.first.epochs):
        told += " Training loss is drawn without its penalties."
    return f"{told} Training figures are measured while it learns, on augmented pictures if there are any."


def _loss(groups: Groups) -> Drawing | None:
    return _chart(groups, "Loss: lower is better", "loss", lambda value: f"{value:.3g}", figure)


def _accuracy(groups: Groups) -> Drawing | None:
    return _chart(groups, "Accuracy: higher is better", "accuracy", lambda value: f"{100 * value:.3g}%", percent)


def _chart(
    groups: Groups, name: str, what: str, form: Callable[[float], str], said: Callable[[float], str]
) -> Drawing | None:
    lines = [line for place, group in groups.items() for line in _lines(group, what, place)]
    if not any(line.points for line in lines):
        return None
    alone = [len(group.runs) for group in groups.values()] == [1]
    marks = [
        Mark(*best, place, f"best: {said(best[1])}" if alone else "")
        for place, group in groups.items()
        for run in group.runs
        if (best := _best(run, f"val_{what}"))
    ]
    told = _told(list(groups.values()), what, said)
    names = {place: group.label for place, group in groups.items()}
    return Drawing(curves(name, lines, marks, names, form, told), told)


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
    known = [(each["epoch"] + 1, _figure(each, field)) for each in run.epochs]
    return [(epoch, value) for epoch, value in known if value is not None and math.isfinite(value)]


def _figure(epoch: Facts, field: str) -> float | None:
    """A penalty may be a thousand times the rest: training is drawn by the part that validation has too."""
    return epoch["losses"].get(PLAIN, epoch[field]) if field == "train_loss" else epoch.get(field)


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
