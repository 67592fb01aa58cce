"""Neighbouring pieces that together may be one thing, brought to one size: their own ink, and what is around it."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage

from core.learners.pieces import Pieces

WINDOW = 32
BOX = 20
"""The longer side of the ink within the window: what MNIST's digits have within 28."""
MOST_PIECES = 6
WIDEST = 1.6
"""A thing is at most so many times as wide as the line is high."""


@dataclass(frozen=True)
class Candidate:
    """The pieces from `first` to before `after`, and the box around them: left, top, right, bottom."""

    first: int
    after: int
    box: tuple[int, int, int, int]


def candidates_of(pieces: Pieces) -> list[Candidate]:
    """Every run of neighbours that is not too wide; a single piece always is one."""
    boxes = [_edges(box) for box in ndimage.find_objects(pieces.places + 1) if box]
    found = []
    for first in range(pieces.count):
        left, top, right, bottom = boxes[first]
        for after in range(first + 1, min(pieces.count, first + MOST_PIECES) + 1):
            other = boxes[after - 1]
            left, top = min(left, other[0]), min(top, other[1])
            right, bottom = max(right, other[2]), max(bottom, other[3])
            if after > first + 1 and right - left > WIDEST * pieces.height:
                break
            found.append(Candidate(first, after, (left, top, right, bottom)))
    return found


def _edges(box: tuple[slice, slice]) -> tuple[int, int, int, int]:
    return box[1].start, box[0].start, box[1].stop, box[0].stop


@dataclass(frozen=True)
class Windows:
    """Where candidates of many pictures are to be cut out: the number of the picture, its pieces, its box."""

    pictures: np.ndarray
    runs: np.ndarray
    boxes: np.ndarray

    @classmethod
    def of(cls, found: list[list[Candidate]]) -> "Windows":
        """In the order of the pictures, each one's candidates in theirs."""
        counts = [len(each) for each in found]
        flat = [candidate for each in found for candidate in each]
        return cls(
            np.repeat(np.arange(len(found)), counts),
            np.array([(each.first, each.after) for each in flat], int).reshape(-1, 2),
            np.array([each.box for each in flat], np.float32).reshape(-1, 4),
        )

    def __len__(self) -> int:
        return len(self.pictures)

    def part(self, start: int, stop: int) -> "Windows":
        return Windows(self.pictures[start:stop], self.runs[start:stop], self.boxes[start:stop])

    def scaled(self, by: float) -> "Windows":
        """The same from a little farther away (by more than 1), or nearer."""
        middles, halves = self.boxes[:, :2] + self.boxes[:, 2:], self.boxes[:, 2:] - self.boxes[:, :2]
        boxes = np.concatenate([middles - by * halves, middles + by * halves], axis=1) / 2
        return Windows(self.pictures, self.runs, boxes.astype(np.float32))


def cut_out(ink: np.ndarray, places: np.ndarray, windows: Windows) -> torch.Tensor:
    """For each window two layers (n, 2, 32, 32): the candidate's own ink, and the rest; both scaled alike."""
    left, top, right, bottom = torch.from_numpy(windows.boxes).unbind(1)
    step = torch.maximum(right - left, bottom - top) / BOX
    offsets = torch.arange(WINDOW) - (WINDOW - 1) / 2
    across = (left + right - 1)[:, None] / 2 + offsets * step[:, None]
    down = (top + bottom - 1)[:, None] / 2 + offsets * step[:, None]
    return _sampled(torch.from_numpy(ink), torch.from_numpy(places), windows, down, across)


def _sampled(
    ink: torch.Tensor, places: torch.Tensor, windows: Windows, down: torch.Tensor, across: torch.Tensor
) -> torch.Tensor:
    """Between four pixels each, every one of which counts to the candidate's own ink or to the rest."""
    picture = torch.from_numpy(windows.pictures)[:, None, None]
    first, after = (torch.from_numpy(windows.runs[:, place])[:, None, None] for place in (0, 1))
    found = torch.zeros(len(windows), 2, WINDOW, WINDOW)
    for row, row_share in _neighbours(down, ink.shape[1]):
        for column, column_share in _neighbours(across, ink.shape[2]):
            index = (picture * ink.shape[1] + row[:, :, None]) * ink.shape[2] + column[:, None, :]
            seen, place = ink.take(index) * row_share[:, :, None] * column_share[:, None, :], places.take(index)
            own = (place >= first) & (place < after)
            found[:, 0] += seen * own
            found[:, 1] += seen * ~own
    return found


def _neighbours(where: torch.Tensor, size: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The whole numbers below and above, and what each counts; nothing beyond the edges."""
    below = where.floor()
    pairs = [(below, 1 - (where - below)), (below + 1, where - below)]
    return [(at.clamp(0, size - 1).long(), share * ((at >= 0) & (at < size))) for at, share in pairs]
