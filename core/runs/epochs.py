"""What a run said about each validation picture after each epoch, read back."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Judgement:
    """One epoch's columns; of very many pictures only every so-manyth was kept."""

    epoch: int
    labels: "np.ndarray"
    predicted: "np.ndarray"
    confidence: "np.ndarray"
    every: int

    @property
    def right(self) -> "np.ndarray":
        return self.predicted == self.labels


def read_epochs(run_folder: Path, among: set[int]) -> list[Judgement]:
    """Those of these epochs that were kept, in order: an earlier attempt may have left later ones."""
    places = [place for place in sorted((run_folder / "epochs").glob("*")) if place.name.isdigit()]
    return [_read(int(place.name), place / "judged.npz") for place in places if int(place.name) in among]


def _read(epoch: int, file: Path) -> Judgement:
    import numpy as np  # takes as long to load as all the rest of the record

    with np.load(file, allow_pickle=False) as columns:
        labels, predicted = columns["labels"].astype(np.int64), columns["predicted"].astype(np.int64)
        return Judgement(epoch, labels, predicted, columns["confidence"].astype(np.float32), int(columns["every"]))
