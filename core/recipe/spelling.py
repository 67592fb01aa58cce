"""A recipe as people type it: the overrides that lead to it from what its dataset suggests."""

import json
from typing import Any

from core.catalog.datasets import DEFAULT_DATASET
from core.catalog.registry import Registry
from core.recipe.overrides import value_of
from core.recipe.parsing import ChoiceOf, Several
from core.recipe.recipe import PARSERS, Recipe


def overrides_of(recipe: Recipe) -> list[str]:
    """As few `path=value` as bring the suggested recipe to this one."""
    suggested, wanted = Recipe.suggested(recipe.dataset).to_json(), recipe.to_json()
    named = [] if recipe.dataset == DEFAULT_DATASET else [f"dataset={_typed('dataset', recipe.dataset)}"]
    changed = [name for name in wanted if wanted[name] != suggested[name]]
    return named + [f"{name}={_typed(name, _brief(name, wanted[name]))}" for name in changed]


def _brief(name: str, value: Any) -> Any:
    """The value without the settings that are as they would be anyway."""
    match PARSERS.get(name):
        case ChoiceOf(registry):
            return _named(registry, value)
        case Several(registry):
            return [_named(registry, each) for each in value]
    return value


def _named(registry: Registry, given: Any) -> Any:
    choice = registry.parse(given)
    usual = dict(registry.choose(choice.name).knobs)
    other = {knob: value for knob, value in choice.knobs if value != usual[knob]}
    return {"name": choice.name, **other} if other else choice.name


def _typed(name: str, value: Any) -> str:
    """A bare word where it would be read as such, else JSON."""
    bare = isinstance(value, str) and value_of(name, value) == value
    return value if bare else json.dumps(value, ensure_ascii=False)
