"""The part of a report on what came of it: every score with its interval, and what may be said of them."""

from collections.abc import Iterator

from core.export.charts_scores import Scored, intervals
from core.export.report_blocks import Block, Drawing, Drawings, Heading, Points, Table, Words
from core.export.report_facts import Group, Run, Study
from core.export.report_words import counted, figure, headline, percent, with_interval

SPLITS = {"val": "validation", "test": "test"}
MOST_VERDICTS = 10


def of_results(study: Study) -> Iterator[Block]:
    name = SPLITS[study.split]
    yield Heading("Results", 3)
    yield from verdicts(study)
    yield Drawings((_drawing(study, name),))
    yield _scores(study, name)
    yield Words(_explained(study))
    if any(len(group.runs) > 1 for group in study.groups):
        yield _over_seeds(study, name)


def verdicts(study: Study) -> Iterator[Block]:
    """Recipes first; two networks are told of only where nothing can be said of what made them."""
    if study.unjudged:
        yield Words(f"Nothing was compared picture by picture: {study.unjudged}")
    said = [f"{_about(each['about'])}: {each['sentence']}." for each in study.verdicts[:MOST_VERDICTS]]
    if left := len(study.verdicts) - len(said):
        said.append(f"{counted(left, 'further pair')} can be asked for with `compare`.")
    if said:
        yield Points(tuple(said))


def _about(what: str) -> str:
    return "Recipes" if what == "recipes" else "Two runs"


def _drawing(study: Study, name: str) -> Drawing:
    rows = [
        Scored(run.label, place, run.score["accuracy"], (run.score["interval"][0], run.score["interval"][1]))
        for place, group in enumerate(study.groups)
        for run in group.runs
    ]
    told = "; ".join(f"{run.label} {headline(run.score)}" for run in study.runs)
    chart = intervals(rows, f"Accuracy on {name} pictures", "right, with 95% interval", told)
    return Drawing(chart, told, wide=True)


def _scores(study: Study, name: str) -> Table:
    columns = ("run", "right", "accuracy", "precision", "recall", "F1 (95%)", "loss")
    last = any(_last(run, study) for run in study.runs)
    rows = [
        (*_row(run), *((percent((_last(run, study) or {}).get("accuracy")),) if last else ())) for run in study.runs
    ]
    caption = f"Scores on the {name} pictures, by the best epoch's weights; precision, recall and F1 are macro averages"
    return Table(caption, (*columns, *(("last epoch",) if last else ())), tuple(rows))


def _row(run: Run) -> tuple[str, ...]:
    score = run.score
    return (
        run.label,
        f"{score['right']:,} of {score['n']:,}",
        with_interval(score["accuracy"], score["interval"]),
        figure(score["macro_precision"]),
        figure(score["macro_recall"]),
        f"{score['macro_f1']:.3f} ({score['macro_f1_interval'][0]:.3f} to {score['macro_f1_interval'][1]:.3f})",
        figure(score["loss"]),
    )


def _last(run: Run, study: Study) -> dict | None:
    return run.told["last"].get(study.split) if run.takes_steps else None


def _explained(study: Study) -> str:
    said = "Accuracy carries Wilson's 95% interval, F1 a bootstrap over the pictures."
    if study.split == "val":
        said += " The best epoch was chosen on these very pictures, so its figures are somewhat too good;"
        said += " the last epoch's accuracy, which was not chosen, stands beside them where it was kept."
    return said


def _over_seeds(study: Study, name: str) -> Table:
    rows = tuple(_of_seeds(group) for group in study.groups)
    return Table(f"Accuracy on the {name} pictures over seeds", ("recipe", "seeds", "mean", "spread", "each"), rows)


def _of_seeds(group: Group) -> tuple[str, ...]:
    over = group.accuracies
    spread = "–" if over["spread"] is None else f"± {100 * over['spread']:.1f} points"
    each = ", ".join(percent(accuracy) for accuracy in over["each"])
    return group.label, str(len(group.runs)), percent(over["mean"]), spread, each
