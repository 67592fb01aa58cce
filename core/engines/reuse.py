"""Whether a run would begin where another one began."""

from collections.abc import Sequence

from core.home import Home
from core.recipe import Recipe


def weights_hash(recipe: Recipe, classes: Sequence[str], home: Home) -> str:
    """The hash of the weights that a recipe would begin with: a card's name does not say what its file holds today."""
    from core.training.model import build  # torch loads here

    return build(recipe, classes, home).weights_hash
