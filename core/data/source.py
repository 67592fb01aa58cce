"""A dataset as the rest of the house sees it: which pictures there are, what they show, and how to read one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from PIL import Image

SplitName = Literal["train", "val", "test"]


@dataclass(frozen=True)
class Skip:
    """A file that is not part of the dataset, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture was before it became upright RGB: what an audit looks at."""

    width: int
    height: int
    mode: str
    """Pillow's name: "RGB", "L", "CMYK", ..."""
    format: str
    """ "JPEG", "PNG", ..., or "array"."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Every usable picture of a dataset, unread: its file, its label, the split it came in, and a way to read it."""

    name: str
    classes: tuple[str, ...]
    """The class map: a label is an index into it. Frozen into every run."""
    labels: np.ndarray
    """int64, one per picture."""
    files: Sequence[str]
    """A unique relative name per picture, as people know it ("train/ants/0013035.jpg", "digits/00017")."""
    given: Sequence[str]
    """The split each picture came in: "train", "val", "test", or "" where the dataset does not say."""
    read: Callable[[int], Image.Image]
    """Picture number i, safely decoded: RGB, upright. May be called from several threads."""
    fingerprint: str
    """A hash of every picture's content and label: changes when anything does."""
    licence: str = "unknown"
    skipped: tuple[Skip, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    """What a person should know before training on it, a sentence each."""
    facts: Callable[[int], PictureFacts] | None = None
    """What picture number i was as a file, where that is remembered."""

    def __len__(self) -> int:
        return len(self.labels)
