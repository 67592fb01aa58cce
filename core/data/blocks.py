"""One array of pictures with its labels: its shape, type and range are judged, and each picture becomes RGB."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.array_files import NUMBERS, WORDS, NamedArray
from core.data.layout import class_name
from core.data.source import PictureFacts
from core.errors import DataError

AT_ONCE = 1024


@dataclass(frozen=True)
class Block:
    """One array of pictures, what each shows, and how its numbers become bytes."""

    name: str
    pictures: np.ndarray
    labels: list[str]
    split: str
    scale: float = 1.0

    def picture(self, index: int) -> Image.Image:
        values = np.asarray(self.pictures[index])
        if self.pictures.ndim == 4 and self.pictures.shape[3] not in (1, 3, 4):
            values = np.moveaxis(values, 0, -1)
        if values.ndim == 3 and values.shape[2] == 1:
            values = values[..., 0]
        if values.dtype != np.uint8 or self.scale != 1.0:
            values = np.rint(values.astype(np.float64) * self.scale).clip(0, 255).astype(np.uint8)
        image = Image.fromarray(np.ascontiguousarray(values))
        if image.mode == "RGBA":
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        return image.convert("RGB")

    @property
    def facts(self) -> PictureFacts:
        sides = self.pictures.shape[1:]
        if len(sides) == 2:
            return PictureFacts(sides[1], sides[0], "L", "array")
        if sides[2] in (1, 3, 4):
            return PictureFacts(sides[1], sides[0], {1: "L", 3: "RGB", 4: "RGBA"}[sides[2]], "array")
        return PictureFacts(sides[2], sides[1], "L" if sides[0] == 1 else "RGB", "array")


def block_of(pictures: NamedArray, labels: NamedArray | None, split: str) -> Block:
    if labels is None:
        raise DataError(f"{pictures.title} has no labels; put an array of labels with the matching name beside it.")
    _judge_shape(pictures)
    named = _labels(labels)
    if len(named) != len(pictures.values):
        raise DataError(
            f"{pictures.title} holds {len(pictures.values):,} pictures but {labels.title} holds {len(named):,} labels;"
            " they must be as many."
        )
    name = pictures.key if pictures.file.endswith(".npy") else f"{Path(pictures.file).stem}/{pictures.key}"
    return Block(name, pictures.values, named, split, _scale(pictures))


def _judge_shape(pictures: NamedArray) -> None:
    shape = pictures.values.shape
    channels = len(shape) == 3 or (len(shape) == 4 and (shape[3] in (1, 3, 4) or shape[1] in (1, 3)))
    if not channels or 0 in shape or pictures.values.dtype.kind not in NUMBERS:
        raise DataError(
            f"{pictures.title} has the shape {shape} and type {pictures.values.dtype.name}; pictures are numbers of"
            " N x height x width, with 1, 3 or 4 channels last or 1 or 3 second."
        )


def _labels(array: NamedArray) -> list[str]:
    values = array.values
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1 or values.dtype.kind not in NUMBERS + WORDS:
        raise DataError(f"{array.title} has the shape {values.shape}; labels are one number or one word per picture.")
    if values.dtype.kind == "f":
        if not np.array_equal(values, np.round(values)):
            raise DataError(f"{array.title} holds fractions; labels are whole numbers or words.")
        values = values.astype(np.int64)
    if values.dtype.kind == "S":
        values = np.char.decode(values.astype(np.bytes_), "utf-8", "replace")
    return [class_name(str(value)) for value in values.tolist()]


def _scale(pictures: NamedArray) -> float:
    """What brings the numbers to 0..255; a range that says nothing is refused rather than guessed."""
    values = pictures.values
    if values.dtype == np.uint8:
        return 1.0
    if values.dtype == np.bool_:
        return 255.0
    lows, highs = zip(
        *(_range(values[start : start + AT_ONCE]) for start in range(0, len(values), AT_ONCE)), strict=True
    )
    low, high = min(lows), max(highs)
    if values.dtype.kind == "f" and low >= 0 and high <= 1:
        return 255.0
    if low >= 0 and high <= 255:
        return 1.0
    if values.dtype.kind in "ui" and low >= 0 and high <= 65535:
        return 255 / 65535
    raise DataError(
        f"{pictures.title} holds values from {low:g} to {high:g}; pictures are 0 to 255, fractions of 1, or"
        " whole numbers of 16 bits."
    )


def _range(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if np.isfinite([low, high]).all() else (-np.inf, np.inf)


def write_bytes(block: Block, path: Path) -> None:
    """The block's pictures as plain bytes, N x height x width x 3, one after the other: what an import keeps."""
    facts = block.facts
    shape = (len(block.labels), facts.height, facts.width, 3)
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.uint8)), "fortran_order": False, "shape": shape}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for index in range(len(block.labels)):
            file.write(np.asarray(block.picture(index)).tobytes())
