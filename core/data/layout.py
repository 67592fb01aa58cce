"""What a tree of files means: which class and which split each picture belongs to, judged by paths alone."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Placed:
    """One picture: its file, its class, and its split ("" where there are none)."""

    file: str
    label: str
    split: str


def placed(files: Sequence[str]) -> tuple[list[Placed], list[Skip]]:
    """Where each picture belongs, and those that belong nowhere.

    A folder is a class, or a split of classes where the top folders are called train, val or test. Folders that only
    wrap everything are passed through; folders below a class are part of it.
    """
    paths = [file.split("/") for file in files]
    depth = _wrapping(paths)
    tops = {path[depth] for path in paths if len(path) > depth + 1}
    splits = {top: ALIASES[top.casefold()] for top in tops if top.casefold() in ALIASES}
    if len(splits) < len(tops) and len(set(splits.values())) < 2:
        splits = {}  # one class may well be called "train": it rides on rails
    kept, skipped = [], []
    for path in paths:
        found = _place(path, depth, splits)
        if isinstance(found, Placed):
            kept.append(found)
        else:
            skipped.append(Skip("/".join(path), found))
    _refuse_lookalikes(kept, depth + bool(splits))
    return kept, skipped


def class_order(names: Iterable[str]) -> list[str]:
    """The class map: by number where all names are whole numbers, else by the letters' code."""
    unique = sorted(set(names))
    numbers = all(re.fullmatch(r"[0-9]{1,18}", name) for name in unique)
    return sorted(unique, key=lambda name: (int(name), name)) if numbers else unique


def class_name(folder: str) -> str:
    """The folder's name as it is meant: some systems write an accented letter as two."""
    return unicodedata.normalize("NFC", folder)


def _wrapping(paths: Sequence[list[str]]) -> int:
    """How many folders at the top only wrap the rest."""
    depth = 0
    while paths:
        tops = {path[depth] for path in paths if len(path) > depth + 1}
        deep_enough = all(len(path) > depth + 2 for path in paths)
        if len(tops) != 1 or not deep_enough or tops.pop().casefold() in ALIASES:
            break
        depth += 1
    return depth


def _place(path: list[str], depth: int, splits: Mapping[str, str]) -> Placed | str:
    folders = path[depth:-1]
    if not splits:
        return Placed("/".join(path), class_name(folders[0]), "") if folders else "it is not in a class folder"
    if not folders or folders[0] not in splits:
        return "it is outside the train, val and test folders"
    if len(folders) < 2:
        return f"it is in {folders[0]} but not in a class folder"
    return Placed("/".join(path), class_name(folders[1]), splits[folders[0]])


def _refuse_lookalikes(kept: Sequence[Placed], depth: int) -> None:
    """Two folders of one split whose names look the same cannot be told apart by anybody."""
    spelled: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in kept:
        parts = each.file.split("/")
        spelled["/".join(parts[:depth]), each.label].add(parts[depth])
    for names in spelled.values():
        if len(names) > 1:
            raise DataError(
                f"Two class folders are both called {shown(class_name(min(names)))} and differ only in how the letters"
                " are encoded; rename or merge them."
            )
