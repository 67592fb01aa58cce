"""The part of a report that says what its figures can't: too few pictures, too few seeds, chosen epochs."""

from collections.abc import Iterator

from core.export.report_blocks import Block, Heading, Points
from core.export.report_costs import machine_of
from core.export.report_facts import Study
from core.export.report_words import between, counted, listed

SEEDS_NEEDED = 3
FEW = 20
"""Of so few pictures a class's recall is known only roughly."""


def of_limits(study: Study) -> Iterator[Block]:
    yield Heading("What these figures can't say", 3)
    yield Points((*_of_pictures(study), *_of_seeds(study), *_of_choices(study), *_of_runs(study)))


def _of_pictures(study: Study) -> Iterator[str]:
    first = study.groups[0].first
    score, name = first.score, {"val": "validation", "test": "test"}[study.split]
    yield (
        f"With {score['n']:,} {name} pictures the true accuracy of {first.label} may lie anywhere from "
        f"{between(score['interval'])} percent; a single run shows no smaller differences than that."
    )
    few = [each["label"] for each in score["classes"] if 0 < each["support"] < FEW]
    if few:
        named = f": {listed(few)}" if len(few) <= 8 else ""
        has = f"{counted(len(few), 'class', 'classes')} {'has' if len(few) == 1 else 'have'}"
        yield f"{has} fewer than {FEW} {name} pictures, so precision and recall are hardly known there{named}."
    if none := [each["label"] for each in score["classes"] if not each["support"]]:
        yield f"No {name} picture shows {listed(none[:8])}; nothing is known of {'it' if len(none) == 1 else 'them'}."


def _of_seeds(study: Study) -> Iterator[str]:
    few = [group.label for group in study.groups if len(group.runs) < SEEDS_NEEDED and group.first.takes_steps]
    if few:
        yield (
            f"{listed(few)} {'has' if len(few) == 1 else 'have'} fewer than {SEEDS_NEEDED} seeds: what is said holds "
            "for these trained networks, not for the recipes that made them. Another seed may turn it around."
        )
    if len({run.told["recipe"]["split_seed"] for run in study.runs}) == 1:
        yield "All was measured on one division of the pictures; another one would move every figure."


def _of_choices(study: Study) -> Iterator[str]:
    if study.split == "val":
        yield "There are no test pictures: the validation pictures also chose the best epoch and flatter it."
    else:
        yield "Whoever looks at these test pictures and then changes the recipe has no unseen pictures any more."
    if len({machine_of(run) for run in study.runs}) > 1:
        yield "The runs had different machines, so their seconds can't be compared."


def _of_runs(study: Study) -> Iterator[str]:
    for run in study.runs:
        if run.told["state"] != "done":
            yield f"{run.label} did not run to its planned end ({run.told['state']}): {run.told['reason']}"
        yield from (each["sentence"] for each in run.told["alarms"])
    capped = {run.told["recipe"].get("examples_per_class") for run in study.runs} - {None}
    if capped:
        yield f"Training was held to {listed([str(each) for each in sorted(capped)])} pictures of each class."
    if few := study.groups[0].first.told["recipe"].get("held_out_per_class"):
        yield f"Judged on at most {few} held-out pictures of each class; more were there."
