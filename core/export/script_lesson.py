"""What lies beside the script: which pictures are learned from, chosen by and tested with; and the pictures."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from core.data.source import Source

LARGEST = 100 * 2**20
"""Bytes of pictures that are written beside a script unasked."""
PICTURES = "pictures"
PLAIN = ("RGB", "L", "CMYK")
"""Pillow's modes that everybody reads alike."""


def write_lesson(
    folder: Path, source: Source, splits: Mapping[str, np.ndarray], place: Path | None, always: bool = False
) -> bool:
    """Write splits.json, and the pictures if they are few or wanted; answers whether they lie there now.

    `place` is the folder that the dataset's files lie in, if they are files.
    """
    beside = always or _bytes_of(source, splits, place) <= LARGEST
    rows = {name: [_row(source, int(number)) for number in numbers] for name, numbers in splits.items()}
    for row in [each for split in rows.values() for each in split] if beside else []:
        row["file"] = _write_picture(folder / PICTURES, source, row, place)
    content = {"dataset": source.name, "classes": list(source.classes), **rows}
    (folder / "splits.json").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return beside


def file_of(source: Source, number: int, place: Path | None) -> Path | None:
    """The file that holds a picture, where it is one of its own, named as the dataset names it."""
    file = place / str(source.files[number]) if place and place.is_dir() else None
    return file if file and file.is_file() else None


def without_pictures(source: Source, splits: Mapping[str, np.ndarray], place: Path | None) -> str:
    """What to do where the pictures do not lie beside the script, in a sentence or two."""
    if not file_of(source, 0, place):
        return f"The pictures of {source.name} are not beside it and are no files: export again with --pictures."
    numbers = np.concatenate(list(splits.values())).tolist()
    odd = sum(source.facts(number).mode not in PLAIN for number in numbers) if source.facts else 0
    read = f" {odd} of them are transparent or deeper than 8 bits, and read otherwise here." if odd else ""
    return f"The pictures are not beside it: set PICTURES to the folder of {source.name}.{read}"


def _row(source: Source, number: int) -> dict[str, Any]:
    """`number` is the picture's place in the dataset, from which its chance is drawn."""
    name = source.files[number]
    return {"number": number, "label": source.classes[source.labels[number]], "name": name, "file": name}


def _bytes_of(source: Source, splits: Mapping[str, np.ndarray], place: Path | None) -> int:
    """How much would be written; of arrays the bytes of the pixels, which PNG only makes fewer."""
    numbers = np.concatenate(list(splits.values())).tolist()
    if file_of(source, 0, place):
        return sum(file.stat().st_size for number in numbers if (file := file_of(source, number, place)))
    if source.facts is None:
        return LARGEST + 1
    return sum(3 * facts.width * facts.height for facts in map(source.facts, numbers))


def _write_picture(folder: Path, source: Source, row: Mapping[str, Any], place: Path | None) -> str:
    """As it came, where plain Pillow reads it as Thaw does; else without loss. Its own name is its number alone."""
    folder.mkdir(exist_ok=True)
    number, picture = row["number"], source.read(row["number"])
    original = file_of(source, number, place)
    if original and _reads_alike(original, picture):
        own = f"{number:06d}{original.suffix.lower()}"
        shutil.copyfile(original, folder / own)
        return own
    own = f"{number:06d}.png"
    picture.save(folder / own, "PNG")
    return own


def _reads_alike(file: Path, picture: Image.Image) -> bool:
    """Transparent pictures, deep ones and HEIC are read by Thaw in ways of its own."""
    try:
        with Image.open(file) as opened:
            plain = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError):
        return False
    return plain.size == picture.size and plain.tobytes() == picture.tobytes()
