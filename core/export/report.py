"""A report to hand in: facts become a document, from the question to what is needed to do it again."""

from collections.abc import Iterator

from core.export.report_again import of_repetition
from core.export.report_blocks import Block, Document, Heading, Points, Words
from core.export.report_classes import of_classes
from core.export.report_costs import of_costs
from core.export.report_curves import of_curves
from core.export.report_data import of_data
from core.export.report_facts import Group, ReportFacts, Study
from core.export.report_limits import of_limits
from core.export.report_pictures import of_pictures
from core.export.report_recipes import of_recipes
from core.export.report_replay import of_replay
from core.export.report_results import SPLITS, of_results
from core.export.report_words import headline, listed, percent

PARTS = (
    of_data,
    of_recipes,
    of_curves,
    of_results,
    of_classes,
    of_pictures,
    of_costs,
    of_limits,
    of_repetition,
)


def document(facts: ReportFacts) -> Document:
    return Document(facts.title, tuple(_blocks(facts)))


def _blocks(facts: ReportFacts) -> Iterator[Block]:
    yield Words(f"{facts.made} · made by Thaw {facts.version} from {_runs(facts)}")
    yield Heading("The question")
    yield Words(facts.question)
    yield Heading("In short")
    yield Points(tuple(sentence for study in facts.studies for sentence in _in_short(study, len(facts.studies) > 1)))
    if facts.replay:
        yield from of_replay(facts.replay)
    for study in facts.studies:
        yield Heading(f"On {study.dataset}")
        for part in PARTS:
            yield from part(study)


def _runs(facts: ReportFacts) -> str:
    runs = [run.id for study in facts.studies for run in study.runs]
    return f"{'run' if len(runs) == 1 else 'the runs'} {listed(runs)}"


def _in_short(study: Study, several: bool) -> Iterator[str]:
    """Each recipe's score, and what may be said of the first pairs."""
    where = f"On {study.dataset}, " if several else ""
    for group in study.groups:
        yield f"{where}{_scored(group)} {SPLITS[study.split]} pictures right."
    for each in study.verdicts[:3]:
        yield f"{where}{each['sentence']}."
    if study.unjudged:
        yield f"{where}nothing was compared picture by picture: {study.unjudged}"


def _scored(group: Group) -> str:
    if len(group.runs) == 1:
        return f"{group.label}: {headline(group.first.score)}"
    each = ", ".join(percent(accuracy) for accuracy in group.accuracies["each"])
    n = group.first.score["n"]
    return f"{group.label}: {percent(group.accuracies['mean'])} over {len(group.runs)} seeds ({each}) of {n:,}"
