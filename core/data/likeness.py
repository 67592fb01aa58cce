"""What two pictures have in common: the same pixels, or nearly the same look.

A look is 64 bits, each saying whether one spot is brighter than its neighbour, and a small grey thumbnail that
confirms what the bits suggest: drawings on a plain ground share most bits without looking alike.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

THUMBNAIL = 16
AT_ONCE = 65_536
MOST_BITS = 3
"""Bits in which two looks may differ."""
BANDS = 4
"""More bands than bits that may differ, so two near looks agree in at least one."""
LEAST_CORRELATION = 0.99
"""Of two thumbnails, which a change of brightness or contrast leaves alone."""
CROWD = 400
"""Looks that agree in a band; in larger crowds only neighbours are compared, so that time stays bounded."""


@dataclass(frozen=True)
class Look:
    """One picture, remembered by little."""

    pixels: bytes
    """A hash of size and pixels."""
    bits: int
    thumbnail: bytes
    mean: tuple[float, float, float]
    square: tuple[float, float, float]
    """Per channel: the mean of the pixels, and of their squares, from 0 to 1."""


def look_at(image: Image.Image) -> Look:
    array = np.asarray(image)
    digest = hashlib.blake2b(repr(array.shape).encode() + array.tobytes(), digest_size=16).digest()
    grey = image.convert("L")
    slopes = np.asarray(grey.resize((9, 8), Image.Resampling.BOX), np.int16)
    bits = np.packbits(slopes[:, 1:] > slopes[:, :-1])
    thumbnail = grey.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX).tobytes()
    counts = np.array(image.histogram(), np.float64).reshape(3, 256) / (array.shape[0] * array.shape[1])
    shades = np.arange(256) / 255
    mean, square = counts @ shades, counts @ shades**2
    return Look(digest, int.from_bytes(bits.tobytes(), "big"), thumbnail, tuple(mean), tuple(square))


def identical(looks: Sequence[Look]) -> list[list[int]]:
    """Groups of pictures with the same pixels."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for index, look in enumerate(looks):
        groups[look.pixels].append(index)
    return [group for group in groups.values() if len(group) > 1]


def nearly_identical(looks: Sequence[Look]) -> list[tuple[int, int]]:
    """Pairs that look alike without being the same, each once, in order."""
    if len(looks) < 2:
        return []
    bits = np.array([look.bits for look in looks], np.uint64)
    thumbnails = centred_thumbnails(looks)
    pixels = np.array([look.pixels for look in looks])
    found = [np.empty((0, 2), np.int64)]
    for band in range(BANDS):
        left, right = _agreeing(bits, (bits >> np.uint64(16 * band)) & np.uint64(0xFFFF))
        few = np.bitwise_count(bits[left] ^ bits[right]) <= MOST_BITS
        left, right = left[few], right[few]
        alike = (_correlations(thumbnails, left, right) >= LEAST_CORRELATION) & (pixels[left] != pixels[right])
        found.append(np.sort(np.stack([left[alike], right[alike]], axis=1), axis=1))
    pairs = np.unique(np.concatenate(found), axis=0)
    return [(int(first), int(second)) for first, second in pairs]


def _agreeing(bits: np.ndarray, band: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of places that agree in this band, from crowds only those that lie next to each other by all bits."""
    order = np.lexsort((bits, band))
    edges = np.flatnonzero(np.diff(band[order])) + 1
    sizes = np.diff(np.concatenate([[0], edges, [len(order)]]))
    last = np.repeat(np.cumsum(sizes), sizes)
    reach = np.where(np.repeat(sizes, sizes) > CROWD, 16, CROWD)
    left, right = [], []
    place = np.arange(len(order))
    for step in range(1, int(min(CROWD, sizes.max(initial=1)))):
        meets = place[(place + step < last) & (step <= reach)]
        if not len(meets):
            break
        left.append(order[meets])
        right.append(order[meets + step])
    nothing = np.empty(0, np.int64)
    return np.concatenate([nothing, *left]), np.concatenate([nothing, *right])


def centred_thumbnails(looks: Sequence[Look]) -> np.ndarray:
    """Each thumbnail without its mean and of length one; a flat one becomes zeros, which are like nothing."""
    thumbnails = np.frombuffer(b"".join(look.thumbnail for look in looks), np.uint8).reshape(len(looks), -1)
    centred = thumbnails - thumbnails.mean(axis=1, keepdims=True, dtype=np.float32)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.divide(centred, length, out=np.zeros_like(centred), where=length > 1)


def _correlations(thumbnails: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How far each pair's thumbnails go together, in pieces that fit into memory."""
    pieces = [
        np.einsum("ij,ij->i", thumbnails[left[start : start + AT_ONCE]], thumbnails[right[start : start + AT_ONCE]])
        for start in range(0, len(left), AT_ONCE)
    ]
    return np.concatenate([np.empty(0), *pieces])
