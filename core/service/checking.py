"""Whether a recipe can be trained here: every choice can be made, the dataset and the backbone are known."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import NotFound, shown
from core.home import weights_folders
from core.runs.record import Record

if TYPE_CHECKING:
    from core.recipe import Recipe


def check(record: Record, given: "Recipe | Mapping[str, Any]", ask: Callable[..., Any]) -> "Recipe":
    """The recipe in full, or an error; `ask` is how to ask what only torch can tell."""
    from core.catalog.backbones import BACKBONES
    from core.catalog.learners import LEARNERS
    from core.data.finding import find_datasets, open_source
    from core.recipe import Recipe

    recipe = given if isinstance(given, Recipe) else Recipe.parse(given)
    LEARNERS.build(recipe.learner).check(recipe)
    if recipe.dataset not in {found.name for found in find_datasets(record.home) if found.source != "missing"}:
        open_source(recipe.dataset, record.home)  # hf:owner/name, or an error that says what to put where
    if recipe.backbone.startswith("run:"):
        return replace(recipe, backbone=f"run:{_start_of(record, recipe.backbone.removeprefix('run:'))}")
    if recipe.backbone not in BACKBONES and not _in_a_folder(recipe.backbone):
        ask("backbone", name=recipe.backbone)  # only timm knows all the other names
    return recipe


def _start_of(record: Record, word: str) -> str:
    """The run whose best weights another one begins with."""
    row = record.find(word)
    if not (record.folder(row.id) / "best" / "config.json").is_file():
        raise NotFound(f"The run {shown(word)} ({row.state}) has no weights to begin with; choose one that ended well.")
    return row.id


def _in_a_folder(backbone: str) -> bool:
    return any((folder / backbone / "config.json").is_file() for folder in weights_folders())
