"""From ink to pieces: parts of a picture, left to right, of which a few neighbours together may be one thing.

Too many pieces do no harm, for neighbours can be joined again; a piece that holds parts of two things is lost. So
wide shapes are cut wherever there is little ink. How many things there are, and where, nobody says.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from core.learners.ink import connected

INK = 0.15
"""From here on a pixel belongs to a shape."""
SPECK = 0.02
"""Shapes with less than this share of the largest one's pixels are dirt."""
NARROW = 0.35
"""Shapes narrower than this share of the line's height are one piece: nothing to cut."""
SPACING = 0.1
"""How near two cuts may be, as a share of the line's height."""
THIN = 1.3
"""A cut goes where there is at most this share of the ink that the shape's columns have in the mean."""
MOST_CUTS = 12


@dataclass(frozen=True)
class Pieces:
    """Each pixel's piece (-1 where there is none), numbered left to right; and the height of a line."""

    places: np.ndarray
    count: int
    height: int


def pieces_of(ink: np.ndarray, manner: str) -> Pieces:
    """The pieces of one picture, by `columns` or by connected `components`."""
    shapes, boxes = _shapes(ink)
    if not boxes:
        return Pieces(np.full(ink.shape, -1), 0, 1)
    height = max(box[0].stop - box[0].start for box in boxes)
    fine = _by_columns(ink, shapes, height) if manner == "columns" else _by_components(ink, shapes, boxes, height)
    return Pieces(*_left_to_right(fine), height)


def _shapes(ink: np.ndarray) -> tuple[np.ndarray, list[tuple[slice, slice]]]:
    """Connected shapes, without specks: a number for each pixel (0 is the ground), and the box of each number."""
    labels = connected(ink > INK)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    keep = sizes > max(1, SPECK * sizes.max(initial=0))
    renumbered = np.where(keep, np.cumsum(keep), 0)
    kept = renumbered[labels]
    return kept, [box for box in ndimage.find_objects(kept) if box]


def _by_columns(ink: np.ndarray, shapes: np.ndarray, height: int) -> np.ndarray:
    """Strips between empty columns; wide ones are cut straight down where the projected ink is least."""
    used = np.asarray((shapes > 0).any(0))
    strips = connected(used)
    borders = np.zeros(len(used), int)
    for (span,) in ndimage.find_objects(strips):
        profile = (ink * (shapes > 0))[:, span].sum(0)
        borders[span.start + np.array(_cuts(profile, height), int)] += 1
        borders[span.start] += 1
    return np.where(shapes > 0, np.cumsum(borders)[None], 0)


def _by_components(ink: np.ndarray, shapes: np.ndarray, boxes: list[tuple[slice, slice]], height: int) -> np.ndarray:
    """Connected shapes; wide ones are cut along the seams that cross the least ink."""
    fine, following = np.zeros_like(shapes), 1
    for number, box in enumerate(boxes, 1):
        own = shapes[box] == number
        inside = ink[box] * own
        cuts = [_seam(inside, cut, max(1, round(SPACING * height))) for cut in _cuts(inside.sum(0), height)]
        columns = np.arange(own.shape[1])[None]
        strip = sum(((columns >= seam[:, None]).astype(int) for seam in cuts), np.zeros(own.shape, int))
        fine[box][own] = (strip + following)[own]
        following += len(cuts) + 1
    return fine


def _cuts(profile: np.ndarray, height: int) -> list[int]:
    """Where a shape may be cut: the columns with the least ink around, those with the least of all first."""
    width, apart = len(profile), max(1, round(SPACING * height))
    if width <= NARROW * height:
        return []
    lows = np.flatnonzero(
        (profile <= ndimage.minimum_filter1d(profile, 2 * (apart // 2) + 1, mode="nearest"))
        & (profile <= THIN * profile.mean())
    )
    chosen: list[int] = []
    for column in lows[np.argsort(profile[lows], kind="stable")]:
        if apart <= column <= width - apart and all(abs(column - other) >= apart for other in chosen):
            chosen.append(int(column))
    return sorted(chosen[:MOST_CUTS])


def _seam(ink: np.ndarray, column: int, reach: int) -> np.ndarray:
    """The way down near a column that crosses the least ink: for each row the column where the right side begins."""
    left = max(0, column - reach)
    cost = ink[:, left : column + reach + 1] + 1e-3 * np.abs(
        np.arange(left, column + reach + 1)[: ink.shape[1] - left] - column
    )
    total, came = np.pad(cost, ((0, 0), (1, 1)), constant_values=np.inf), np.zeros(cost.shape, int)
    above = np.lib.stride_tricks.sliding_window_view(total, 3, axis=1)
    for row in range(1, len(cost)):
        came[row] = above[row - 1].argmin(1) - 1
        total[row, 1:-1] += above[row - 1].min(1)
    way = np.empty(len(cost), int)
    way[-1] = total[-1, 1:-1].argmin()
    for row in range(len(cost) - 1, 0, -1):
        way[row - 1] = way[row] + came[row, way[row]]
    return way + left


def _left_to_right(fine: np.ndarray) -> tuple[np.ndarray, int]:
    """Pieces renumbered by where their middles are, from 0; faint pixels stay with the ground."""
    numbers, of_pixels = np.unique(fine[fine > 0], return_inverse=True)
    middles = np.bincount(of_pixels, np.nonzero(fine > 0)[1]) / np.bincount(of_pixels)
    ranks = np.full(int(numbers.max()) + 1, -1)
    ranks[numbers[np.argsort(middles, kind="stable")]] = np.arange(len(numbers))
    return ranks[fine], len(numbers)
