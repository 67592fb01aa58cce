"""At which size pictures are seen by learners that are not bound to a backbone's: their own, within limits."""

import math

import numpy as np

from core.data.source import Source
from core.recipe import Recipe

LOOKED_AT = 100
"""Pictures whose size is asked: in a folder of photographs each may have one of its own."""


def size_for(recipe: Recipe, source: Source, low: int, high: int) -> tuple[int, int]:
    """The recipe's size; else that of the pictures, scaled so that the shorter side lies between two limits."""
    if recipe.image_size:
        return recipe.image_size
    height, width = own_size(source)
    shorter = min(height, width)
    by = math.ceil(low / shorter) if shorter < low else min(1.0, high / shorter)
    longest = 16 * high
    return min(longest, max(1, round(height * by))), min(longest, max(1, round(width * by)))


def own_size(source: Source) -> tuple[int, int]:
    """A picture's height and width; where they differ, the median height and the largest width at that height."""
    some = np.unique(np.linspace(0, len(source) - 1, LOOKED_AT).astype(int))
    sizes = np.array([_size_of(source, int(index)) for index in some], float)
    height = float(np.median(sizes[:, 0]))
    return max(1, round(height)), max(1, round(float((sizes[:, 1] * height / sizes[:, 0]).max())))


def _size_of(source: Source, index: int) -> tuple[int, int]:
    if source.facts:
        facts = source.facts(index)
        return facts.height, facts.width
    picture = source.read(index)
    return picture.height, picture.width
