"""A dataset on its way to another machine: packed here from whatever it was read from, and read there as the same.

Names, labels, order, splits and fingerprint travel as JSON; pictures as they were decoded, without loss (PNG), one
after the other in one file. So a run sees the same pixels wherever it is trained, and no node needs to know archives.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, astuple
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from PIL import Image

from core.data.source import PictureFacts, Skip, Source
from core.data.working import in_threads
from core.errors import DataError
from core.home import Home

CARRIED = "carried"
"""The folder beside the imported datasets that holds what was packed elsewhere; a name there means nothing else."""

ABOUT, PICTURES = "source.json", "pictures.bin"
QUICKLY = 1
"""PNG's lightest compression: the strongest saves a tenth of the bytes for ten times the seconds."""


def address_of(name: str, fingerprint: str) -> str:
    """Equal contents under an equal name, equal address."""
    return hashlib.blake2b(f"1\0{name}\0{fingerprint}".encode(), digest_size=16).hexdigest()


def pack(source: Source, folder: Path) -> None:
    """Write down all that the source knows, and every picture as it reads it."""
    sizes = []
    with (folder / PICTURES).open("wb") as file:
        for packed in in_threads(lambda index: _packed(source.read(index)), range(len(source)), "Packing"):
            sizes.append(file.write(packed))
    about = {
        "name": source.name,
        "classes": source.classes,
        "labels": source.labels.tolist(),
        "files": list(source.files),
        "given": list(source.given),
        "fingerprint": source.fingerprint,
        "licence": source.licence,
        "skipped": [asdict(each) for each in source.skipped],
        "notes": source.notes,
        "facts": source.facts and [astuple(source.facts(index)) for index in range(len(source))],
        "sizes": sizes,
    }
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")


def _packed(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=QUICKLY)
    return buffer.getvalue()


def place_of(name: str, home: Home) -> Path:
    """Where a packed dataset stands; what would make a path of its name is written another way."""
    return home.datasets / CARRIED / quote(name, safe="")


def carried_source(name: str, home: Home) -> Source | None:
    """The packed dataset of this name, or None where none was brought."""
    folder = place_of(name, home)
    if not (folder / ABOUT).is_file():
        return None
    try:
        return _source(json.loads((folder / ABOUT).read_text(encoding="utf-8")), folder)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError(f"The packed dataset {name} is damaged ({error}); remove the node's cache.") from None


def _source(about: Mapping[str, Any], folder: Path) -> Source:
    ends = list(accumulate(about["sizes"]))
    packed = np.memmap(folder / PICTURES, np.uint8, "r")
    facts = about["facts"]

    def read(index: int) -> Image.Image:
        end = ends[index]
        return Image.open(io.BytesIO(packed[end - about["sizes"][index] : end].tobytes())).convert("RGB")

    return Source(
        name=about["name"],
        classes=tuple(about["classes"]),
        labels=np.array(about["labels"], np.int64),
        files=about["files"],
        given=about["given"],
        read=read,
        fingerprint=about["fingerprint"],
        licence=about["licence"],
        skipped=tuple(Skip(**each) for each in about["skipped"]),
        notes=tuple(about["notes"]),
        facts=(lambda index: PictureFacts(*facts[index])) if facts else None,
    )
