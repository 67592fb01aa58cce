"""How a run went about its learning: how soon it was nearly at its best, how smoothly, and what it lost again."""

from collections.abc import Mapping, Sequence
from typing import Any

Epochs = Sequence[Mapping[str, Any]]

NEARLY = 0.95


def nearly_there(epochs: Epochs, share: float = NEARLY) -> Mapping[str, Any] | None:
    """The first epoch that reached this share of the run's own best validation accuracy."""
    best = max((each["val_accuracy"] for each in epochs), default=0.0)
    return next((each for each in epochs if each["val_accuracy"] >= share * best), None)


def epochs_to_95(epochs: Epochs) -> float | None:
    """Counted from 1, as people do."""
    first = nearly_there(epochs)
    return None if first is None else first["epoch"] + 1.0


def seconds_to_95(epochs: Epochs) -> float | None:
    """Of the run's own working time."""
    first = nearly_there(epochs)
    return None if first is None else first["elapsed"]


def roughness(epochs: Epochs) -> float | None:
    """How far the validation loss lies off the line between its neighbours, on average, as a share of its mean."""
    losses = [each["val_loss"] for each in epochs]
    off = [
        abs(here - (before + after) / 2) for before, here, after in zip(losses, losses[1:], losses[2:], strict=False)
    ]
    mean = sum(losses) / len(losses) if losses else 0.0
    return sum(off) / len(off) / mean if off and mean else None


def fall(epochs: Epochs) -> float | None:
    """What the last epoch's validation accuracy is below the best one's."""
    if not epochs:
        return None
    return max(each["val_accuracy"] for each in epochs) - epochs[-1]["val_accuracy"]
