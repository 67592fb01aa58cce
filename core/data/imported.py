"""The form in which an imported dataset is kept: written here, read here.

Every picture is written anew, so the bytes that came in are never kept, nor where a photograph was taken. Small
pictures and those that came without loss stay without loss (PNG), larger photographs become JPEG at quality 95 with
full colour. The copy's own file names are numbers; what people called files and classes stands in JSON.
"""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data.arrays import joined
from core.data.blocks import Block, write_bytes
from core.data.decoding import Decoded, decode
from core.data.folders import notes_on
from core.data.layout import Placed, class_order
from core.data.source import PictureFacts, Skip, Source
from core.errors import DataError

DESCRIPTION = "dataset.json"
REPORT = "report.json"
SMALL = 128
"""Pixels of the longer side up to which every picture is kept without loss."""
PHOTOGRAPHIC = ("JPEG", "MPO", "HEIF")
PER_FOLDER = 1000


@dataclass(frozen=True)
class Copied:
    """One picture of the copy: its own file, what it was called, its class and split, and what it was."""

    own: str
    file: str
    label: str
    split: str
    content: str
    width: int
    height: int
    mode: str
    format: str


def copy_picture(source: Path, number: int, picture: Placed, target: Path) -> tuple[Copied, tuple[str, ...]]:
    """Decode a picture and write it anew; also what had to be done to it. A PictureError if it cannot be read."""
    decoded = decode(source / picture.file, picture.file)
    encoded, ending = _encoded(decoded)
    own = f"pictures/{number // PER_FOLDER:05d}/{number:07d}{ending}"
    (target / own).parent.mkdir(parents=True, exist_ok=True)
    (target / own).write_bytes(encoded)
    content = hashlib.blake2b(encoded, digest_size=16).hexdigest()
    facts = astuple(decoded.facts)
    return Copied(own, picture.file, picture.label, picture.split, content, *facts), decoded.notes


def _encoded(decoded: Decoded) -> tuple[bytes, str]:
    buffer = io.BytesIO()
    if decoded.facts.format in PHOTOGRAPHIC and max(decoded.image.size) > SMALL:
        decoded.image.save(buffer, "JPEG", quality=95, subsampling=0)
        return buffer.getvalue(), ".jpg"
    decoded.image.save(buffer, "PNG")
    return buffer.getvalue(), ".png"


def write_pictures(folder: Path, copies: Sequence[Copied], skipped: Sequence[Skip]) -> None:
    _write(folder, {"kind": "pictures", "pictures": [astuple(copy) for copy in copies]}, skipped)


def write_arrays(folder: Path, blocks: Sequence[Block], skipped: Sequence[Skip]) -> None:
    for number, block in enumerate(blocks):
        write_bytes(block, folder / f"{number}.npy")
    described = [{"name": block.name, "split": block.split, "labels": block.labels} for block in blocks]
    _write(folder, {"kind": "arrays", "blocks": described}, skipped)


def write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _write(folder: Path, described: dict[str, Any], skipped: Sequence[Skip]) -> None:
    write_json(folder / DESCRIPTION, {"version": 1, **described, "skipped": [asdict(skip) for skip in skipped]})


def read_imported(name: str, folder: Path) -> Source:
    """An imported dataset; its pictures were checked when they came, and are not checked again."""
    try:
        described = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        skipped = [Skip(**skip) for skip in described["skipped"]]
        if described["kind"] == "arrays":
            return joined(
                name, [_block(folder, number, said) for number, said in enumerate(described["blocks"])], skipped
            )
        return _pictures_source(name, folder, [Copied(*copy) for copy in described["pictures"]], skipped)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError(
            f"The imported dataset {name} is damaged ({error}); remove its folder, import it again."
        ) from None


def _block(folder: Path, number: int, said: dict[str, Any]) -> Block:
    pictures = np.load(folder / f"{number}.npy", mmap_mode="r", allow_pickle=False)
    return Block(said["name"], pictures, said["labels"], said["split"])


def _pictures_source(name: str, folder: Path, copies: Sequence[Copied], skipped: Sequence[Skip]) -> Source:
    classes = class_order(copy.label for copy in copies)
    number = {label: index for index, label in enumerate(classes)}
    digest = hashlib.blake2b(digest_size=16)
    for copy in copies:
        digest.update(f"{copy.file}\0{copy.label}\0{copy.split}\0{copy.content}\n".encode())
    return Source(
        name=name,
        classes=tuple(classes),
        labels=np.array([number[copy.label] for copy in copies], np.int64),
        files=[copy.file for copy in copies],
        given=[copy.split for copy in copies],
        read=lambda index: decode(folder / copies[index].own, copies[index].file).image,
        fingerprint=digest.hexdigest(),
        skipped=tuple(skipped),
        notes=notes_on([copy.label for copy in copies]),
        facts=lambda index: PictureFacts(
            copies[index].width, copies[index].height, copies[index].mode, copies[index].format
        ),
    )
