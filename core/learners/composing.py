"""Rows of single things, composed to learn from: which candidates are one thing, which are half of one or of two.

How they lie is drawn wide: some apart, some touching or overlapping, up and down, larger and smaller. The same
segmenter that will cut the pictures to be answered for cuts these, so its candidates look alike there and here.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from core.learners.candidates import Candidate, Windows, candidates_of, cut_out
from core.learners.pieces import Pieces, pieces_of

Draw = np.random.Generator

MOST_IN_A_ROW = 5
TURN, SHEAR, STRETCH, ZOOM = 0.15, 0.2, 0.15, 0.25
"""How far a thing is turned (radians) and sheared, and the spread of its width, and of a whole batch's size."""
GAPS = ((-0.15, 0.05), (0.0, 0.3), (0.2, 1.5))
"""Between two neighbours, as shares of the height: touching or nearly so, close, or wide."""
HOW_OFTEN = (0.45, 0.35, 0.2)
WHOLE, HALF = 0.88, 0.75
"""A candidate is one thing if it has so much of it and so little else; below the second it is not; between, unclear."""
NO_THING = -1


@dataclass(frozen=True)
class Row:
    """Things side by side: the ink, and for each pixel which of them it belongs to."""

    ink: np.ndarray
    owners: np.ndarray
    things: np.ndarray
    """The number of each thing's picture."""


@dataclass(frozen=True)
class Exercise:
    """Windows around candidates, and what each shows: a class, or one more for what is no thing."""

    windows: torch.Tensor
    targets: torch.Tensor


def exercise(singles: np.ndarray, labels: np.ndarray, classes: int, zoom: float, manner: str, chance: Draw) -> Exercise:
    """Everything that can be learned from some single things (ink, n x height x width), composed into rows."""
    rows = composed(singles, zoom, chance)
    tall, wide = (max(row.ink.shape[axis] for row in rows) for axis in (0, 1))
    ink = np.zeros((len(rows), tall, wide), np.float32)
    places = np.full(ink.shape, -1)
    found: list[list[Candidate]] = []
    targets: list[int] = []
    for number, row in enumerate(rows):
        height, width = row.ink.shape
        pieces = pieces_of(row.ink, manner)
        ink[number, :height, :width], places[number, :height, :width] = row.ink, pieces.places
        clear = [(each, thing) for each, thing in _judged(row, pieces, candidates_of(pieces)) if thing is not None]
        found.append([each for each, _ in clear])
        targets += [classes if thing == NO_THING else int(labels[row.things[thing]]) for _, thing in clear]
    return Exercise(cut_out(ink, places, Windows.of(found)), torch.tensor(targets, dtype=torch.long))


def composed(singles: np.ndarray, zoom: float, chance: Draw) -> list[Row]:
    """Rows that use every one of the things once, in their order."""
    warped = _warped(singles, zoom * math.exp(chance.normal(0, ZOOM)), chance)
    cropped = [_cropped(each) for each in warped]
    rows, at = [], 0
    while at < len(cropped):
        count = int(chance.integers(1, MOST_IN_A_ROW + 1))
        numbers = np.arange(at, min(at + count, len(cropped)))
        rows.append(_row([cropped[number] for number in numbers], numbers, chance))
        at += count
    return rows


def _warped(singles: np.ndarray, zoom: float, chance: Draw) -> np.ndarray:
    """Each thing turned, sheared and stretched a little, all zoomed alike."""
    count, height, width = singles.shape
    turn, shear = chance.uniform(-TURN, TURN, count), chance.uniform(-SHEAR, SHEAR, count)
    wide, room = np.exp(chance.normal(0, STRETCH, count)), 1.3
    matrix = np.zeros((count, 2, 3))
    matrix[:, 0, 0], matrix[:, 0, 1] = np.cos(turn) / wide, np.sin(turn) + shear
    matrix[:, 1, 0], matrix[:, 1, 1] = -np.sin(turn), np.cos(turn)
    size = [count, 1, max(6, math.ceil(height * zoom * room)), max(6, math.ceil(width * zoom * room))]
    grid = functional.affine_grid(torch.from_numpy(room * matrix).float(), size, align_corners=False)
    return functional.grid_sample(torch.from_numpy(singles)[:, None], grid, align_corners=False)[:, 0].numpy()


def _cropped(ink: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero((ink > 0.1).any(1)), np.flatnonzero((ink > 0.1).any(0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else ink


def _row(things: list[np.ndarray], numbers: np.ndarray, chance: Draw) -> Row:
    line = max(len(thing) for thing in things)
    slack = round(line * max(0.0, chance.uniform(-0.4, 0.6)))
    lefts, edge = [], 0
    for thing in things:
        low, high = GAPS[chance.choice(len(GAPS), p=HOW_OFTEN)]
        edge += round(line * chance.uniform(low, high)) if lefts else 0
        lefts.append(max(0, edge))
        edge = lefts[-1] + thing.shape[1]
    ink = np.zeros(
        (line + slack + 2, max(left + thing.shape[1] for left, thing in zip(lefts, things, strict=True)) + 2)
    )
    owners = np.full(ink.shape, -1)
    for number, (left, thing) in enumerate(zip(lefts, things, strict=True)):
        top = 1 + int(chance.integers(0, line + slack - len(thing) + 1)) if slack else 1 + (line - len(thing)) // 2
        where = slice(top, top + thing.shape[0]), slice(left + 1, left + 1 + thing.shape[1])
        owners[where] = np.where(thing > ink[where], number, owners[where])
        ink[where] = np.maximum(ink[where], thing)
    return Row(ink.astype(np.float32), owners, numbers)


def _judged(row: Row, pieces: Pieces, found: list[Candidate]) -> list[tuple[Candidate, int | None]]:
    """For each candidate which thing it is, NO_THING, or None where that is unclear."""
    seen = (pieces.places >= 0) & (row.owners >= 0)
    table = np.zeros((pieces.count, len(row.things)))
    np.add.at(table, (pieces.places[seen], row.owners[seen]), row.ink[seen])
    return [(each, _thing_of(table[each.first : each.after].sum(0), table.sum(0))) for each in found]


def _thing_of(own: np.ndarray, whole: np.ndarray) -> int | None:
    most = int(own.argmax())
    share = min(own[most] / max(whole[most], 1e-9), own[most] / max(own.sum(), 1e-9))
    return most if share >= WHOLE else NO_THING if share < HALF else None
