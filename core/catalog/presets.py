"""Where to begin: a few recipes for questions that people often come with. Each changes some fields, and no others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.catalog.registry import Registry


class Preset:
    """Fields of a recipe in their JSON form, laid over what suits the dataset."""

    title: ClassVar[str]
    fields: ClassVar[Mapping[str, Any]]


PRESETS: Registry[Preset] = Registry("preset")


@PRESETS.register("quick_look")
@dataclass(frozen=True)
class QuickLook(Preset):
    """Only the head learns, on pictures that stay as they are: the floor that every longer run has to beat."""

    title = "Quick look"
    fields: ClassVar[Mapping[str, Any]] = {
        "strategy": "head",
        "regularizers": [],
        "augmentation": [],
        "optimizer": "adamw",
        "schedule": "cosine",
        "lr": 0.003,
        "epochs": 10,
    }


@PRESETS.register("fine_tune")
@dataclass(frozen=True)
class FineTune(Preset):
    """Everything learns, early stages slowest, with decayed weights and softened labels: transfer as it is meant."""

    title = "Honest fine-tune"
    fields: ClassVar[Mapping[str, Any]] = {
        "pretrained": True,
        "strategy": "discriminative",
        "regularizers": ["weight_decay", "label_smoothing"],
        "optimizer": "adamw",
        "schedule": "one_cycle",
        "lr": 0.001,
    }


@PRESETS.register("swift")
@dataclass(frozen=True)
class SwiftStart(Preset):
    """As accurate as can be as soon as can be: the head first, then more of the network, on pictures that grow."""

    title = "Swift"
    fields: ClassVar[Mapping[str, Any]] = {
        "pretrained": True,
        "strategy": {"name": "swift", "head_epochs": 5, "upper_epochs": 2, "growing_epochs": 2, "decay": 0.7},
        "regularizers": ["ema"],
        "optimizer": "adamw",
        "schedule": "cosine",
        "lr": 0.003,
        "epochs": 12,
        "views": 1,
        "early_stopping": {"on": "accuracy", "patience": 2},
    }


@PRESETS.register("from_scratch")
@dataclass(frozen=True)
class FromScratch(Preset):
    """The network without its past, held back so that it does not learn by heart: what a pretrained start must beat."""

    title = "From scratch"
    fields: ClassVar[Mapping[str, Any]] = {
        "pretrained": False,
        "strategy": "full",
        "regularizers": ["weight_decay", "label_smoothing"],
        "optimizer": "adamw",
        "schedule": "one_cycle",
        "lr": 0.001,
    }
