"""A recipe trained by Thaw, exported, and trained again by what was exported: what each of them says of its epochs."""

import json
import runpy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.home import Home
from core.service import Workbench

TINY = {
    "dataset": "digits",
    "backbone": "thaw_small",
    "image_size": 24,
    "examples_per_class": 3,
    "batch_size": 8,
    "epochs": 2,
    "precision": "float32",
}
ALIKE = 1e-4
"""So close must the losses of Thaw and of what it exports be."""


@dataclass(frozen=True)
class Taken:
    """An exported run."""

    folder: Path
    run: dict[str, Any]
    told: dict[str, Any]

    @property
    def losses(self) -> list[tuple[float, float]]:
        """Thaw's own: of training and of validation, epoch by epoch."""
        return [(each["train_loss"], each["val_loss"]) for each in self.run["epochs"]]

    def text(self, file: str) -> str:
        return (self.folder / file).read_text(encoding="utf-8")


def taken_away(home: Path, to: Path, how: dict[str, bool] | None = None, **recipe: Any) -> Taken:
    """Train a small recipe, and export the run."""
    bench = Workbench(Home(home))
    run = bench.train({**TINY, **recipe}, device="cpu")
    told = bench.export(run, str(to), **(how or {}))
    taken = Taken(to, bench.show(run), told)
    bench.close()
    return taken


def losses_of_the_script(taken: Taken) -> list[tuple[float, float]]:
    """What train.py says, run here: torch is loaded already."""
    runpy.run_path(str(taken.folder / "train.py"), run_name="__main__")
    return told_losses(taken)


def losses_without_thaw(taken: Taken) -> list[tuple[float, float]]:
    """What train.py says in a Python of its own, that can neither see Thaw nor where it stands."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-I", "train.py"], cwd=taken.folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return told_losses(taken)


def told_losses(taken: Taken) -> list[tuple[float, float]]:
    return [(each["loss"], each["val_loss"]) for each in json.loads(taken.text("history.json"))]
