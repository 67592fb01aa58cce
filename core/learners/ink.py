"""From pictures to ink: how much each pixel differs from the ground, whether dark on light or light on dark."""

from typing import Any

import numpy as np
from scipy import ndimage

FAINTEST = 24
"""Shades (of 255) below which a picture is empty."""
GRAIN = 0.1
"""The share of the strongest ink that counts as the ground's own grain."""


def ink_of(canvases: np.ndarray) -> np.ndarray:
    """For pictures (n, height, width, 3) of bytes, the ink (n, height, width), 0 to 1."""
    grey = canvases.astype(np.float32).mean(-1)
    return np.stack([_ink(picture) for picture in grey]) if len(grey) else grey


def connected(inked: np.ndarray) -> np.ndarray:
    """For each pixel the number of the connected shape that it belongs to; 0 is the ground."""
    labelled: Any = ndimage.label(inked, np.ones((3,) * inked.ndim, bool))
    return labelled[0]


def _ink(grey: np.ndarray) -> np.ndarray:
    top, bottom, left, right = _within_frame(grey)
    inner = grey[top:bottom, left:right]
    differs = np.abs(inner - _ground(inner))
    strongest = float(differs.max(initial=0.0))
    found = np.zeros_like(grey)
    if strongest >= FAINTEST:
        found[top:bottom, left:right] = ((differs / strongest - GRAIN) / (1 - GRAIN)).clip(0, 1)
    return found


def _ground(grey: np.ndarray) -> float:
    """The median shade along the edges: what is written seldom touches most of them."""
    return float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


def _within_frame(grey: np.ndarray) -> tuple[int, int, int, int]:
    """Without the black borders that make a light picture fit: they run along two opposite sides, never all four."""
    rows, columns = np.flatnonzero(grey.any(1)), np.flatnonzero(grey.any(0))
    whole = (0, grey.shape[0], 0, grey.shape[1])
    if not len(rows):
        return whole
    box = (int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)
    fills_a_side = box[:2] == whole[:2] or box[2:] == whole[2:]
    inner = grey[box[0] : box[1], box[2] : box[3]]
    return box if fills_a_side and _ground(inner) > 127 else whole
