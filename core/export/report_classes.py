"""The part of a report on single classes: how each fared, who won it, and what was taken for what."""

from collections.abc import Iterator, Sequence

from core.export.charts_matrix import LARGEST, difference, matrix
from core.export.report_blocks import Block, Drawing, Drawings, Heading, Table, Tables, Words
from core.export.report_facts import Facts, Group, Study
from core.export.report_words import counted, figure, percent, small, with_interval

MOST_CLASSES = 60
MOST_CONFUSED = 8


def of_classes(study: Study) -> Iterator[Block]:
    yield Heading("Class by class", 3)
    if len(study.runs) > len(study.groups):
        yield Words(
            "Where a recipe was trained with several seeds, the run of its lowest seed stands for it here and below."
        )
    yield Tables(tuple(map(_per_class, study.groups)))
    for contrast in study.contrasts:
        yield _won(contrast)
    yield from _matrices(study)


def _per_class(group: Group) -> Table:
    """All classes, or those that fared worst."""
    rows = group.first.score["classes"]
    shown = rows if len(rows) <= MOST_CLASSES else sorted(rows, key=lambda each: each["recall"])[:MOST_CLASSES]
    left = f"; the {len(shown)} of lowest recall of {len(rows)}" if len(shown) < len(rows) else ""
    table = tuple(
        (
            each["label"],
            f"{each['support']:,}",
            with_interval(each["precision"], each["precision_interval"], 0),
            with_interval(each["recall"], each["recall_interval"], 0),
            figure(each["f1"], 2) if each["support"] else "–",
        )
        for each in shown
    )
    caption = f"{group.label}, per class{left}"
    return Table(caption, ("class", "pictures", "precision", "recall", "F1"), table)


def _won(contrast: Facts) -> Table:
    a, b = contrast["a"], contrast["b"]
    rows = tuple(
        (
            each["label"],
            f"{each['pictures']:,}",
            f"{each['right_a']:,} ({percent(each['right_a'] / each['pictures'], 0)})",
            f"{each['right_b']:,} ({percent(each['right_b'] / each['pictures'], 0)})",
            f"{each['only_a_right']} : {each['only_b_right']}",
            small(each["p_adjusted"]),
            each["winner"] or "too close to call",
        )
        for each in contrast["classes"][:MOST_CLASSES]
    )
    columns = ("class", "pictures", f"{a} right", f"{b} right", "only one right", "p after Holm", "won by")
    return Table(contrast["sentence"], columns, rows)


def _matrices(study: Study) -> Iterator[Block]:
    labels = study.classes
    if len(labels) > LARGEST:
        yield Words(f"{len(labels)} classes are too many to draw their matrix; the tables of confusions stand for it.")
    else:
        drawn = [_matrix(labels, group) for group in study.groups if group.first.score["confusion"]]
        drawn += [_difference(labels, each) for each in study.contrasts if each["difference"]]
        yield Drawings(tuple(drawn))
    if len(labels) > 2:  # of two classes the matrix says it all
        yield Tables(tuple(_confused(group) for group in study.groups if group.first.score["top_confusions"]))


def _matrix(labels: Sequence[str], group: Group) -> Drawing:
    score, label = group.first.score, group.label
    told = f"Confusion matrix of {label}: {score['right']:,} of {score['n']:,} on the diagonal."
    return Drawing(matrix(labels, score["confusion"], label, told), told, "Shaded by the share of the true class.")


def _difference(labels: Sequence[str], contrast: Facts) -> Drawing:
    a, b = contrast["a"], contrast["b"]
    told = f"{a} less {b}: orange and plus where {a} has more pictures in the cell, blue and minus where {b} has."
    return Drawing(difference(labels, contrast["difference"], f"{a} less {b}", told), told, told)


def _confused(group: Group) -> Table:
    rows = tuple(
        (each["true"], each["predicted"], f"{each['count']:,}", percent(each["share"], 0))
        for each in group.first.score["top_confusions"][:MOST_CONFUSED]
    )
    wrong = group.first.score["n"] - group.first.score["right"]
    caption = f"{group.label}: what was taken for what most often, of {counted(wrong, 'mistake')}"
    return Table(caption, ("truly", "said to be", "pictures", "of the class"), rows, words=2)
