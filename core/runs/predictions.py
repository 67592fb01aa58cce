"""What a run said about each picture of a split, read back; and what was worked out from it, kept beside it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import __version__
from core.errors import RecordError
from core.home import SHIPPED
from core.runs.folders import read_json, write_json

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Predictions:
    """The columns of one split: a row per picture."""

    probabilities: "np.ndarray"
    labels: "np.ndarray"
    files: list[str]

    @property
    def right(self) -> "np.ndarray":
        return self.probabilities.argmax(1) == self.labels


def read_predictions(run_folder: Path, split: str, weights: str) -> Predictions | None:
    """The columns, or None where the run never got so far."""
    place = columns_place(run_folder, split, weights)
    return place and read_columns(place)


def columns_place(run_folder: Path, split: str, weights: str) -> Path | None:
    """The file with the columns: each version of them has a place of its own. None where there is none yet."""
    place = _place(run_folder, split, weights) / "predictions.npz"
    return place if place.exists() else None


def read_columns(place: Path) -> Predictions:
    import numpy as np  # takes as long to load as all the rest of the record

    with np.load(place, allow_pickle=False) as columns:
        return Predictions(columns["probabilities"], columns["labels"], [str(file) for file in columns["files"]])


def kept_score(
    run_folder: Path, split: str, weights: str, work_out: Callable[[Predictions], dict[str, Any]]
) -> dict[str, Any] | None:
    """A score of a split's predictions, worked out once. It lies beside them, so new predictions leave it behind."""
    place = _place(run_folder, split, weights) / "score.json"
    kept = read_json(place)
    if kept is not None and kept["version"] == __version__:
        return kept["score"]
    predictions = read_predictions(run_folder, split, weights)
    if predictions is None:
        return None
    score = work_out(predictions)
    if SHIPPED not in place.parents:  # what comes with Thaw stays as it came
        with suppress(OSError, RecordError):  # a home that can only be read is shown all the same
            write_json(place, {"version": __version__, "score": score})
    return score


def _place(run_folder: Path, split: str, weights: str) -> Path:
    return (run_folder / "predictions" / f"{split}-{weights}").resolve()
