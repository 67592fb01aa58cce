"""What a run can say. Training yields these, the log stores them, pages and the terminal draw them.

Every event is a frozen dataclass of plain values with a JSON form. Five of them also carry `save(folder)`, which
writes what the moment holds; it stays out of the JSON and is valid only until the generator goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal

Save = Callable[[Path], None]
Wish = Literal["stop", "pause"] | None
Purpose = Literal["features", "judging"]


def _save() -> Any:
    return field(default=None, repr=False, compare=False, metadata={"live": True})


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in a run; `elapsed` is the run's own working time in seconds."""

    kind: ClassVar[str] = "event"
    elapsed: float

    def to_json(self) -> dict[str, Any]:
        facts = {each.name: getattr(self, each.name) for each in fields(self) if not each.metadata.get("live")}
        return {"kind": self.kind, **facts}


@dataclass(frozen=True, kw_only=True)
class Started(Event):
    """What is about to learn what: sizes, parts, the plan, and the hashes of data and weights."""

    kind: ClassVar[str] = "started"
    classes: list[str]
    pictures: dict[str, int]
    steps_per_epoch: int
    epochs: int
    parts: list[dict[str, Any]]
    """One per part of the strategy's grain: name, parameters, and how many of them ever learn."""
    stages: list[dict[str, Any]]
    """The same per stage, whatever the grain: what the charts draw."""
    parameters: dict[str, int]
    plan: dict[str, Any]
    environment: dict[str, Any]
    resumed: bool = False


@dataclass(frozen=True, kw_only=True)
class Notice(Event):
    """Something the run decided that its owner should know, in one sentence."""

    kind: ClassVar[str] = "notice"
    topic: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Looked(Event):
    """How many pictures were looked at: to keep their features before a step, or to judge them, which takes a while."""

    kind: ClassVar[str] = "looked"
    pictures: int
    of: int
    later: int = 0
    """How many more there will be before later epochs, as far as is known: those of further views."""
    purpose: Purpose = "features"
    save: Save | None = _save()


@dataclass(frozen=True, kw_only=True)
class Step(Event):
    """One optimizer step. `loss` is None where reading it would have made a GPU wait."""

    kind: ClassVar[str] = "step"
    epoch: int
    step: int
    """Counted from the run's beginning."""
    pictures: int
    lr: float
    loss: float | None = None
    save: Save | None = _save()


@dataclass(frozen=True, kw_only=True)
class EpochEnded(Event):
    """One pass over the training split, and what validation says afterwards; `save` writes that for each picture."""

    kind: ClassVar[str] = "epoch_ended"
    epoch: int
    step: int
    train_loss: float
    losses: dict[str, float]
    """The parts of the loss: cross-entropy and each penalty; they add up to `train_loss`."""
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    lr: float
    lr_scales: list[float]
    stages: list[dict[str, Any]]
    """Per stage: name, lr, scale, gradient norm, distance from the start, BatchNorm drift."""
    seconds: dict[str, float]
    """Where the time went: data, forward, backward, evaluation, prefix."""
    pictures_per_second: float
    cache: str
    """Features of a frozen prefix for training: none, computed, reused, or made afresh for each picture."""
    boundary: str | None = None
    """Where the network is cut so that they can be kept: what comes right after the frozen prefix."""
    extras: dict[str, float] = field(default_factory=dict)
    save: Save | None = _save()


@dataclass(frozen=True, kw_only=True)
class Improved(Event):
    """The best epoch so far; `save` writes its weights as a folder that plain timm loads."""

    kind: ClassVar[str] = "improved"
    epoch: int
    val_loss: float
    val_accuracy: float
    save: Save | None = _save()


@dataclass(frozen=True, kw_only=True)
class Predicted(Event):
    """What a model says about one split; `save` writes the columns (probabilities, label, file)."""

    kind: ClassVar[str] = "predicted"
    split: str
    weights: Literal["best", "last"]
    epoch: int
    n: int
    right: int
    accuracy: float
    loss: float
    save: Save | None = _save()


@dataclass(frozen=True, kw_only=True)
class Finished(Event):
    """The last word of a run, and why it came to it."""

    kind: ClassVar[str] = "finished"
    state: Literal["done", "stopped", "diverged", "paused"]
    reason: str
    best_epoch: int | None
    epochs: int
    seconds: dict[str, float]
    peak_memory: int
    """Bytes: of the GPU where one was used, else of the process."""


EVENTS: dict[str, type[Event]] = {
    each.kind: each for each in (Started, Notice, Looked, Step, EpochEnded, Improved, Predicted, Finished)
}


def event_from_json(said: Mapping[str, Any]) -> Event:
    """The event that `to_json` wrote; fields of a newer version are passed over."""
    cls = EVENTS[said["kind"]]
    known = {each.name for each in fields(cls)}
    return cls(**{name: value for name, value in said.items() if name in known})
