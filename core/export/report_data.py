"""The part of a report on what was learned from: its pictures, per split and class, and some of each."""

from collections.abc import Iterator, Mapping

from core.export.report_blocks import Block, Heading, Picture, Pictures, Points, Table, Tables, Words
from core.export.report_facts import Facts, Study
from core.export.report_words import count, counted

AT_ONCE = 20
"""Rows of a table; further ones stand beside it."""
MOST_CLASSES = 100
"""A longer table is nothing to read."""
SPLITS = {"train": "training", "val": "validation", "test": "test"}


def of_data(study: Study) -> Iterator[Block]:
    yield Heading("The data", 3)
    yield Words(" ".join(_facts(study)))
    yield _tables(study)
    if notes := (study.data or {}).get("notes"):
        yield Points(tuple(notes))
    yield from _examples(study)


def _facts(study: Study) -> Iterator[str]:
    told = study.groups[0].first.told
    pictures = told["pictures"]
    held = ", ".join(f"{pictures[split]:,} {name}" for split, name in SPLITS.items() if pictures.get(split))
    yield f"{study.dataset}: {counted(len(study.classes), 'class', 'classes')}; {held} pictures."
    if study.data:
        yield f"{study.data['source']}."
    yield f"Licence: {licence_of(told, 'data')}."
    few = told["recipe"].get("examples_per_class")
    if few:
        yield f"At most {few} training pictures of each class were used."
    if study.missing:
        yield study.missing


def licence_of(told: Facts, what: str) -> str:
    return (told.get("environment") or {}).get("licences", {}).get(what) or "unknown"


def _tables(study: Study) -> Tables:
    """What each run held of each class; training pictures only where they can be counted again."""
    shown, columns = study.classes[:MOST_CLASSES], _columns(study)
    rows = [(label, *(count(held.get(label)) for held in columns.values())) for label in shown]
    more = len(study.classes) - len(shown)
    caption = "Pictures per class and split" + (f"; {more} more classes are left out" if more else "")
    heads = ("class", *(SPLITS[split] for split in columns))
    parts = [tuple(rows[first : first + AT_ONCE]) for first in range(0, len(rows), AT_ONCE)]
    captions = [caption, *("The same, continued" for _ in parts[1:])]
    return Tables(tuple(Table(said, heads, part) for said, part in zip(captions, parts, strict=True)))


def _columns(study: Study) -> dict[str, Mapping[str, int]]:
    told, columns = study.groups[0].first.told, {}
    if study.data and study.data.get("train"):
        columns["train"] = study.data["train"]
    for split in ("val", "test"):
        if told.get(split):
            columns[split] = {each["label"]: each["support"] for each in told[split]["classes"]}
    return columns


def _examples(study: Study) -> Iterator[Block]:
    found = {label: tuple(each.image for each in some if each.image) for label, some in study.examples.items()}
    each = [Picture(images, f"A picture of {label}", label) for label, images in found.items() if images]
    if each:
        left_out = len(study.classes) - len(study.examples)
        more = f"; {left_out} classes are left out" if left_out else ""
        yield Pictures(f"Some pictures of each class{more}", tuple(each))
