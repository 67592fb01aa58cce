"""One picture of a dataset, small enough to show dozens of them; made once, and kept in the cache."""

import hashlib
import io
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PIL import Image


def miniature(picture: Image.Image, size: int) -> bytes:
    """The picture as a PNG of at most `size` pixels a side; a tiny one is enlarged by whole pixels."""
    longest = max(picture.size)
    if longest * 2 <= size:
        by = size // longest
        picture = picture.resize((picture.width * by, picture.height * by), Image.Resampling.NEAREST)
    else:
        picture = picture.copy()
        picture.thumbnail((size, size), Image.Resampling.BILINEAR)
    return png_of(picture.convert("RGB"))


def png_of(picture: Image.Image) -> bytes:
    """The picture whole, packed without loss: quickly, for a photograph becomes no smaller by more pains."""
    packed = io.BytesIO()
    picture.save(packed, "PNG", compress_level=1)
    return packed.getvalue()


def kept_miniature(
    cache: Path, fingerprint: str, file: str, size: int, read: Callable[[], Image.Image | None]
) -> bytes | None:
    """The miniature of a file as it was in the dataset with this fingerprint; None where nothing can be read of it."""
    place = _place(cache, fingerprint, file, size)
    with suppress(OSError):
        return place.read_bytes()
    picture = read()
    if picture is None:
        return None
    made = miniature(picture, size)
    with suppress(OSError):  # a home that can only be read, or is full, makes it anew each time
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(f".{os.getpid()}-{id(made)}.partial")
        draft.write_bytes(made)
        draft.replace(place)
    return made


def _place(cache: Path, fingerprint: str, file: str, size: int) -> Path:
    """In 256 folders, as there may be very many; a file's own name never becomes part of a path."""
    digest = hashlib.blake2b(f"{fingerprint}\0{size}\0{file}".encode(errors="replace"), digest_size=16).hexdigest()
    return cache / "miniatures" / digest[:2] / f"{digest}.png"
