"""What a report needs to know of runs: sorted by dataset and recipe, with everything that may be said of them."""

import json
import os.path
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from core.errors import ExplorerError, RecordError
from core.export.report_facts import Group, Run, Study
from core.runs.record import Record
from core.runs.store import RunRow
from core.service import comparing, reporting_data, reporting_pictures, showing
from core.service.describing import command_of
from core.service.queueing import ON_THE_WAY

MOST_CONTRASTS = 3
"""Matrices of further pairs are looked at one by one, with `compare`."""
SPLITS = ("test", "val")
SEED = re.compile(r"[\s,;:(=-]+seed[\s=:-]*\d+\)?$", re.IGNORECASE)
"""What runs of one recipe are told apart by in their names; a report says it by itself."""


def studies_of(record: Record, rows: Sequence[RunRow]) -> tuple[Study, ...]:
    """One for each dataset, in the order in which the runs were named."""
    for row in rows:
        _check(record, row)
    by_dataset: dict[str, list[RunRow]] = {}
    for row in rows:
        by_dataset.setdefault(row.dataset, []).append(row)
    return tuple(_study(record, same) for same in by_dataset.values())


def _check(record: Record, row: RunRow) -> None:
    """A report is about what has ended and judged pictures."""
    if row.state in ON_THE_WAY:
        raise RecordError(f"The run {row.id} is {row.state}; a report is about runs that have ended, so wait for it.")
    if not any(_judged(record, row, split) for split in SPLITS):
        raise RecordError(f"The run {row.id} ({row.state}) has judged no pictures, so nothing can be reported of it.")


def _judged(record: Record, row: RunRow, split: str) -> bool:
    return (record.folder(row.id) / "predictions" / f"{split}-best").exists()


def _study(record: Record, rows: Sequence[RunRow]) -> Study:
    split = next((split for split in SPLITS if all(_judged(record, row, split) for row in rows)), None)
    if split is None:
        raise RecordError(f"The runs on {rows[0].dataset} share no split that all have judged; report them apart.")
    groups = _groups(record, rows, split)
    labels = {run.id: run.label for group in groups for run in group.runs}
    compared, unjudged = _compared(record, rows, split)
    firsts = {group.label: record.find(group.first.id) for group in groups}
    names = {row.id: label for label, row in firsts.items()}
    data, missing = reporting_data.data_of(record, rows[0])
    return Study(
        dataset=rows[0].dataset,
        split=split,
        data=data,
        missing=missing,
        groups=groups,
        settings=_settings(record, groups),
        verdicts=_verdicts(compared, groups, labels),
        unjudged=unjudged and _renamed(unjudged, labels),
        contrasts=[] if unjudged else _contrasts(record, list(firsts.values()), split, names),
        examples=reporting_pictures.examples(record, rows[0], list(groups[0].first.told["classes"])),
        right={label: reporting_pictures.judged(record, row, split, right=True) for label, row in firsts.items()},
        wrong={label: reporting_pictures.judged(record, row, split, right=False) for label, row in firsts.items()},
        disputed=[] if unjudged else reporting_pictures.disputed(record, list(firsts.values())[:2], split, names),
    )


def _groups(record: Record, rows: Sequence[RunRow], split: str) -> tuple[Group, ...]:
    """The runs of each recipe, seeds aside; lowest seed first."""
    together: dict[str, list[RunRow]] = {}
    for row in rows:
        together.setdefault(_recipe_of(record, row), []).append(row)
    names = _unique([_name_of(same) for same in together.values()])
    return tuple(_group(record, same, name, split) for same, name in zip(together.values(), names, strict=True))


def _recipe_of(record: Record, row: RunRow) -> str:
    return json.dumps({**record.store.recipe(row.id), "seed": None}, sort_keys=True)


def _name_of(rows: Sequence[RunRow]) -> str:
    """The name that the runs of a recipe share, seeds aside, or the beginning that their names share."""
    names = [SEED.sub("", " ".join(row.name.split())) for row in rows]
    shared = os.path.commonprefix(names)
    return (shared if len(set(names)) == 1 else shared.rstrip(" ,;:(=-")) or rows[0].backbone


def _unique(names: Sequence[str]) -> list[str]:
    """Names that are taken twice are counted."""
    many, met = Counter(names), Counter[str]()
    found = []
    for name in names:
        met[name] += 1
        found.append(f"{name} ({met[name]})" if many[name] > 1 else name)
    return found


def _group(record: Record, rows: Sequence[RunRow], name: str, split: str) -> Group:
    from core.insight.verdicts import over_seeds

    ordered = sorted(rows, key=lambda row: (record.store.recipe(row.id)["seed"], row.number))
    seeds = [str(record.store.recipe(row.id)["seed"]) for row in ordered]
    labels = [name] if len(ordered) == 1 else _unique([f"{name}, seed {seed}" for seed in seeds])
    runs = tuple(_run(record, row, label, split) for row, label in zip(ordered, labels, strict=True))
    return Group(
        label=name,
        runs=runs,
        command=_command(runs[0].told["recipe"]),
        accuracies=over_seeds([run.score["accuracy"] for run in runs]),
    )


def _command(recipe: Mapping[str, Any]) -> str:
    from core.recipe import Recipe

    return command_of(Recipe.parse(recipe))


def _run(record: Record, row: RunRow, label: str, split: str) -> Run:
    told = showing.full(record, row)
    weights: Path = record.folder(row.id) / "best" / "model.safetensors"
    return Run(label=label, told=told, score=told[split], bytes=weights.stat().st_size if weights.exists() else None)


def _settings(record: Record, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """What differs between recipes; their seeds are told elsewhere."""
    labels = {group.first.id: group.label for group in groups}
    found = comparing.settings(record, [record.find(run) for run in labels])
    return [
        {"setting": each["setting"], "values": {labels[run]: value for run, value in each["values"].items()}}
        for each in found
        if each["setting"] != "seed"
    ]


def _compared(record: Record, rows: Sequence[RunRow], split: str) -> tuple[list[dict[str, Any]], str | None]:
    """Every pair; or why there is none."""
    if len(rows) < 2:
        return [], None
    try:
        return comparing.compare(record, rows, split)["pairs"], None
    except ExplorerError as error:
        return [], str(error)


def _verdicts(pairs: Sequence[Mapping[str, Any]], groups: Sequence[Group], labels: Mapping[str, str]) -> list[dict]:
    """Of two recipes what all their seeds say, where there are enough of them; else what their first runs say."""
    names = {"+".join(run.id for run in group.runs): group.label for group in groups}
    order = {run.id: place for place, group in enumerate(groups) for run in group.runs}
    recipes = [pair for pair in pairs if pair["about"] == "recipes" and not pair["reason"]]
    judged = {frozenset(order[run] for run in f"{pair['a']}+{pair['b']}".split("+")) for pair in recipes}
    firsts = {group.first.id for group in groups}
    networks = [
        pair
        for pair in pairs
        if pair["about"] == "runs"
        and {pair["a"], pair["b"]} <= firsts
        and frozenset((order[pair["a"]], order[pair["b"]])) not in judged
    ]
    named = {**_combined(recipes, names, labels), **labels}
    return [{**pair, "sentence": _renamed(pair["sentence"], named)} for pair in [*recipes, *networks]]


def _combined(pairs: Sequence[Mapping[str, Any]], names: Mapping[str, str], labels: Mapping[str, str]) -> dict:
    """The recipes that pairs speak of, by what they are called: the ids of their runs, in whatever order."""
    by_runs = {frozenset(runs.split("+")): name for runs, name in names.items()}
    spoken = {pair[side] for pair in pairs for side in "ab"}
    return {runs: by_runs.get(frozenset(runs.split("+")), labels[runs.split("+")[0]]) for runs in spoken}


def _renamed(sentence: str, names: Mapping[str, str]) -> str:
    """With labels where it has ids, the longest first."""
    either = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    ids = re.compile(rf"(?<!\w)(?:{either})(?!\w)")
    return ids.sub(lambda found: names[found[0]], sentence)


def _contrasts(record: Record, firsts: Sequence[RunRow], split: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The first recipe against the others, class by class."""
    found = []
    for a, b in [pair for pair in combinations(firsts, 2) if pair[0] is firsts[0]][:MOST_CONTRASTS]:
        told = comparing.contrast(record, a, b, split)
        classes = [{**each, "winner": each["winner"] and names[each["winner"]]} for each in told["classes"]]
        named = {"a": names[a.id], "b": names[b.id], "sentence": _renamed(told["sentence"], names)}
        found.append({**told, **named, "classes": classes})
    return found
