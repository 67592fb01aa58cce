"""What is learned while seconds are counted: a dataset, a size of pictures, and the same files for whoever learns."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.field import laid_out
from core.home import Home
from core.recipe import Recipe


@dataclass(frozen=True)
class Task:
    """A dataset, the size of its pictures, and for how many epochs the tutorial's recipe learns from them."""

    title: str
    size: tuple[int, int]
    epochs: int
    per_class: int | None = None
    held_out: int | None = None


TASKS = {
    "hymenoptera": Task("Ants and bees", (224, 224), 25),
    "boats": Task("Boats of Venice", (96, 320), 10),
    "cifar10": Task("CIFAR-10, 500 pictures of each class", (96, 96), 10, per_class=500, held_out=100),
}


def files_of(name: str, folder: Path) -> Path:
    """A copy of a task's pictures, with nothing else beside them: `train` and `val`, a folder per class."""
    copied = folder / "data" / f"{name}_to_learn"
    if not copied.is_dir():
        beside = folder / "unfinished" / name
        shutil.rmtree(beside, ignore_errors=True)
        task = TASKS[name]
        recipe = Recipe(dataset=name, examples_per_class=task.per_class, held_out_per_class=task.held_out)
        laid_out(recipe, Home(folder), beside)
        copied.parent.mkdir(parents=True, exist_ok=True)
        beside.rename(copied)
    return copied
