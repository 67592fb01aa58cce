"""Pictures that stand in one array, as a Source."""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
from PIL import Image

from core.data.source import PictureFacts, Source


def stacked_source(
    name: str,
    pictures: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    *,
    given: Sequence[str],
    files: Sequence[str] | None = None,
    licence: str = "unknown",
    notes: tuple[str, ...] = (),
) -> Source:
    """A Source over bytes of N x height x width (grey) or N x height x width x 3."""
    facts = PictureFacts(pictures.shape[2], pictures.shape[1], "L" if pictures.ndim == 3 else "RGB", "array")
    labels = np.ascontiguousarray(labels, np.int64)
    return Source(
        name=name,
        classes=tuple(classes),
        labels=labels,
        files=files if files is not None else numbered(name, given),
        given=given,
        read=lambda index: Image.fromarray(np.asarray(pictures[index])).convert("RGB"),
        fingerprint=fingerprint_of(pictures, labels, classes, given),
        licence=licence,
        notes=notes,
        facts=lambda index: facts,
    )


def numbered(name: str, given: Sequence[str]) -> list[str]:
    """A name for each picture that has none: its split, or else its dataset, and its number."""
    return [f"{split or name}/{number:05d}" for number, split in enumerate(given)]


def fingerprint_of(pictures: np.ndarray, labels: np.ndarray, classes: Sequence[str], given: Sequence[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps([list(classes), pictures.shape, str(pictures.dtype)]).encode())
    digest.update(labels.tobytes())
    digest.update("\n".join(given).encode())
    for start in range(0, len(pictures), 4096):  # in pieces: the array may be larger than memory
        digest.update(np.ascontiguousarray(pictures[start : start + 4096]).data)
    return digest.hexdigest()
