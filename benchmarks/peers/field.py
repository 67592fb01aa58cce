"""One field for everyone: the pictures of a dataset as folders that any loop reads, split as a recipe splits them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.peers import Task
from core.data.importing import FOUND
from core.errors import NotFound
from core.home import Home, data_folders
from core.recipe import Recipe
from core.training.lesson import Lesson

NATURAL = {"boats": (96, 320)}
"""Datasets whose pictures are not about square."""
FLAGS = ("defaults", "best flags")
"""What a peer runs with: as its documentation shows it, or with bf16 and channels last."""


@contextmanager
def field(dataset: str, network: str, *, frozen: bool, per_class: int | None = None) -> Iterator[Task]:
    """The task of learning a dataset below THAW_DATA with a network below THAW_WEIGHTS, or only with its classifier."""
    _folder("THAW_DATA")
    with TemporaryDirectory() as folder:
        recipe = Recipe(dataset=dataset, examples_per_class=per_class)
        lesson = laid_out(recipe, Home(Path(folder) / "home"), Path(folder))
        yield Task(
            folder=Path(folder),
            classes=len(lesson.source.classes),
            network=network,
            frozen=frozen,
            weights=weights_of(network),
            size=NATURAL.get(dataset, (224, 224)),
        )


def weights_of(network: str) -> Path:
    """Where a network's weights lie, if there are any."""
    return _folder("THAW_WEIGHTS") / network


def _folder(name: str) -> Path:
    if name not in os.environ:
        raise NotFound(f"{name} is not set; give it the folder that holds what this benchmark learns from.")
    return Path(os.environ[name])


def laid_out(recipe: Recipe, home: Home, to: Path) -> Lesson:
    """What a recipe learns from and is judged by, copied: `train` and `val`, a folder per class."""
    lesson = Lesson.load(recipe, home)
    source, root = lesson.source, _root_of(recipe.dataset, lesson.source.files[0], home)
    for split in ("train", "val"):
        for index in lesson.splits[split]:
            file = root / str(source.files[index])
            place = to / split / source.classes[source.labels[index]]
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place / f"{index}-{file.name}")
    return lesson


def _root_of(name: str, file: str, home: Home) -> Path:
    """The folder that a dataset's files are named from."""
    places = [*(folder / name for folder in data_folders()), *(home.datasets / FOUND).glob(f"{name}-*")]
    found = next((place for place in places if (place / file).is_file()), None)
    if found is None:
        raise NotFound(
            f"{name} has no picture files that everyone could read; take a dataset that is a folder of pictures."
        )
    return found


def both(task: Task) -> dict[str, Task]:
    """The task at a peer's defaults and at its best flags."""
    return dict(zip(FLAGS, (task, replace(task, best=True)), strict=True))
