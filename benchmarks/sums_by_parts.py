"""How well sums are read part by part, on more unseen pictures than the dataset brings: MNIST's test digits.

    python -m benchmarks.sums_by_parts RUN_FOLDER/best [--pictures 5032]

Two kinds: four cells side by side, as in `mnist_sums`; and 3 to 6 digits at gaps and heights of chance, some touching,
a half of the pictures black on white, on a canvas of 40 x 200.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.builtin import SUMS, compose
from core.data.finding import open_source
from core.data.splits import split
from core.home import Home
from core.insight.verdicts import wilson
from core.learners.parts import PartReader, open_reader

Picture = np.ndarray


def test_digits() -> tuple[np.ndarray, np.ndarray]:
    source = open_source("mnist", Home.from_environment())
    numbers = split(source)["test"]
    return np.stack([np.asarray(source.read(int(number)))[..., 0] for number in numbers]), source.labels[numbers]


def scattered(pool: tuple[np.ndarray, np.ndarray], chance: np.random.Generator) -> tuple[Picture, int]:
    """A row of 3 to 6 digits, 28 high within 40, from overlapping by 3 pixels to 12 pixels apart."""
    chosen = chance.integers(0, len(pool[1]), chance.integers(3, 7))
    canvas, at = np.zeros((40, 200), np.uint8), int(chance.integers(0, 8))
    for number in chosen:
        digit = pool[0][number]
        columns = np.flatnonzero(digit.any(0))
        digit, top = digit[:, columns[0] : columns[-1] + 1], int(chance.integers(0, 13))
        place = canvas[top : top + 28, at : at + digit.shape[1]]
        np.maximum(place, digit[:, : place.shape[1]], out=place)
        at += digit.shape[1] + int(chance.integers(-3, 13))
    return (255 - canvas if chance.random() < 0.5 else canvas), int(pool[1][chosen].sum())


def read_sums(reader: PartReader, pictures: Sequence[Picture]) -> list[int]:
    """The sum of the parts that are seen, for any number of them: the classes of the run end at 36."""
    found = [reader.parts(Image.fromarray(picture)) for picture in pictures]
    return [sum(int(part.label) for part in read.parts) for read in found]


def said(what: str, right: int, count: int) -> None:
    low, high = wilson(right, count)
    print(f"{what}: {right:,} of {count:,} right, {right / count:.2%} ({low:.2%} to {high:.2%})")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("best", type=Path)
    asked.add_argument("--pictures", type=int, default=5032)
    asked.add_argument("--scattered", type=int, default=1000)
    options = asked.parse_args()
    reader, pool = open_reader(options.best), test_digits()
    wide = replace(reader, preparation=replace(reader.preparation, size=(40, 200)))
    pictures, sums = compose(pool, -(-options.pictures // SUMS), np.random.PCG64(1))
    canvases = np.stack([reader.preparation.canvas_of(Image.fromarray(each)) for each in pictures])
    rows = np.concatenate([reader.logits_of(canvases[at : at + 256]) for at in range(0, len(canvases), 256)])
    said("four cells side by side", int((rows.argmax(1) == sums).sum()), len(sums))
    chance = np.random.default_rng(1)
    rows_of_chance = [scattered(pool, chance) for _ in range(options.scattered)]
    found = read_sums(wide, [picture for picture, _ in rows_of_chance])
    said(
        "3 to 6 at gaps and heights of chance",
        sum(a == b for a, (_, b) in zip(found, rows_of_chance, strict=True)),
        len(found),
    )


if __name__ == "__main__":
    main()
