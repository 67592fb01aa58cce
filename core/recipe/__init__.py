"""A recipe: one complete set of choices for one run."""

from core.recipe.recipe import SCHEMA, EarlyStopping, Recipe

__all__ = ["SCHEMA", "EarlyStopping", "Recipe"]
