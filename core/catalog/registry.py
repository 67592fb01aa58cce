"""Registry, Choice, Knob: how anything that can be chosen states its name, its settings and its help.

An entry is a frozen dataclass. Its docstring is the help, its fields (made with `knob`) are the settings, and
`REGISTRY.build(choice)` makes one, checked. Pages, the terminal and the docs all read the same registries.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Generic, TypeVar

from core.errors import RecipeError

Entry = TypeVar("Entry")
Kept = TypeVar("Kept", bound=type)
Value = bool | int | float | str

LONGEST_NAMES = 400
NAME = re.compile(r"\w[\w .:/@+-]*")


@dataclass(frozen=True)
class Knob:
    """One setting of an entry: its default, its limits, and a sentence on what it does."""

    name: str
    default: Value
    low: float | None
    high: float | None
    options: tuple[str, ...]
    help: str
    when: str = ""
    """The setting beside it that must be on for this one to count."""

    def checked(self, value: object, where: str) -> Value:
        """The value in the knob's own type, or an error that names the field, the value and the limits."""
        if isinstance(self.default, bool):
            if isinstance(value, bool):
                return value
            raise RecipeError(where, value, "it is true or false")
        if isinstance(self.default, str) and not self.options:
            return names(value, where)
        if isinstance(self.default, str):
            if value in self.options:
                return str(value)
            raise RecipeError(where, value, "choose one of " + ", ".join(self.options))
        return number(value, where, whole=isinstance(self.default, int), low=self.low, high=self.high)


def knob(
    default: Value,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    options: tuple[str, ...] = (),
    when: str = "",
) -> Any:
    """A dataclass field that is also a Knob."""
    return field(default=default, metadata={"low": low, "high": high, "options": options, "help": help, "when": when})


def names(value: object, where: str) -> str:
    """Names with commas between them, or none: each is looked up later, but never as a path that climbs."""
    if isinstance(value, str) and len(value) <= LONGEST_NAMES and ".." not in value:
        listed = [name.strip() for name in value.split(",")]
        if listed == [""] or all(NAME.fullmatch(name) for name in listed):
            return ", ".join(listed)
    raise RecipeError(where, value, "it is names of letters, digits and . : / @ + _ - with commas between them")


def number(
    value: object, where: str, *, whole: bool = False, low: float | None = None, high: float | None = None
) -> int | float:
    """A finite number within its limits, whole where it must be; anything else is a RecipeError."""
    kind = "a whole number" if whole else "a number"
    limits = f"it is {kind}{_range(low, high)}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise RecipeError(where, value, limits)
    if (whole and value != int(value)) or (low is not None and value < low) or (high is not None and value > high):
        raise RecipeError(where, value, limits)
    return int(value) if whole else float(value) + 0.0  # minus zero is zero: equal choices have equal hashes


def _finite(value: int | float) -> bool:
    """Whether a float can hold it: JSON knows whole numbers of any length."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {_limit(low)} to {_limit(high)}"
    if low is not None:
        return f" of at least {_limit(low)}"
    return "" if high is None else f" of at most {_limit(high)}"


def _limit(value: float) -> str:
    """Whole limits to their last digit, others as people write them."""
    return str(value) if isinstance(value, int) else f"{value:g}"


@dataclass(frozen=True)
class Choice:
    """The name of an entry and the value of each of its knobs, in the entry's own order."""

    name: str
    knobs: tuple[tuple[str, Value], ...] = ()

    def __getitem__(self, knob_name: str) -> Value:
        return dict(self.knobs)[knob_name]

    def to_json(self) -> str | dict[str, Value]:
        return {"name": self.name, **dict(self.knobs)} if self.knobs else self.name


class Registry(Generic[Entry]):
    """The entries of one kind, by the names that users read and type."""

    def __init__(self, kind: str):
        self.kind = kind
        self._entries: dict[str, Any] = {}

    def register(self, name: str) -> Callable[[Kept], Kept]:
        def keep(entry: Kept) -> Kept:
            self._entries[name] = entry
            return entry

        return keep

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def names(self) -> list[str]:
        return list(self._entries)

    def name_of(self, given: object, where: str | None = None) -> str:
        """The name, if it is one of an entry."""
        if isinstance(given, str) and given in self._entries:
            return given
        raise RecipeError(where or self.kind, given, "choose one of " + ", ".join(self._entries))

    def entry(self, name: str) -> type[Entry]:
        return self._entries[self.name_of(name)]

    def help(self, name: str) -> str:
        return " ".join((self.entry(name).__doc__ or "").split())

    def knobs(self, name: str) -> list[Knob]:
        return [_knob_of(entry_field) for entry_field in fields(self.entry(name))]  # type: ignore[arg-type]

    def choose(self, name: str, **knobs: Value) -> Choice:
        """A complete choice: what is not given takes its default."""
        return self.parse({"name": name, **knobs})

    def parse(self, given: object, where: str | None = None) -> Choice:
        """A complete, checked Choice from its JSON form: a name, or a name with knobs."""
        where = where or self.kind
        if isinstance(given, Choice):
            given = given.to_json()
        if isinstance(given, str):
            given = {"name": given}
        if not isinstance(given, Mapping) or "name" not in given:
            raise RecipeError(where, given, 'it is a name, or {"name": ..., and its settings}')
        name = self.name_of(given["name"], where)
        known = {each.name: each for each in self.knobs(name)}
        for key in given:
            if key != "name" and key not in known:
                allowed = "its settings are " + ", ".join(known) if known else "it has no settings"
                raise RecipeError(f"{where}.{key}", given[key], f"{name} has no such setting, {allowed}")
        return Choice(
            name,
            tuple((key, each.checked(given.get(key, each.default), f"{where}.{key}")) for key, each in known.items()),
        )

    def build(self, choice: Choice) -> Entry:
        return self.entry(choice.name)(**dict(choice.knobs))


def _knob_of(entry_field: Field) -> Knob:
    if entry_field.default is MISSING or "help" not in entry_field.metadata:
        raise TypeError(f"{entry_field.name} must be made with knob()")
    return Knob(name=entry_field.name, default=entry_field.default, **entry_field.metadata)
