"""A recipe told in full: what each field is, what it may be, and what was changed from what suits the dataset."""

import shlex
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.catalog.presets import PRESETS
from core.recipe import Recipe
from core.recipe.parsing import ChoiceOf, OneOf, Parser, Several, Within
from core.recipe.spelling import overrides_of


def describe(given: Recipe | Mapping[str, Any]) -> dict[str, Any]:
    """Whether its dataset is here is not asked: what is typed can be shown before it is whole."""
    recipe = given if isinstance(given, Recipe) else Recipe.parse(given)
    suggested = Recipe.suggested(recipe.dataset)
    return {
        "recipe": recipe.to_json(),
        "hash": recipe.hash,
        "preset": _preset_of(recipe, suggested),
        "fields": _fields(recipe, suggested),
        "command": command_of(recipe),
    }


def command_of(recipe: Recipe) -> str:
    words = ["python", "-m", "core", "train"]
    for override in overrides_of(recipe):
        words += ["--set", override]
    return shlex.join(words)


def _preset_of(recipe: Recipe, suggested: Recipe) -> str | None:
    """The preset that leads to exactly this from what suits the dataset."""
    beginning = Recipe.parse({**suggested.to_json(), "backbone": recipe.backbone})
    return next((name for name in PRESETS if beginning.with_preset(name) == recipe), None)


def _fields(recipe: Recipe, suggested: Recipe) -> list[dict[str, Any]]:
    values, usual = recipe.to_json(), suggested.to_json()
    return [
        {
            "name": each.name,
            "value": values[each.name],
            "suggested": usual[each.name],
            "changed": values[each.name] != usual[each.name],
            "help": each.metadata["help"],
            **_limits(each.metadata["parse"]),
        }
        for each in fields(Recipe)
    ]


def _limits(parse: Parser) -> dict[str, Any]:
    """What may stand in a field; a `kind` that is not a number, a word or a choice has a manner of its own."""
    match parse:
        case ChoiceOf(registry):
            return {"kind": "choice", "of": registry.kind}
        case Several(registry, ordered):
            return {"kind": "several", "of": registry.kind, "ordered": ordered}
        case Within(low, high, whole, optional):
            return {"kind": "number", "low": low, "high": high, "whole": whole, "optional": optional}
        case OneOf(options):
            return {"kind": "option", "options": list(options)}
    return {"kind": parse.__name__}
