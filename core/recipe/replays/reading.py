"""How a card's JSON is read: every field by a reader of its own, and an error names the field by its whole path."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, field, fields
from typing import Any, TypeVar

from core.catalog.registry import number
from core.errors import RecipeError
from core.recipe.recipe import PARSERS, nearest

Part = TypeVar("Part")
Reader = Callable[[object, str], Any]

LONGEST_TEXT = 2_000
MOST_LISTED = 500


def part(read: Reader, help: str, default: Any = MISSING) -> Any:
    """A field of a card; without a default it must be given."""
    return field(metadata={"read": read, "help": help}, **({} if default is MISSING else {"default": default}))


def parsed(cls: type[Part], given: object, where: str) -> Part:
    """An object of a card from its JSON form: unknown fields and missing ones are errors."""
    if not isinstance(given, Mapping):
        raise RecipeError(where, given, "it is a JSON object of fields and values")
    known = {each.name: each for each in fields(cls)}  # type: ignore[arg-type]
    for name in given:
        if name not in known:
            raise RecipeError(below(where, str(name)), given[name], f"there is no such field, {nearest(name, known)}")
    for name, each in known.items():
        if name not in given and each.default is MISSING:
            raise RecipeError(below(where, name), None, f"it must be given: {each.metadata['help']}")
    made = cls(**{name: known[name].metadata["read"](value, below(where, name)) for name, value in given.items()})
    if isinstance(made, Whole):
        made.insist(where)
    return made


class Whole:
    """A part of a card whose fields must also fit each other."""

    def insist(self, where: str) -> None:
        """An error that names the field, where they do not."""


def below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def object_of(cls: type[Part]) -> Callable[[object, str], Part]:
    return lambda given, where: parsed(cls, given, where)


def worded(given: object, where: str) -> str:
    if isinstance(given, str) and given.strip() and len(given) <= LONGEST_TEXT:
        return " ".join(given.split())
    raise RecipeError(where, given, f"it is a text of at most {LONGEST_TEXT} letters")


def several(read: Reader) -> Reader:
    """A list, each entry read alike."""

    def listed(given: object, where: str) -> tuple[Any, ...]:
        if not isinstance(given, list | tuple) or len(given) > MOST_LISTED:
            raise RecipeError(where, given, f"it is a list of at most {MOST_LISTED}")
        return tuple(read(each, f"{where}[{place}]") for place, each in enumerate(given))

    return listed


def by_name(read: Reader) -> Reader:
    """An object whose keys are names, each value read alike."""

    def named(given: object, where: str) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise RecipeError(where, given, "it is a JSON object of names and what belongs to them")
        return {worded(name, where): read(value, below(where, str(name))) for name, value in given.items()}

    return named


def share(given: object, where: str) -> float:
    return number(given, where, low=0, high=1)


def positive(given: object, where: str) -> float:
    return number(given, where, low=1e-9, high=1e12)


def count(low: int, high: int = 10_000_000) -> Reader:
    return lambda given, where: number(given, where, whole=True, low=low, high=high)


def recipe_fields(given: object, where: str) -> dict[str, Any]:
    """Some fields of a recipe, each checked at once; the seed is the replay's own."""
    if not isinstance(given, Mapping):
        raise RecipeError(where, given, "it is a JSON object of fields of a recipe")
    known = PARSERS.keys() - {"seed"}
    for name in given:
        if name not in known:
            raise RecipeError(below(where, str(name)), given[name], f"it can't be set here, {nearest(name, known)}")
    for name, value in given.items():
        PARSERS[name](value, below(where, name))
    return dict(given)
