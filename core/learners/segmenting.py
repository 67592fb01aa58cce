"""Segment, then classify: a network learns single things, and pictures of several are read part by part.

Only single things are learned from, never the pictures that hold several: those of the training split serve to see how
large their parts are. The labels that count are those of the validation and test pictures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import ndimage
from torch import nn
from torch.nn import functional

from core.catalog.datasets import DATASETS
from core.catalog.learners import LEARNERS, Segment
from core.data.batches import PICTURE, cut, draw, order_of
from core.data.fingerprints import open_remembered
from core.data.pixels import Canvases, Preparation
from core.data.splits import cap, split
from core.home import Home
from core.learners.composing import exercise
from core.learners.course import study
from core.learners.estimating_study import estimated
from core.learners.ink import connected, ink_of
from core.learners.numbers import numbers_of
from core.learners.part_network import PartNetwork
from core.learners.parts import PartReader, save_reader
from core.learners.pieces import INK
from core.learners.pupil import Learned, Pupil
from core.learners.sizing import own_size, size_for
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.weights import Tensors

SPLIT_OF_PARTS = 0
"""Sums that come with Thaw hold out single things by this split seed; learning from others would spoil their test."""
LOW, HIGH = 24, 64
"""The height, in pixels, at which rows of things are cut."""
LOOKED_AT = 200
"""Pictures whose parts are measured."""
SMALLEST_ZOOM, LARGEST_ZOOM = 0.2, 8.0


@dataclass(frozen=True)
class Singles:
    """Single things to learn from: their ink, their labels, and what each label is worth."""

    ink: np.ndarray
    labels: np.ndarray
    values: tuple[int, ...]
    dataset: str


@dataclass(frozen=True, kw_only=True)
class Reader(Pupil):
    """Learns what single things look like among others, whole and cut."""

    model: PartNetwork
    singles: Singles
    numbers: tuple[int, ...]
    manner: str
    zoom: float

    @property
    def stages(self) -> Mapping[str, nn.Module]:
        return {"features": self.model.features, "classifier": self.model.classifier}

    def batches(self, epoch: int) -> list[np.ndarray]:
        order = order_of(self.singles.labels, self.recipe.seed, epoch, self.recipe.class_balance == "sampling")
        return cut(order, self.recipe.batch_size)

    def feed(self, batch: np.ndarray, epoch: int) -> Any:
        chance = draw(PICTURE, self.recipe.seed, epoch, int(batch[0]))
        ink, labels = self.singles.ink[batch], self.singles.labels[batch]
        return exercise(ink, labels, len(self.singles.values), self.zoom, self.manner, chance)

    def losses(self, fed: Any, epoch: int) -> Learned:
        targets = fed.targets.to(self.device)
        logits = self.model(fed.windows.to(self.device))
        right = (logits.argmax(1) == targets).sum()
        return Learned({"cross_entropy": functional.cross_entropy(logits, targets)}, right, len(targets))

    def answers(self) -> PartReader:
        return PartReader(
            self.model, self.classes, self.numbers, self.singles.values, self.manner, self.lesson.canvases.preparation,
            str(self.device),
        )  # fmt: skip

    def save(self, folder: Path, state: Tensors) -> None:
        save_reader(folder, state, self.answers(), self.recipe.to_json())


def reader_of(recipe: Recipe, device: torch.device, home: Home) -> Reader:
    chosen = LEARNERS.build(recipe.learner)
    assert isinstance(chosen, Segment), "its entry in the catalog"
    lesson = Lesson.load(recipe, home)
    numbers = tuple(numbers_of(lesson.source.classes, "segment", recipe.dataset))
    lesson.prepare(_kept_in_shape(size_for(recipe, lesson.source, LOW, HIGH)))
    singles = _singles(recipe, _parts_from(chosen.parts_from, recipe.dataset), home)
    torch.manual_seed(recipe.seed)
    reader = Reader(
        recipe=recipe,
        device=device,
        lesson=lesson,
        model=PartNetwork(len(singles.values)).to(device),
        singles=singles,
        numbers=numbers,
        manner=chosen.cuts,
        zoom=_zoom(lesson, singles),
    )
    reader.notices.extend(_notices(recipe, singles))
    return reader


def _kept_in_shape(size: tuple[int, int]) -> Preparation:
    """A digit that is squashed is another digit: pictures keep their shape, within borders."""
    return Preparation(size=size, fit="pad", mean=(0.5,) * 3, std=(0.5,) * 3)


def _parts_from(wanted: str, dataset: str) -> str:
    """Where single things are found: what the dataset was made from, if nothing else is asked for."""
    if wanted != "auto":
        return wanted
    card = DATASETS.get(dataset)
    return "digits" if dataset in ("digits", "digit_sums") else card.made_from if card and card.made_from else "mnist"


def _singles(recipe: Recipe, dataset: str, home: Home) -> Singles:
    """The training part of the things' own dataset, as ink."""
    source = open_remembered(dataset, home)
    train = split(source, SPLIT_OF_PARTS)["train"]
    train = cap(train, source.labels, recipe.examples_per_class, SPLIT_OF_PARTS)
    canvases = Canvases(source, _kept_in_shape(own_size(source)), home.cache)
    ink = np.concatenate([ink_of(canvases[chunk]) for chunk in np.split(train, range(1024, len(train), 1024))])
    values = tuple(numbers_of(source.classes, "segment", dataset))
    return Singles(ink, source.labels[train], values, dataset)


def _zoom(lesson: Lesson, singles: Singles) -> float:
    """How much larger parts are in the pictures than by themselves."""
    some = lesson.splits["train"]
    some = some[np.unique(np.linspace(0, len(some) - 1, LOOKED_AT).astype(int))]
    there, alone = (
        _height(ink_of(lesson.canvases[some])),
        _height(singles.ink[:: max(1, len(singles.ink) // LOOKED_AT)]),
    )
    return float(np.clip(there / alone, SMALLEST_ZOOM, LARGEST_ZOOM))


def _height(ink: np.ndarray) -> float:
    """The median height of what is written, of each picture's tallest shape."""
    tallest = [
        max((box[0].stop - box[0].start for box in ndimage.find_objects(connected(each > INK))), default=0)
        for each in ink
    ]
    return max(1.0, float(np.median(tallest)))


def _notices(recipe: Recipe, singles: Singles) -> list[tuple[str, str]]:
    said = [
        (
            "parts",
            f"Single things are learned from {len(singles.labels):,} pictures of {singles.dataset}; the training "
            "accuracy is that of cut parts, among them halves and pairs, and the validation accuracy that of sums.",
        )
    ]
    if recipe.augmentation or recipe.regularizers:
        said.append(("ignored", "Augmentation and regularizers are not used: rows are composed anew in every epoch."))
    return said


learn_segments = partial(study, reader_of)
estimate_segments = partial(estimated, reader_of)
