"""The end of a report: all that is needed to do it again."""

import json
from collections.abc import Iterator

from core.export.report_blocks import Block, Code, Heading, Table, Tables, Words
from core.export.report_data import licence_of
from core.export.report_facts import Group, Run, Study
from core.export.report_words import listed


def of_repetition(study: Study) -> Iterator[Block]:
    yield Heading("To do it again", 3)
    yield Tables((_runs(study), _versions(study)))
    notices = list(dict.fromkeys(each["message"] for run in study.runs for each in run.told["notices"]))
    if notices:
        yield Words("What the runs decided by themselves: " + " ".join(notices))
    for group in study.groups:
        yield from _recipe(group)


def _runs(study: Study) -> Table:
    rows = tuple((run.label, run.id, str(run.seed), run.told["state"]) for run in study.runs)
    return Table("The runs", ("run", "id", "seed", "state"), rows, words=2)


def _versions(study: Study) -> Table:
    """Where runs differ, each value there was."""
    rows = {}
    for name in ("thaw", "python", "system", "device_name", "data", "weights"):
        rows[name] = _values(study, [(run.told.get("environment") or {}).get(name) for run in study.runs])
    libraries = [(run.told.get("environment") or {}).get("versions", {}) for run in study.runs]
    for name in sorted({name for each in libraries for name in each}):
        rows[name] = _values(study, [each.get(name) for each in libraries])
    rows["licence of the data"] = licence_of(study.groups[0].first.told, "data")
    rows["licence of the weights"] = _values(study, [licence_of(run.told, "weights") for run in study.runs])
    return Table("Versions, and the hashes of data and weights", ("what", "value"), tuple(rows.items()), words=2)


def _values(study: Study, values: list[object]) -> str:
    different = list(dict.fromkeys(str(value) for value in values if value is not None))
    return ", ".join(different) or "–"


def _recipe(group: Group) -> Iterator[Block]:
    seeds = f"; the other seeds are {listed(_others(group))}" if len(group.runs) > 1 else ""
    yield Code(f"{group.label}, as a command{seeds}", group.command, "bash")
    whole = json.dumps(group.first.told["recipe"], indent=2, ensure_ascii=False)
    yield Code(f"{group.label}, the recipe in full", whole, "json")


def _others(group: Group) -> list[str]:
    others: list[Run] = [*group.runs[1:]]
    return [str(run.seed) for run in others]
