"""Recipe: one complete set of choices, checked. Data only: no object, no path of this machine, no device.

JSON is its one wire format. The page, the terminal, the queue, the cache key, the replay and the export all use this
schema. Equal choices have equal hashes, whatever was left to defaults and in whatever order they were written.
"""

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.backbones import DEFAULT_BACKBONE
from core.catalog.datasets import DATASETS, DEFAULT_DATASET
from core.catalog.learners import LEARNERS
from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
from core.catalog.presets import PRESETS
from core.catalog.registry import Choice
from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
from core.errors import RecipeError
from core.recipe import parsing
from core.recipe.overrides import changed_within, value_of
from core.recipe.parsing import EarlyStopping, Parser

SCHEMA = 1


def _part(default: Any, parse: Parser, help: str) -> Any:
    return field(default=default, metadata={"parse": parse, "help": help})


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One complete set of choices for one run."""

    dataset: str = _part(
        "digits", parsing.name, "What to learn from: a card, a found folder, an imported name, or hf:owner/name."
    )
    backbone: str = _part(DEFAULT_BACKBONE, parsing.name, "The network: a card, any timm name, or run:ID.")
    learner: Choice = _part(LEARNERS.choose("network"), parsing.ChoiceOf(LEARNERS), "Who learns.")
    pretrained: bool = _part(
        True, parsing.flag, "Begin with weights that have seen other pictures; false is from scratch."
    )
    image_size: tuple[int, int] | None = _part(
        None, parsing.image_size, "[height, width] that the network sees; null is the backbone's own."
    )
    fit: str = _part(
        "squash", parsing.one_of("squash", "crop", "pad"), "How a picture of another shape is made to fit."
    )
    pooling: str | tuple[int, int] = _part(
        "avg", parsing.pooling, "How the last map becomes features: avg, max, both or a grid."
    )
    strategy: Choice = _part(
        STRATEGIES.choose("full"), parsing.ChoiceOf(STRATEGIES), "Which parts learn, when, and how fast."
    )
    regularizers: tuple[Choice, ...] = _part(
        (), parsing.Several(REGULARIZERS, ordered=False), "What keeps it from learning by heart."
    )
    optimizer: Choice = _part(
        OPTIMIZERS.choose("adamw"), parsing.ChoiceOf(OPTIMIZERS), "How a step is made from a gradient."
    )
    schedule: Choice = _part(
        SCHEDULES.choose("one_cycle"), parsing.ChoiceOf(SCHEDULES), "How the rate changes over the run."
    )
    augmentation: tuple[Choice, ...] = _part((), parsing.Several(AUGMENTATIONS), "How training pictures are varied.")
    lr: float = _part(1e-3, parsing.Within(1e-12, 1e12), "The learning rate at the schedule's peak.")
    batch_size: int = _part(32, parsing.Within(1, 65_536, whole=True), "Pictures per step of each worker.")
    epochs: int = _part(10, parsing.Within(1, 100_000, whole=True), "Passes over the training pictures.")
    early_stopping: EarlyStopping | None = _part(None, parsing.early_stopping, "End when validation stops improving.")
    examples_per_class: int | None = _part(
        None,
        parsing.Within(1, 10_000_000, whole=True, optional=True),
        "At most so many training pictures of each class.",
    )
    held_out_per_class: int | None = _part(
        None,
        parsing.Within(1, 10_000_000, whole=True, optional=True),
        "At most so many validation pictures of each class, and as many test pictures.",
    )
    class_balance: str = _part(
        "none",
        parsing.one_of("none", "weights", "sampling"),
        "Make small classes count: in the loss, or by drawing them more often.",
    )
    normalisation: str = _part(
        "backbone",
        parsing.one_of("backbone", "imagenet", "half", "measured"),
        "Which mean and spread pictures are brought to.",
    )
    seed: int = _part(0, parsing.Within(0, 2**32 - 1, whole=True), "All chance but the splits.")
    split_seed: int = _part(
        0, parsing.Within(0, 2**32 - 1, whole=True), "Which pictures are trained on, validated and tested."
    )
    frozen_norms: str = _part(
        "hold",
        parsing.one_of("hold", "drift"),
        "Whether BatchNorm statistics of frozen parts stay or follow the new pictures.",
    )
    precision: str = _part(
        "auto", parsing.one_of("auto", "float32", "bf16"), "The numbers it computes with; auto measures."
    )
    views: int = _part(
        0,
        parsing.Within(0, 1000, whole=True),
        "Augmented views kept of each picture for a frozen prefix; 0 is afresh each epoch.",
    )
    time_limit: float | None = _part(
        None, parsing.Within(0.001, 1e9, optional=True), "Seconds after which the run ends."
    )
    workers: int = _part(
        1,
        parsing.Within(1, 4096, whole=True),
        "Processes that learn together, each its share of every step: two with batches of 16 learn as one with 32.",
    )

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
                raise RecipeError(str(name), given[name], f"a recipe has no such field, {nearest(str(name), known)}")
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
        named = [value_of("dataset", text) for path, _, text in said if path.strip() == "dataset"]
        return cls.suggested(parsing.name(named[-1], "dataset") if named else DEFAULT_DATASET)

    def with_preset(self, name: str) -> "Recipe":
        """The recipe after a preset's fields are laid over it."""
        return Recipe.parse({**self.to_json(), **PRESETS.entry(name).fields})

    @classmethod
    def from_text(cls, text: str) -> "Recipe":
        try:
            return cls.parse(json.loads(text))
        except (ValueError, RecursionError) as error:  # a number may also have too many digits
            raise RecipeError("recipe", text[:40], f"it must be JSON ({error})") from None

    @property
    def pictures_per_step(self) -> int:
        """Of all workers together."""
        return self.batch_size * self.workers

    @property
    def in_short(self) -> str:
        """What a run of it is called until somebody gives it a name: only what counts for its learner."""
        learner = LEARNERS.entry(self.learner.name)
        held = [each.name for each in self.regularizers] if learner.follows_strategy else []
        scratch = "" if self.pretrained or not learner.takes_backbone else "from scratch"
        backbone = self.backbone if learner.takes_backbone else ""
        return " ".join(each for each in (self.dataset, backbone, self.how, "+".join(held), scratch) if each)

    @property
    def how(self) -> str:
        """What says what learns when: the strategy, or the learner that follows none."""
        return (self.strategy if LEARNERS.entry(self.learner.name).follows_strategy else self.learner).name

    def to_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA, **{each.name: _plain(getattr(self, each.name)) for each in fields(self)}}

    @cached_property
    def hash(self) -> str:
        """Equal choices, equal hash: also among recipes from before a field was added that is left to its default."""
        usual = Recipe().to_json()
        chosen = {name: value for name, value in self.to_json().items() if value != usual[name]}
        canonical = json.dumps({"schema": SCHEMA, **chosen}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def with_overrides(self, overrides: Iterable[str]) -> "Recipe":
        """The recipe after `path=value` overrides, applied in their order."""
        recipe = self
        for override in overrides:
            path, equals, text = override.partition("=")
            if not equals:
                raise RecipeError("--set", override, "it is path=value, such as epochs=3 or strategy.name=full")
            name, *inside = path.strip().split(".")
            recipe = recipe._with(name, inside, value_of(name, text))
        return recipe

    def _with(self, name: str, inside: list[str], value: object) -> "Recipe":
        document = self.to_json()
        known = {each.name for each in fields(self)}
        if name not in known:
            raise RecipeError(name, value, f"a recipe has no such field, {nearest(name, known)}")
        if inside:
            value = changed_within(document[name], inside, value, name)
        return replace(self, **{name: value})


PARSERS: Mapping[str, Parser] = {each.name: each.metadata["parse"] for each in fields(Recipe)}
"""How each field is read; those that are data also say what they allow."""


def _plain(value: Any) -> Any:
    if isinstance(value, Choice | EarlyStopping):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"the nearest is {near[0]}" if near else "its fields are " + ", ".join(sorted(known))
