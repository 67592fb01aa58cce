"""The recipe that somebody typed: a file or what suits the dataset, with a preset and every override."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import NotFound

if TYPE_CHECKING:
    from core.recipe import Recipe


def recipe_of(asked: Namespace) -> "Recipe":
    from core.recipe import Recipe

    recipe = _recipe_in(asked.recipe) if asked.recipe else Recipe.suggested_for(asked.overrides)
    if asked.preset:
        recipe = recipe.with_preset(asked.preset)
    return recipe.with_overrides(asked.overrides)


def _recipe_in(path: str) -> "Recipe":
    from core.recipe import Recipe

    try:
        text = sys.stdin.read() if path == "-" else Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise NotFound(f"The recipe {path!r} can't be read ({reason}); name a JSON file.") from None
    return Recipe.from_text(text)
