"""How each field of a recipe is read: the value in its own type, or an error that says what is allowed."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.catalog.registry import Choice, Registry, number
from core.errors import RecipeError

Parser = Callable[[object, str], Any]
"""Those with limits are data: what they allow can be shown before anything is given."""


@dataclass(frozen=True)
class ChoiceOf:
    """One entry of a registry with its settings."""

    registry: Registry

    def __call__(self, given: object, where: str) -> Choice:
        return self.registry.parse(given, where)


_NOTHING = ("none", {"name": "none"}, Choice("none"))
"""One choice, however it is written: in a list it stands for no entry."""


@dataclass(frozen=True)
class Several:
    """A list of choices; one alone may stand without its brackets, and `none` or an empty list is none.

    Where its order means nothing it is kept in the registry's own.
    """

    registry: Registry
    ordered: bool = True

    def __call__(self, given: object, where: str) -> tuple[Choice, ...]:
        choices = self._listed(given, where)
        names = [choice.name for choice in choices]
        for name in names:
            if names.count(name) > 1:
                raise RecipeError(where, name, "each may stand in the list once")
        order = self.registry.names()
        return tuple(choices if self.ordered else sorted(choices, key=lambda each: order.index(each.name)))

    def _listed(self, given: object, where: str) -> list[Choice]:
        if given is None:
            return []
        listed = list(given) if isinstance(given, list | tuple) else [given]
        wanted = [(place, each) for place, each in enumerate(listed) if each not in _NOTHING]
        return [self.registry.parse(each, f"{where}[{place}]") for place, each in wanted]


@dataclass(frozen=True)
class Within:
    """A number between two limits; nothing at all where it is optional."""

    low: float
    high: float
    whole: bool = False
    optional: bool = False

    def __call__(self, given: object, where: str) -> int | float | None:
        if self.optional and given is None:
            return None
        return number(given, where, whole=self.whole, low=self.low, high=self.high)


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    options: tuple[str, ...]

    def __call__(self, given: object, where: str) -> str:
        if given in self.options:
            return str(given)
        raise RecipeError(where, given, "choose one of " + ", ".join(self.options))


def one_of(*options: str) -> OneOf:
    return OneOf(options)


def flag(given: object, where: str) -> bool:
    if isinstance(given, bool):
        return given
    raise RecipeError(where, given, "it is true or false")


LONGEST_NAME = 200


def name(given: object, where: str) -> str:
    """A name of a dataset or backbone: looked up later, but never a path that climbs."""
    if isinstance(given, str) and 0 < len(given) <= LONGEST_NAME and ".." not in given and _speakable(given):
        return given
    raise RecipeError(where, given, "it is a name of letters, digits, spaces and . : / @ + _ - ( ) & , '")


def _speakable(name: str) -> bool:
    """Letters of any script with their marks, digits, and a few signs; it begins with a letter or a digit."""
    kinds = [unicodedata.category(each)[0] for each in name]
    return kinds[0] in "LN" and all(
        kind in "LMN" or each in " .:/@+_-()&,'" for each, kind in zip(name, kinds, strict=True)
    )


def image_size(given: object, where: str) -> tuple[int, int] | None:
    if given is None:
        return None
    sides = [given, given] if isinstance(given, int | float) else given
    if not isinstance(sides, list | tuple) or len(sides) != 2:
        raise RecipeError(where, given, "it is [height, width] in pixels, or one number for a square")
    height, width = (int(number(side, where, whole=True, low=8, high=2048)) for side in sides)
    return height, width


def pooling(given: object, where: str) -> str | tuple[int, int]:
    if given in ("avg", "max", "both"):
        return str(given)
    if isinstance(given, list | tuple) and len(given) == 2:
        rows, columns = (int(number(side, where, whole=True, low=1, high=16)) for side in given)
        return rows, columns
    raise RecipeError(where, given, "choose one of avg, max, both, or a grid such as [1, 3]")


@dataclass(frozen=True)
class EarlyStopping:
    """End the run when validation has not improved for some epochs."""

    on: str = "loss"
    patience: int = 3

    def to_json(self) -> dict[str, Any]:
        return {"on": self.on, "patience": self.patience}


def early_stopping(given: object, where: str) -> EarlyStopping | None:
    if given is None or given is False:
        return None
    if isinstance(given, EarlyStopping):
        given = given.to_json()
    if not isinstance(given, Mapping) or not set(given) <= {"on", "patience"}:
        raise RecipeError(where, given, 'it is null, or {"on": "loss" or "accuracy", "patience": epochs}')
    return EarlyStopping(
        one_of("loss", "accuracy")(given.get("on", "loss"), f"{where}.on"),
        int(number(given.get("patience", 3), f"{where}.patience", whole=True, low=1, high=10_000)),
    )
