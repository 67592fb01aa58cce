"""What a tree of files means: which class and which split each picture belongs to, judged by paths alone."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.data.source import Skip, SplitName
from core.errors import DataError, shown

ALIASES: dict[str, SplitName] = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """One picture: its file, its class, and its split ("" where there are none)."""

    file: str
    label: str
    split: str


class Place(NamedTuple):
    """What a folder says of the pictures in it."""

    label: str
    split: str


def placed(files: Sequence[str]) -> tuple[list[Placed], list[Skip]]:
    """Where each picture belongs, and those that belong nowhere.

    A folder is a class, or a split of classes where the top folders are called train, val or test. Folders that only
    wrap everything are passed through; folders below a class are part of it.
    """
    folders = {folder: folder.split("/") if folder else [] for folder in map(_folder_of, files)}
    depth = _wrapping(folders.values())
    tops = {path[depth] for path in folders.values() if len(path) > depth}
    splits = {top: ALIASES[top.casefold()] for top in tops if top.casefold() in ALIASES}
    if len(splits) < len(tops) and len(set(splits.values())) < 2:
        splits = {}  # one class may well be called "train": it rides on rails
    places = {folder: _place(path[depth:], splits) for folder, path in folders.items()}
    _refuse_lookalikes(folders, places, depth + bool(splits))
    kept, skipped = [], []
    for file in files:
        place = places[_folder_of(file)]
        if isinstance(place, str):
            skipped.append(Skip(file, place))
        else:
            kept.append(Placed(file, *place))
    return kept, skipped


def _folder_of(file: str) -> str:
    return file.rpartition("/")[0]


def class_order(names: Iterable[str]) -> list[str]:
    """The class map: by number where all names are whole numbers, else by the letters' code."""
    unique = sorted(set(names))
    numbers = all(re.fullmatch(r"[0-9]{1,18}", name) for name in unique)
    return sorted(unique, key=lambda name: (int(name), name)) if numbers else unique


def class_name(folder: str) -> str:
    """The folder's name as it is meant: some systems write an accented letter as two."""
    return unicodedata.normalize("NFC", folder)


def _wrapping(paths: Collection[list[str]]) -> int:
    """How many folders at the top only wrap the rest."""
    depth = 0
    while paths:
        tops = {path[depth] for path in paths if len(path) > depth}
        deep_enough = all(len(path) > depth + 1 for path in paths)
        if len(tops) != 1 or not deep_enough or tops.pop().casefold() in ALIASES:
            break
        depth += 1
    return depth


def _place(path: Sequence[str], splits: Mapping[str, str]) -> Place | str:
    """The class and the split of what stands in a folder, or why it has none."""
    if not splits:
        return Place(class_name(path[0]), "") if path else "it is not in a class folder"
    if not path or path[0] not in splits:
        return "it is outside the train, val and test folders"
    if len(path) < 2:
        return f"it is in {path[0]} but not in a class folder"
    return Place(class_name(path[1]), splits[path[0]])


def _refuse_lookalikes(folders: Mapping[str, list[str]], places: Mapping[str, Place | str], depth: int) -> None:
    """Two folders of one split whose names look the same cannot be told apart by anybody."""
    spelled: dict[tuple[str, str], set[str]] = defaultdict(set)
    for folder, path in folders.items():
        place = places[folder]
        if isinstance(place, Place):
            spelled["/".join(path[:depth]), place.label].add(path[depth])
    for names in spelled.values():
        if len(names) > 1:
            raise DataError(
                f"Two class folders are both called {shown(class_name(min(names)))} and differ only in how the letters"
                " are encoded; rename or merge them."
            )
