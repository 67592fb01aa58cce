"""The oddities that an audit looks for, each a function from a dataset to findings."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.data.likeness import Look, identical, nearly_identical
from core.data.source import PictureFacts, Skip, Source, SplitName
from core.errors import shown

Severity = Literal["info", "warning", "error"]

LISTED = 50
"""Findings of one kind that are told one by one; the rest is counted."""
LOPSIDED = 10.0
"""How many times larger than the smallest a class may be before that is a warning."""
FEW = 10
LONG = 4.0
"""How many times longer than wide, beyond the dataset's own middle, makes an odd shape."""
OUTLYING = 4.0
"""Spreads away from the middle that make a brightness odd."""


@dataclass(frozen=True)
class Finding:
    """One thing that a person should look at."""

    kind: str
    severity: Severity
    message: str
    files: tuple[str, ...] = ()


def files(source: Source) -> Iterator[Finding]:
    found = [Finding("skipped", "warning", _reason(skip), (skip.file,)) for skip in source.skipped]
    yield from shortened(found, "skipped", "files are not part of the dataset")


def _reason(skip: Skip) -> str:
    """The reason with the file's name, which a decoder's sentence holds already."""
    return skip.reason if skip.reason.startswith(skip.file) else f"{skip.file}: {skip.reason}."


def shortened(found: Sequence[Finding], kind: str, what: str) -> Iterator[Finding]:
    """The first few one by one; the rest as a number."""
    yield from found[:LISTED]
    if len(found) > LISTED:
        yield Finding(kind, found[LISTED].severity, f"{len(found) - LISTED:,} more {what}.")


def doubles(source: Source, looks: Sequence[Look], split_of: np.ndarray) -> Iterator[Finding]:
    found: dict[str, list[Finding]] = {"leak": [], "conflict": [], "duplicate": []}
    for group in identical(looks):
        labels = sorted({source.classes[source.labels[index]] for index in group})
        within = sorted({str(split_of[index]) for index in group})
        files = tuple(source.files[index] for index in group)
        if len(within) > 1:
            message = f"The same picture stands in {' and '.join(within)}: {_named(files)}."
            found["leak"].append(Finding("leak", "error", message, files))
        if len(labels) > 1:
            message = f"The same picture is called {' and '.join(map(shown, labels))}: {_named(files)}."
            found["conflict"].append(Finding("conflict", "error", message, files))
        elif len(within) == 1:
            message = f"The same picture stands in {within[0]} {len(files)} times: {_named(files)}."
            found["duplicate"].append(Finding("duplicate", "warning", message, files))
    yield from shortened(found["leak"], "leak", "pictures stand in several splits")
    yield from shortened(found["conflict"], "conflict", "pictures have several labels")
    yield from shortened(found["duplicate"], "duplicate", "pictures stand there several times")


def near_doubles(source: Source, looks: Sequence[Look], split_of: np.ndarray) -> Iterator[Finding]:
    leaks, doubles = [], []
    for first, second in nearly_identical(looks):
        files = (source.files[first], source.files[second])
        labels = {source.classes[source.labels[index]] for index in (first, second)}
        aside = f", called {' and '.join(map(shown, sorted(labels)))}" if len(labels) > 1 else ""
        if split_of[first] != split_of[second]:
            message = (
                f"Nearly the same picture stands in {split_of[first]} and {split_of[second]}{aside}: {_named(files)}."
            )
            leaks.append(Finding("near_leak", "warning", message, files))
        else:
            message = f"Nearly the same picture stands in {split_of[first]} twice{aside}: {_named(files)}."
            doubles.append(Finding("near_duplicate", "info", message, files))
    yield from shortened(leaks, "near_leak", "pairs of nearly the same picture stand in two splits")
    yield from shortened(doubles, "near_duplicate", "pairs of pictures are nearly the same")


def _named(files: Sequence[str]) -> str:
    return ", ".join(files[:4]) + (f" and {len(files) - 4} more" if len(files) > 4 else "")


def balance(source: Source, splits: Mapping[SplitName, np.ndarray]) -> Iterator[Finding]:
    counts = {name: np.bincount(source.labels[held], minlength=len(source.classes)) for name, held in splits.items()}
    train = counts["train"]
    largest, smallest = int(train.argmax()), int(train.argmin())
    ratio = train[largest] / max(1, train[smallest])
    yield Finding(
        "imbalance",
        "warning" if ratio >= LOPSIDED else "info",
        f"The largest class of the training split, {shown(source.classes[largest])}, has {train[largest]:,} pictures"
        f" ({train[largest] / train.sum():.0%}); the smallest, {shown(source.classes[smallest])}, {train[smallest]:,}.",
    )
    few = [(index, int(count)) for index, count in enumerate(train) if 0 < count < FEW]
    if few:
        yield Finding("few", "warning", f"Fewer than {FEW} training pictures have {_counted(source, few)}.")
    for name, held in counts.items():
        none = [source.classes[index] for index in np.flatnonzero(held == 0).tolist()]
        if none:
            aside = f"{', '.join(map(shown, none[:8]))}{', ...' if len(none) > 8 else ''}"
            severity: Severity = "error" if name == "train" else "warning"
            yield Finding("absent", severity, f"No picture in {name} has {len(none):,} of the classes: {aside}.")


def _counted(source: Source, few: Sequence[tuple[int, int]]) -> str:
    named = ", ".join(f"{shown(source.classes[index])} ({count})" for index, count in few[:8])
    return named + (f" and {len(few) - 8} more classes" if len(few) > 8 else "")


def shapes(source: Source) -> Iterator[Finding]:
    if source.facts is None:
        return
    facts = [source.facts(index) for index in range(len(source))]
    modes = Counter(f"{each.format} {each.mode}" for each in facts).most_common()
    yield Finding("modes", "info", f"The pictures are {', '.join(f'{mode} ({count:,})' for mode, count in modes)}.")
    sizes = Counter((each.width, each.height) for each in facts)
    (width, height), usual = sizes.most_common(1)[0]
    several = f"Of {len(sizes):,} sizes the most common is {width} x {height} ({usual:,} of {len(facts):,} pictures)."
    yield Finding("sizes", "info", several if len(sizes) > 1 else f"All pictures are {width} x {height}.")
    yield from _odd_sizes(source, facts)


def _odd_sizes(source: Source, facts: Sequence[PictureFacts]) -> Iterator[Finding]:
    shapes = np.log([each.width / each.height for each in facts])
    sides = np.log([min(each.width, each.height) for each in facts])
    odd_shape = np.abs(shapes - np.median(shapes)) > np.log(LONG)
    tiny = sides < np.median(sides) - np.log(LONG)
    found = []
    for index in np.flatnonzero(odd_shape | tiny).tolist():
        size = f"{facts[index].width} x {facts[index].height}"
        message = f"{source.files[index]} is {size}, unlike the others."
        found.append(Finding("odd_size", "warning", message, (source.files[index],)))
    yield from shortened(found, "odd_size", "pictures have an odd size")


def brightness(source: Source, looks: Sequence[Look]) -> Iterator[Finding]:
    levels = np.array([np.mean(look.mean) for look in looks])
    flat = np.array([np.mean(look.square) - np.mean(np.square(look.mean)) for look in looks]) < 1e-6
    middle = float(np.median(levels))
    spread = 1.4826 * float(np.median(np.abs(levels - middle)))
    odd = np.abs(levels - middle) > OUTLYING * max(spread, 0.01)
    found = [
        Finding(
            "brightness", "info", f"{source.files[index]} is {_how(levels[index], middle)}.", (source.files[index],)
        )
        for index in np.flatnonzero(odd & ~flat).tolist()
    ]
    blank = [
        Finding("blank", "warning", f"{source.files[index]} is of one colour only.", (source.files[index],))
        for index in np.flatnonzero(flat).tolist()
    ]
    yield from shortened(blank, "blank", "pictures are of one colour only")
    yield from shortened(found, "brightness", "pictures are unusually bright or dark")


def _how(level: float, middle: float) -> str:
    return "much brighter than the others" if level > middle else "much darker than the others"
