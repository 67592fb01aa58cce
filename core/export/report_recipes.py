"""The part of a report on what was done: in what the recipes differ, and which stages learned when."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from core.export.charts_stages import heat_map
from core.export.report_blocks import Block, Drawing, Drawings, Heading, Table, Words
from core.export.report_facts import Facts, Group, Run, Study
from core.export.report_words import counted, listed

CHOICES = (
    "backbone",
    "learner",
    "strategy",
    "optimizer",
    "schedule",
    "lr",
    "batch_size",
    "epochs",
    "image_size",
    "regularizers",
    "augmentation",
)
"""What a reader wants to know of any recipe; all of it stands at the end."""
WITHOUT_STEPS = ("backbone", "learner", "pooling", "image_size")
"""The same of what learns at once."""


def of_recipes(study: Study) -> Iterator[Block]:
    yield Heading("What was tried", 3)
    if len(study.groups) > 1:
        yield _differences(study)
    yield _shared(study)
    yield from _stages(study)


def _differences(study: Study) -> Block:
    if not study.settings:
        return Words("The recipes differ in nothing but their seeds.")
    labels = [group.label for group in study.groups]
    told = [each for each in study.settings if any(value not in (None, []) for value in each["values"].values())]
    rows = [(each["setting"], *(spelled(each["values"].get(label)) for label in labels)) for each in told]
    return Table("In what the recipes differ", ("setting", *labels), tuple(rows), words=len(labels) + 1)


def _shared(study: Study) -> Table:
    """What a single recipe chose, or what all of them have in common."""
    recipe = study.groups[0].first.told["recipe"]
    differing = {each["setting"].partition(".")[0] for each in study.settings}
    choices = CHOICES if any(run.takes_steps for run in study.runs) else WITHOUT_STEPS
    rows = [(name, spelled(recipe[name])) for name in choices if name not in differing and recipe[name] is not None]
    rows.append(("seeds", _seeds(study.groups)))
    caption = "What all have in common" if len(study.groups) > 1 else "The recipe in short"
    return Table(f"{caption}; the recipes stand in full at the end", ("setting", "value"), tuple(rows), words=2)


def _seeds(groups: Sequence[Group]) -> str:
    each = {group.label: listed([str(run.seed) for run in group.runs]) for group in groups}
    if len(set(each.values())) == 1:
        return each[groups[0].label]
    return "; ".join(f"{label}: {seeds}" for label, seeds in each.items())


def spelled(value: Any) -> str:
    """A setting as people read it: a choice by its name, with its settings if it has any."""
    if value is None or value == "":
        return "–"
    if value == []:
        return "none"
    if isinstance(value, list) and all(isinstance(each, dict) and "name" in each for each in value):
        return ", ".join(map(spelled, value))
    if isinstance(value, dict) and "name" in value:
        knobs = ", ".join(f"{name} {_plain(knob)}" for name, knob in value.items() if name != "name")
        return f"{value['name']} ({knobs})" if knobs else str(value["name"])
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _stages(study: Study) -> Iterator[Block]:
    """One drawing for all recipes that thaw alike."""
    alike: dict[str, list[Group]] = {}
    for group in study.groups:
        alike.setdefault(json.dumps(stages_of(group.first)), []).append(group)
    without = [group.label for group in alike.pop("[]", [])]
    if alike:
        yield Drawings(tuple(map(_heat_map, alike.values())))
    if without:
        yield Words(
            f"No stages are drawn of {listed(without)}: nothing there learns step by step, so strategy, optimizer, "
            "schedule, rate, batches, epochs and augmentation mean nothing to it."
        )


def stages_of(run: Run) -> list[Facts]:
    """Each stage's scale in each epoch; none where a learner knows no stages."""
    if not run.takes_steps:
        return []
    per_epoch = [{stage["name"]: stage["scale"] for stage in epoch["stages"]} for epoch in run.epochs]
    names = list(per_epoch[0]) if per_epoch else []
    return [{"name": name, "scales": [scales.get(name, 0.0) for scales in per_epoch]} for name in names]


def _heat_map(groups: Sequence[Group]) -> Drawing:
    run, label = groups[0].first, listed([group.label for group in groups])
    stages = stages_of(run)
    best = run.told["best_epoch"] if len(groups) == 1 else None
    said = f"{label}, {counted(len(run.epochs), 'epoch')}: {'; '.join(_slept_and_woke(stages))}."
    return Drawing(heat_map(stages, best, f"What learned: {label}", said), said, said)


def _slept_and_woke(stages: Sequence[Facts]) -> Iterator[str]:
    frozen = [stage["name"] for stage in stages if not any(stage["scales"])]
    always = [stage["name"] for stage in stages if all(stage["scales"])]
    later = [stage["name"] for stage in stages if any(stage["scales"]) and not all(stage["scales"])]
    told = ((frozen, "stayed frozen"), (always, "learned all the time"), (later, "learned part of it"))
    yield from (f"{listed(names)} {verb}" for names, verb in told if names)
