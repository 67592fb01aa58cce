"""What there is to choose: every registered name with its knobs, and the backbones with where their weights are."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.backbones import BACKBONES, BackboneCard
from core.catalog.learners import LEARNERS
from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
from core.catalog.presets import PRESETS
from core.catalog.registry import Knob, Registry
from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
from core.errors import RecipeError
from core.home import SHIPPED, hub_cache, weights_folders
from core.recipe import Recipe

KINDS: dict[str, Registry] = {
    "strategy": STRATEGIES,
    "regularizer": REGULARIZERS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "augmentation": AUGMENTATIONS,
    "learner": LEARNERS,
    "preset": PRESETS,
}


def choices(kind: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """Every registered name of one kind, or of all kinds."""
    if kind is not None and kind not in KINDS:
        raise RecipeError("kind", kind, "choose one of " + ", ".join(KINDS))
    return {each: _entries(registry) for each, registry in KINDS.items() if kind in (None, each)}


def _entries(registry: Registry) -> list[dict[str, Any]]:
    return [
        {"name": name, "help": registry.help(name), "knobs": [_knob(knob) for knob in registry.knobs(name)]}
        for name in registry
    ]


def _knob(knob: Knob) -> dict[str, Any]:
    limits = {"low": knob.low, "high": knob.high, "options": list(knob.options)}
    return {"name": knob.name, "default": knob.default, **limits, "help": knob.help, "when": knob.when}


def recipe_fields() -> list[dict[str, Any]]:
    """Every field of a recipe with its default and its sentence."""
    default = Recipe().to_json()
    return [
        {"name": each.name, "default": default[each.name], "help": each.metadata["help"]} for each in fields(Recipe)
    ]


def backbones(word: str | None = None) -> list[dict[str, Any]]:
    """The curated cards whose name, title or family holds the word; and where each one's weights would come from."""
    folders = weights_folders()
    return [_backbone(card, folders) for card in BACKBONES.values() if _speaks_of(card, word)]


def _speaks_of(card: BackboneCard, word: str | None) -> bool:
    return word is None or word.lower() in f"{card.name} {card.title} {card.family}".lower()


def _backbone(card: BackboneCard, folders: list[Path]) -> dict[str, Any]:
    return {
        "name": card.name,
        "title": card.title,
        "family": card.family,
        "parameters": card.parameters,
        "input": list(card.input),
        "when": card.when,
        "weights": weights_of(card, folders),
    }


def weights_of(card: BackboneCard, folders: list[Path]) -> str:
    """Where pretrained weights would come from: shipped, THAW_WEIGHTS, hub cache or hub; none if there are none."""
    for folder in folders:
        if (folder / card.name / "model.safetensors").is_file():
            return "shipped" if folder == SHIPPED else "THAW_WEIGHTS"
    if not card.has_weights:
        return "none"
    return "hub cache" if _in_hub_cache(card) else "hub"


def _in_hub_cache(card: BackboneCard) -> bool:
    """timm's models lie in the hub's cache as models--timm--NAME.TAG."""
    cached = hub_cache().glob(f"models--timm--{card.timm_name}*/snapshots/*/model.safetensors")
    return any(True for _ in cached)
