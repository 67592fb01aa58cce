"""Arrays of pictures with their arrays of labels, several of them joined into one Source.

Which array holds what is read from the names: `data0` belongs to `labels0`, `x_train` to `y_train`, `images` to
`labels` of the same file. A split's name in them is respected.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.array_files import ENDINGS, NamedArray, read_arrays
from core.data.blocks import AT_ONCE, Block, block_of
from core.data.entry_names import is_litter
from core.data.folders import notes_on, refuse_too_few
from core.data.layout import ALIASES, class_order
from core.data.source import Skip, Source
from core.errors import DataError, NotFound

PICTURES = frozenset(("data", "x", "image", "images", "picture", "pictures", "img", "imgs"))
LABELS = frozenset(("label", "labels", "lab", "y", "target", "targets", "class", "classes"))
TOKENS = re.compile(r"[xy](?=train|test|val)|[a-z]+|[0-9]+")


def holds_arrays(place: Path) -> bool:
    """Whether this is an array file, or a folder with such files directly in it."""
    if place.is_dir():
        return any(entry.suffix.lower() in ENDINGS for entry in place.iterdir() if not is_litter(entry.name))
    return place.suffix.lower() in ENDINGS


def array_source(name: str, place: Path) -> Source:
    """One dataset from an .npz, or from all .npy and .npz files of a folder."""
    blocks, skipped = read_blocks(place)
    return joined(name, blocks, skipped)


def read_blocks(place: Path) -> tuple[list[Block], list[Skip]]:
    """Every array of pictures with its labels, and what was neither."""
    if not place.exists():
        raise NotFound(f"There is no file or folder {place}; check the path.")
    files = sorted(entry for entry in place.iterdir() if not is_litter(entry.name)) if place.is_dir() else [place]
    skipped = [Skip(file.name, "it is not a NumPy array") for file in files if file.suffix.lower() not in ENDINGS]
    arrays = [array for file in files if file.suffix.lower() in ENDINGS for array in read_arrays(file)]
    pictures, labels = {}, {}
    for array in arrays:
        role, partner = _role(array)
        if role is None:
            skipped.append(Skip(array.title, "its name says neither pictures (data, images, x) nor labels (labels, y)"))
            continue
        known = pictures if role == "pictures" else labels
        if partner in known:
            raise DataError(f"{array.title} and {known[partner].title} claim the same {role}; rename one of them.")
        known[partner] = array
    return [block_of(array, labels.get(partner), _split(partner)) for partner, array in pictures.items()], skipped


def _role(array: NamedArray) -> tuple[str | None, tuple[str, ...]]:
    """Whether an array holds pictures or labels, and what it shares with its partner."""
    words = TOKENS.findall(array.key.lower())
    inside = () if array.file.endswith(".npy") else (array.file, *TOKENS.findall(Path(array.file).stem.lower()))
    for role, known in (("pictures", PICTURES), ("labels", LABELS)):
        for place, word in enumerate(words):
            if word in known:
                return role, (*inside, *words[:place], *words[place + 1 :])
    return None, ()


def _split(shared: Sequence[str]) -> str:
    return next((ALIASES[word] for word in shared if word in ALIASES), "")


def joined(name: str, blocks: Sequence[Block], skipped: Sequence[Skip] = ()) -> Source:
    """Several blocks as one dataset with one class map."""
    if not blocks:
        raise DataError(f"{name} holds no array of pictures; call it data, images or x, and its labels labels or y.")
    named = [label for block in blocks for label in block.labels]
    order = class_order(named)
    refuse_too_few(name, order, skipped)
    number = {label: index for index, label in enumerate(order)}
    ends = np.cumsum([len(block.labels) for block in blocks])
    starts = ends - [len(block.labels) for block in blocks]

    def where(index: int) -> tuple[Block, int]:
        place = int(np.searchsorted(ends, index, side="right"))
        return blocks[place], index - int(starts[place])

    def read(index: int) -> Image.Image:
        block, inside = where(index)
        return block.picture(inside)

    return Source(
        name=name,
        classes=tuple(order),
        labels=np.array([number[label] for label in named], np.int64),
        files=[f"{block.name}/{index:05d}" for block in blocks for index in range(len(block.labels))],
        given=[block.split for block in blocks for _ in block.labels],
        read=read,
        fingerprint=_fingerprint(blocks),
        skipped=tuple(skipped),
        notes=notes_on(named),
        facts=lambda index: where(index)[0].facts,
    )


def _fingerprint(blocks: Sequence[Block]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for block in blocks:
        shape = (block.name, block.split, block.scale, block.pictures.shape, block.pictures.dtype.str)
        digest.update(repr((shape, block.labels)).encode())
        for start in range(0, len(block.pictures), AT_ONCE):
            digest.update(np.ascontiguousarray(block.pictures[start : start + AT_ONCE]).data)
    return digest.hexdigest()
