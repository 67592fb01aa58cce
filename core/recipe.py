"""Recipe: one complete set of choices, checked. Data only: no object, no path of this machine, no device.

JSON is its one wire format. The page, the terminal, the queue, the cache key, the replay and the export all use this
schema. Equal choices have equal hashes, whatever was left to defaults and in whatever order they were written.
"""

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.backbones import DEFAULT_BACKBONE
from core.catalog.datasets import DATASETS, DEFAULT_DATASET
from core.catalog.learners import LEARNERS
from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
from core.catalog.registry import Choice, Registry, number
from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
from core.errors import RecipeError

SCHEMA = 1

Parser = Callable[[object, str], Any]


def _choice(registry: Registry) -> Parser:
    return lambda given, where: registry.parse(given, where)


_NOTHING = ("none", {"name": "none"}, Choice("none"))
"""One choice, however it is written: in a list it stands for no entry."""


def _several(registry: Registry) -> Parser:
    """A list of choices; one alone may stand without its brackets, and `none` or an empty list is none."""

    def parse(given: object, where: str) -> tuple[Choice, ...]:
        if given is None:
            return ()
        listed = list(given) if isinstance(given, list | tuple) else [given]
        wanted = [(place, each) for place, each in enumerate(listed) if each not in _NOTHING]
        choices = [registry.parse(each, f"{where}[{place}]") for place, each in wanted]
        names = [choice.name for choice in choices]
        for name in names:
            if names.count(name) > 1:
                raise RecipeError(where, name, "each may stand in the list once")
        return tuple(choices)

    return parse


def _set_of(registry: Registry) -> Parser:
    """As a list, but its order means nothing: kept in the registry's own."""
    parse_list = _several(registry)
    return lambda given, where: tuple(
        sorted(parse_list(given, where), key=lambda each: registry.names().index(each.name))
    )


def _number(low: float, high: float, whole: bool = False, optional: bool = False) -> Parser:
    def parse(given: object, where: str) -> int | float | None:
        if optional and given is None:
            return None
        return number(given, where, whole=whole, low=low, high=high)

    return parse


def _one_of(*options: str) -> Parser:
    def parse(given: object, where: str) -> str:
        if given in options:
            return str(given)
        raise RecipeError(where, given, "choose one of " + ", ".join(options))

    return parse


def _flag(given: object, where: str) -> bool:
    if isinstance(given, bool):
        return given
    raise RecipeError(where, given, "it is true or false")


_NAME = re.compile(r"[\w][\w.:/@+ -]{0,199}", re.UNICODE)


def _name(given: object, where: str) -> str:
    """A name of a dataset or backbone: looked up later, but never a path that climbs."""
    if isinstance(given, str) and _NAME.fullmatch(given) and ".." not in given:
        return given
    raise RecipeError(where, given, "it is a name of letters, digits, spaces and . : / @ + _ -")


def _image_size(given: object, where: str) -> tuple[int, int] | None:
    if given is None:
        return None
    sides = [given, given] if isinstance(given, int | float) else given
    if not isinstance(sides, list | tuple) or len(sides) != 2:
        raise RecipeError(where, given, "it is [height, width] in pixels, or one number for a square")
    height, width = (int(number(side, where, whole=True, low=8, high=2048)) for side in sides)
    return height, width


def _pooling(given: object, where: str) -> str | tuple[int, int]:
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


def _early_stopping(given: object, where: str) -> EarlyStopping | None:
    if given is None or given is False:
        return None
    if isinstance(given, EarlyStopping):
        given = given.to_json()
    if not isinstance(given, Mapping) or not set(given) <= {"on", "patience"}:
        raise RecipeError(where, given, 'it is null, or {"on": "loss" or "accuracy", "patience": epochs}')
    return EarlyStopping(
        _one_of("loss", "accuracy")(given.get("on", "loss"), f"{where}.on"),
        int(number(given.get("patience", 3), f"{where}.patience", whole=True, low=1, high=10_000)),
    )


def _part(default: Any, parse: Parser, help: str) -> Any:
    return field(default=default, metadata={"parse": parse, "help": help})


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One complete set of choices for one run."""

    dataset: str = _part(
        "digits", _name, "What to learn from: a card, a found folder, an imported name, or hf:owner/name."
    )
    backbone: str = _part(DEFAULT_BACKBONE, _name, "The network: a card, any timm name, or run:ID.")
    learner: Choice = _part(LEARNERS.choose("network"), _choice(LEARNERS), "Who learns.")
    pretrained: bool = _part(True, _flag, "Begin with weights that have seen other pictures; false is from scratch.")
    image_size: tuple[int, int] | None = _part(
        None, _image_size, "[height, width] that the network sees; null is the backbone's own."
    )
    fit: str = _part("squash", _one_of("squash", "crop", "pad"), "How a picture of another shape is made to fit.")
    pooling: str | tuple[int, int] = _part(
        "avg", _pooling, "How the last map becomes features: avg, max, both or a grid."
    )
    strategy: Choice = _part(STRATEGIES.choose("full"), _choice(STRATEGIES), "Which parts learn, when, and how fast.")
    regularizers: tuple[Choice, ...] = _part((), _set_of(REGULARIZERS), "What keeps it from learning by heart.")
    optimizer: Choice = _part(OPTIMIZERS.choose("adamw"), _choice(OPTIMIZERS), "How a step is made from a gradient.")
    schedule: Choice = _part(SCHEDULES.choose("one_cycle"), _choice(SCHEDULES), "How the rate changes over the run.")
    augmentation: tuple[Choice, ...] = _part((), _several(AUGMENTATIONS), "How training pictures are varied.")
    lr: float = _part(1e-3, _number(1e-12, 1e12), "The learning rate at the schedule's peak.")
    batch_size: int = _part(32, _number(1, 65_536, whole=True), "Pictures per step.")
    epochs: int = _part(10, _number(1, 100_000, whole=True), "Passes over the training pictures.")
    early_stopping: EarlyStopping | None = _part(None, _early_stopping, "End when validation stops improving.")
    examples_per_class: int | None = _part(
        None, _number(1, 10_000_000, whole=True, optional=True), "At most so many training pictures of each class."
    )
    class_balance: str = _part(
        "none",
        _one_of("none", "weights", "sampling"),
        "Make small classes count: in the loss, or by drawing them more often.",
    )
    normalisation: str = _part(
        "backbone",
        _one_of("backbone", "imagenet", "half", "measured"),
        "Which mean and spread pictures are brought to.",
    )
    seed: int = _part(0, _number(0, 2**32 - 1, whole=True), "All chance but the splits.")
    split_seed: int = _part(
        0, _number(0, 2**32 - 1, whole=True), "Which pictures are trained on, validated and tested."
    )
    frozen_norms: str = _part(
        "hold",
        _one_of("hold", "drift"),
        "Whether BatchNorm statistics of frozen parts stay or follow the new pictures.",
    )
    precision: str = _part("auto", _one_of("auto", "float32", "bf16"), "The numbers it computes with; auto measures.")
    views: int = _part(
        0,
        _number(0, 1000, whole=True),
        "Augmented views kept of each picture for a frozen prefix; 0 is afresh each epoch.",
    )
    time_limit: float | None = _part(None, _number(0.001, 1e9, optional=True), "Seconds after which the run ends.")
    workers: int = _part(1, _number(1, 4096, whole=True), "Data-parallel processes.")

    def __post_init__(self) -> None:
        for each in fields(self):
            object.__setattr__(self, each.name, each.metadata["parse"](getattr(self, each.name), each.name))

    @classmethod
    def parse(cls, given: object) -> "Recipe":
        """A recipe from its JSON form (a mapping); fields left out take their defaults, unknown ones are errors."""
        if not isinstance(given, Mapping):
            raise RecipeError("recipe", given, "it is a JSON object of fields and values")
        known = {each.name for each in fields(cls)}
        version = given.get("schema", SCHEMA)
        if version != SCHEMA or isinstance(version, bool):
            raise RecipeError("schema", version, f"this version of Thaw reads schema {SCHEMA}")
        for name in given:
            if name != "schema" and name not in known:
                raise RecipeError(str(name), given[name], f"a recipe has no such field, {_nearest(str(name), known)}")
        return cls(**{name: value for name, value in given.items() if name != "schema"})

    @classmethod
    def suggested(cls, dataset: str = DEFAULT_DATASET) -> "Recipe":
        """What to begin with on a dataset, for a person who has not chosen more yet: what its card suggests."""
        card = DATASETS.get(dataset)
        return cls.parse({**(card.suggested if card else {}), "dataset": dataset})

    @classmethod
    def suggested_for(cls, overrides: Iterable[str]) -> "Recipe":
        """What to begin with where no recipe is given: suggested for the dataset that the overrides name, if any."""
        said = [each.partition("=") for each in overrides]
        named = [_override("dataset", text) for path, _, text in said if path.strip() == "dataset"]
        return cls.suggested(_name(named[-1], "dataset") if named else DEFAULT_DATASET)

    @classmethod
    def from_text(cls, text: str) -> "Recipe":
        try:
            return cls.parse(json.loads(text))
        except (ValueError, RecursionError) as error:  # a number may also have too many digits
            raise RecipeError("recipe", text[:40], f"it must be JSON ({error})") from None

    def to_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA, **{each.name: _plain(getattr(self, each.name)) for each in fields(self)}}

    @cached_property
    def hash(self) -> str:
        """Equal choices, equal hash."""
        canonical = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def with_overrides(self, overrides: Iterable[str]) -> "Recipe":
        """The recipe after `path=value` overrides, applied in their order."""
        recipe = self
        for override in overrides:
            path, equals, text = override.partition("=")
            if not equals:
                raise RecipeError("--set", override, "it is path=value, such as epochs=3 or strategy.name=full")
            name, *inside = path.strip().split(".")
            recipe = recipe._with(name, inside, _override(name, text))
        return recipe

    def _with(self, name: str, inside: list[str], value: object) -> "Recipe":
        document = self.to_json()
        known = {each.name for each in fields(self)}
        if name not in known:
            raise RecipeError(name, value, f"a recipe has no such field, {_nearest(name, known)}")
        if inside:
            value = _nested(document[name], inside, value, name)
        return replace(self, **{name: value})


def _nested(current: Any, path: list[str], value: object, where: str) -> Any:
    """The field's JSON form with one setting inside it changed; a new name drops the settings of the old one."""
    if isinstance(current, list):
        return _nested_in_list(current, path, value, where)
    settings = dict(current) if isinstance(current, Mapping) else {} if current is None else {"name": current}
    if len(path) != 1:
        raise RecipeError(".".join([where, *path]), value, f"the path ends below {where}.{path[0]}")
    return {"name": value} if path[0] == "name" else {**settings, path[0]: value}


def _nested_in_list(current: list[Any], path: list[str], value: object, where: str) -> list[Any]:
    """Lists are addressed by the entry's name (`regularizers.l1.strength=0.1`), which joins the list if it is new."""
    if any(isinstance(each, int) for each in current):
        raise RecipeError(".".join([where, *path]), value, f"give {where} as a whole, such as {where}=[1,3]")
    if len(path) != 2:
        raise RecipeError(".".join([where, *path]), value, f"write {where}.NAME.SETTING, or give {where} as JSON")
    named = {each if isinstance(each, str) else each["name"]: each for each in current}
    entry = named.get(path[0], path[0])
    named[path[0]] = _nested(entry, path[1:], value, f"{where}.{path[0]}")
    return list(named.values())


def _plain(value: Any) -> Any:
    if isinstance(value, Choice | EarlyStopping):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _override(name: str, text: str) -> object:
    """What an override gives a field: JSON, or a bare word, which a name always is: a dataset may be called 2024."""
    text = text.strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if name in ("dataset", "backbone") and not isinstance(value, str) else value


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"the nearest is {near[0]}" if near else "its fields are " + ", ".join(sorted(known))
