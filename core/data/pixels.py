"""Pictures as the network sees them, decoded once.

`Preparation` is the one way from any picture to the network's input: the cache, training, evaluation and `predict` all
go through it. A picture becomes a *canvas* (uint8, a little larger than the input where parts of it may be cut out);
what evaluation sees is the canvas's centre. `Canvases` keeps every canvas of a dataset in one memory map on disk.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.catalog.augmentations import centre
from core.data.rows import Rows
from core.data.source import Source

CROP_MARGIN = 0.875
"""What the centre crop keeps of each side: the share that ImageNet networks are evaluated with."""

DECODE_CHUNK = 256

VERSION = 1
"""Raised where pictures are decoded, or made to fit, in another way: what was kept is made anew then."""


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """How any picture becomes the network's input: size, how it is made to fit, the colours' mean and spread."""

    size: tuple[int, int]
    fit: str
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def canvas(self) -> tuple[int, int]:
        if self.fit != "crop":
            return self.size
        return round(self.size[0] / CROP_MARGIN), round(self.size[1] / CROP_MARGIN)

    def canvas_of(self, picture: Image.Image) -> np.ndarray:
        """The picture as height x width x 3 bytes, of the canvas's size."""
        picture = picture.convert("RGB")
        height, width = self.canvas
        if self.fit == "squash":
            return np.array(picture.resize((width, height), Image.Resampling.BILINEAR))
        scales = height / picture.height, width / picture.width
        if self.fit == "crop":
            box = _middle(picture, height / max(scales), width / max(scales))
            return np.array(picture.resize((width, height), Image.Resampling.BILINEAR, box=box))
        sides = (max(1, round(picture.width * min(scales))), max(1, round(picture.height * min(scales))))
        return _bordered(np.array(picture.resize(sides, Image.Resampling.BILINEAR)), height, width)

    def seen(self, canvases: np.ndarray) -> np.ndarray:
        """What evaluation sees of a batch of canvases: their centres."""
        return np.ascontiguousarray(np.moveaxis(centre(np.moveaxis(canvases, 0, 2), self.size), 2, 0))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Preparation":
        return cls(
            size=(int(given["size"][0]), int(given["size"][1])),
            fit=str(given["fit"]),
            mean=tuple(map(float, given["mean"])),
            std=tuple(map(float, given["std"])),
        )


def _middle(picture: Image.Image, height: float, width: float) -> tuple[float, float, float, float]:
    """A box of this size around the centre. Cut before it is enlarged: a line of pixels would become gigabytes."""
    height, width = min(height, picture.height), min(width, picture.width)
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    return left, top, left + width, top + height


def _bordered(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """A picture that fits, in the middle of black borders."""
    above, before = (height - pixels.shape[0]) // 2, (width - pixels.shape[1]) // 2
    placed = np.zeros((height, width, 3), np.uint8)
    placed[above : above + pixels.shape[0], before : before + pixels.shape[1]] = pixels
    return placed


class Canvases:
    """Every canvas of a dataset in one memory map, shared by all runs; each is decoded when first asked for."""

    def __init__(self, source: Source, preparation: Preparation, cache: Path):
        self.source, self.preparation = source, preparation
        about = [source.fingerprint, preparation.fit, VERSION]
        self._rows = Rows(cache / "pixels", about, len(source), (*preparation.canvas, 3), np.uint8)

    def __getitem__(self, indices: np.ndarray) -> np.ndarray:
        """A copy of the canvases with these numbers."""
        self.ensure(indices)
        return self._rows[indices]

    def shown(self, indices: np.ndarray) -> Iterator[np.ndarray]:
        """Each of these canvases where it lies: to be looked at, of which what is not looked at is never read."""
        self.ensure(indices)
        return map(self._rows.row, indices)

    def missing(self, indices: np.ndarray) -> np.ndarray:
        """Those of the pictures that no run has decoded yet."""
        return self._rows.missing(indices)

    def ensure(self, indices: np.ndarray) -> None:
        """Decode whatever is not there yet."""
        missing = self.missing(indices)
        if not len(missing):
            return
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            for start in range(0, len(missing), DECODE_CHUNK):
                chunk = missing[start : start + DECODE_CHUNK]
                self._rows.write(chunk, np.stack(list(pool.map(self._decode, chunk))))
        self._rows.settle(missing)

    def _decode(self, index: int) -> np.ndarray:
        return self.preparation.canvas_of(self.source.read(int(index)))


def measured_colours(canvases: Canvases, indices: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The mean and spread of each colour over the given pictures, from 0 to 1."""
    total, squares, count = np.zeros(3), np.zeros(3), 0
    for start in range(0, len(indices), DECODE_CHUNK):
        pixels = canvases[indices[start : start + DECODE_CHUNK]].reshape(-1, 3) / 255.0
        total, squares, count = total + pixels.sum(0), squares + (pixels**2).sum(0), count + len(pixels)
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 1e-6))
    return tuple(map(float, mean)), tuple(map(float, std))
