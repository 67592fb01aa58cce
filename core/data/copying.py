"""What an import does with what it was given: every picture checked and written anew, everything else listed."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.data.arrays import holds_arrays, joined, read_blocks
from core.data.folders import listing, notes_on, refuse_too_few
from core.data.imported import Copied, copy_picture, write_arrays, write_pictures
from core.data.layout import Placed, class_order, placed
from core.data.source import Skip
from core.data.working import in_threads
from core.errors import PictureError

Heard = Callable[[int, int], None]
"""Is told how many files of how many are done."""


def unheard(done: int, of: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What came of an import; also kept beside the copy as report.json."""

    name: str
    classes: tuple[str, ...]
    accepted: int
    skipped: tuple[Skip, ...]
    ignored: int
    """What systems had left among the files: .DS_Store, Thumbs.db and the like."""
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return json.loads(json.dumps(asdict(self)))


def copy_place(place: Path, name: str, draft: Path, heard: Heard, ignored: int = 0) -> ImportReport:
    """Copy a folder of class folders, or arrays."""
    if holds_arrays(place):
        return _copy_arrays(place, name, draft)
    found = listing(place)
    pictures, astray = placed(found.files)
    aside = [*found.skipped, *astray]
    return copy_pictures(place, pictures, aside, name=name, draft=draft, heard=heard, ignored=ignored + found.ignored)


def _copy_arrays(place: Path, name: str, draft: Path) -> ImportReport:
    blocks, skipped = read_blocks(place)
    source = joined(name, blocks, skipped)
    write_arrays(draft, blocks, skipped)
    return ImportReport(
        name=name,
        classes=source.classes,
        accepted=len(source),
        skipped=source.skipped,
        ignored=0,
        warnings=source.notes,
    )


def copy_pictures(
    place: Path,
    pictures: Sequence[Placed],
    aside: Sequence[Skip],
    *,
    name: str,
    draft: Path,
    heard: Heard,
    ignored: int = 0,
) -> ImportReport:
    """Copy pictures whose classes are known; `aside` is what was set aside before."""

    def copy(numbered: tuple[int, Placed]) -> tuple[Copied | Skip, tuple[str, ...]]:
        try:
            return copy_picture(place, numbered[0], numbered[1], draft)
        except PictureError as error:
            return Skip(numbered[1].file, str(error)), ()

    results = []
    for result in in_threads(copy, list(enumerate(pictures)), "Importing"):
        results.append(result)
        heard(len(results), len(pictures))
    copies = [result for result, _ in results if isinstance(result, Copied)]
    refused = [result for result, _ in results if isinstance(result, Skip)]
    skipped = sorted((*aside, *refused), key=lambda skip: skip.file)
    labels = [each.label for each in copies]
    refuse_too_few(name, class_order(labels), [*refused, *aside])
    write_pictures(draft, copies, skipped)
    notes = Counter(note for _, said in results for note in said)
    return ImportReport(
        name=name,
        classes=tuple(class_order(labels)),
        accepted=len(copies),
        skipped=tuple(skipped),
        ignored=ignored,
        warnings=(*notes_on(labels), *(f"In {count:,} pictures {note}." for note, count in sorted(notes.items()))),
    )
