"""The commands for datasets: each asks the workbench, and tells people what there is."""

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from core.errors import DataError
from core.service import Workbench
from core.terminal.drawing import share, table
from core.terminal.screen import Screen, inert

Found = Mapping[str, Any]

FILES_FOR_PEOPLE = 5


def dataset(bench: Workbench, asked: Namespace) -> Found:
    """One dataset in full; or what was done to it."""
    if asked.delete:
        return bench.delete_dataset(asked.dataset)
    written = bench.sheet(asked.dataset, asked.sheet, asked.label, asked.count, asked.page) if asked.sheet else {}
    return {**bench.dataset(asked.dataset), **written}


def import_dataset(bench: Workbench, asked: Namespace) -> Found:
    if asked.collected == (asked.path is not None):
        raise DataError("Name the path of a folder, an archive or arrays, or say --collected; one of the two.")
    return bench.import_collected(asked.name) if asked.collected else bench.import_dataset(asked.path, asked.name)


def collect(bench: Workbench, asked: Namespace) -> Found:
    """Gather more, throw away, or only look."""
    if asked.drop:
        bench.drop_collection(asked.name or "")
    elif asked.images:
        bench.collect(asked.name, asked.label, asked.images)
    elif asked.label:
        raise DataError(f"No pictures of {asked.label} were named; name files, or a folder of them.")
    return {"collections": [{"name": name, "classes": counts} for name, counts in bench.collections().items()]}


def tell_datasets(found: Found, screen: Screen) -> None:
    columns = ("name", "title", "classes", "pictures")
    rows = [
        [*(each[column] for column in columns), "yes" if each["available"] else "", each["source"]]
        for each in found["datasets"]
    ]
    screen.lines(table([*columns, "here", "source"], rows, "..rr"))


def tell_dataset(found: Found, screen: Screen) -> None:
    if found.get("state") == "deleted":
        screen.line(f"The dataset {inert(found['name'])} is removed.")
        return
    splits = [each["split"] for each in found["splits"]]
    told = ", ".join(f"{each['split']} {each['pictures']} ({_origin(each)})" for each in found["splits"])
    screen.line(f"{inert(found['name'])} ({found['source']}): {found['pictures']} pictures; {told}")
    rows = [[each["label"], each["pictures"], *(each[split] for split in splits)] for each in found["classes"]]
    screen.lines(table(["class", "pictures", *splits], rows, "." + "r" * (1 + len(splits))))
    _tell_sizes(found, screen)
    screen.lines([f"  note: {inert(each)}" for each in (*found["notes"], *filter(None, [found["trouble"]]))])
    screen.lines([f"  skipped {inert(each['file'])}: {inert(each['reason'])}" for each in found["skipped"]])
    if found.get("sheet"):
        screen.line(f"{len(found['files'])} of {found['total']} pictures: {inert(found['sheet'])}")


def _origin(split: Found) -> str:
    return f"{share(split['share'])}, {'its own' if split['brought'] else 'cut here'}"


def _tell_sizes(found: Found, screen: Screen) -> None:
    if found["sizes"]:
        width, height = found["sizes"]["width"], found["sizes"]["height"]
        ends = [f"{end} {width[end]} x {height[end]}" for end in ("smallest", "median", "largest")]
        screen.line("sizes (width x height): " + ", ".join(ends))
    if found["imbalance"]:
        screen.line(f"the largest class has {found['imbalance']:.1f} times the training pictures of the smallest")


def tell_import(report: Found, screen: Screen) -> None:
    name = inert(report["name"])
    screen.line(f"{report['accepted']} pictures of {len(report['classes'])} classes are now in the dataset {name}.")
    screen.lines([f"  skipped {inert(each['file'])}: {inert(each['reason'])}" for each in report["skipped"]])
    screen.lines([f"  note: {inert(each)}" for each in report.get("warnings", [])])
    screen.line(f"Train on it with: --set dataset={name}")


def tell_collections(found: Found, screen: Screen) -> None:
    if not found["collections"]:
        screen.line("Nothing is being gathered; `collect NAME CLASS IMAGE ...` begins.")
    for each in found["collections"]:
        counts = ", ".join(f"{inert(label)} {count}" for label, count in each["classes"].items())
        screen.line(f"{inert(each['name'])}: {counts or 'nothing yet'}")


def tell_audit(found: Found, screen: Screen) -> None:
    screen.line(f"{inert(found['dataset'])}: " + ", ".join(f"{split} {n}" for split, n in found["splits"].items()))
    for each in found["findings"]:
        screen.line(f"  {each['severity']:<8} {each['kind']}: {inert(each['message'])}")
        screen.lines([f"             {inert(file)}" for file in each["files"][:FILES_FOR_PEOPLE]])
