"""A dataset's pictures, small enough to look at many: those that are asked for, and nine of them as its cover."""

import hashlib
import io
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from PIL import Image, ImageOps

from core.data.miniatures import kept_miniature
from core.data.source import Source
from core.errors import NotFound, shown

SIDE = 128
ON_COVER = 9
COVER_SIDE = 96
GAP = 4
NEARLY_SQUARE = 1.6
"""How many times longer than wide a picture may be to be cut to a square on the cover."""


def thumbnails(source: Source, indices: Sequence[int], cache: Path) -> list[dict[str, Any]]:
    """What each picture is called, what it shows, and itself as a PNG of at most 128 pixels a side."""
    return [
        {
            "file": source.files[index],
            "label": source.classes[source.labels[index]],
            "picture": thumbnail(source, index, cache),
        }
        for index in indices
    ]


def thumbnail(source: Source, index: int, cache: Path) -> bytes:
    """Made once; the dataset's content is part of where it is kept, so it is never stale."""
    made = kept_miniature(cache, source.fingerprint, source.files[index], SIDE, lambda: source.read(index))
    assert made is not None  # only a reader that answers None makes it so
    return made


def page_of(source: Source, label: str | None, page: int, count: int) -> tuple[list[int], int]:
    """The numbers of one page's pictures, and how many there are on all pages; of all classes in turn, or of one."""
    if label is None:
        chosen = mixed(source.labels)
    elif label in source.classes:
        chosen = np.flatnonzero(source.labels == source.classes.index(label))
    else:
        raise NotFound(f"{source.name} has no class {shown(label)}; `dataset {source.name}` lists its classes.")
    first = count * (max(1, page) - 1)
    return chosen[first : first + count].tolist(), len(chosen)


def mixed(labels: np.ndarray) -> np.ndarray:
    """The pictures' numbers so that all classes come at once: the first of each, then the second of each."""
    by_class = np.argsort(labels, kind="stable")
    place = np.empty(len(labels), np.int64)
    place[by_class] = np.arange(len(labels)) - np.searchsorted(labels[by_class], labels[by_class])
    return np.lexsort((labels, place))


def cover(source: Source, cache: Path) -> bytes:
    """Nine pictures of as many classes as there are, as one picture."""
    chosen, _ = page_of(source, None, 1, ON_COVER)
    made = sheet([thumbnail(source, index, cache) for index in chosen])
    file = _cover_file(source.fingerprint, cache)
    draft = file.with_name(f".{uuid4().hex}")
    with suppress(OSError):  # a home that can only be read, or is full, makes it again
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(made)
        draft.replace(file)
    return made


def known_cover(fingerprint: str, cache: Path) -> bytes | None:
    """The cover, if it was made before."""
    try:
        return _cover_file(fingerprint, cache).read_bytes()
    except OSError:
        return None


def _cover_file(fingerprint: str, cache: Path) -> Path:
    return cache / "covers" / f"{hashlib.blake2b(fingerprint.encode(), digest_size=16).hexdigest()}.png"


def sheet(pictures: Sequence[bytes], columns: int = 3, side: int = COVER_SIDE) -> bytes:
    """Thumbnails in squares side by side, on nothing: the ground of the page shows between them."""
    step, rows = side + GAP, -(-len(pictures) // columns)
    whole = Image.new("RGBA", (columns * step - GAP, rows * step - GAP))
    for place, picture in enumerate(pictures):
        cell = _cell(Image.open(io.BytesIO(picture)).convert("RGB"), side)
        left, top = step * (place % columns), step * (place // columns)
        whole.paste(cell, (left + (side - cell.width) // 2, top + (side - cell.height) // 2))
    packed = io.BytesIO()
    whole.save(packed, "PNG")
    return packed.getvalue()


def _cell(picture: Image.Image, side: int) -> Image.Image:
    """Nearly square pictures are cut to squares; long ones are shown whole."""
    if max(picture.size) <= NEARLY_SQUARE * min(picture.size):
        return ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)
    return ImageOps.contain(picture, (side, side), Image.Resampling.LANCZOS)
