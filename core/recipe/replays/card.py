"""Card: one published experiment, checked; and the recipes that each of its forms comes to."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from functools import cached_property
from typing import Any

from core.errors import RecipeError
from core.recipe.parsing import flag
from core.recipe.recipe import Recipe, nearest
from core.recipe.replays.claims import Claim, claim_of
from core.recipe.replays.reading import (
    Whole,
    below,
    by_name,
    count,
    object_of,
    parsed,
    part,
    positive,
    recipe_fields,
    several,
    share,
    worded,
)

FORMS = ("quick", "hour", "full")
SEEDS = {"quick": 1, "hour": 1, "full": 3}
"""A claim about a recipe takes three."""
MOST_SEEDS = 20
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def _slug(given: object, where: str) -> str:
    if isinstance(given, str) and SLUG.fullmatch(given):
        return given
    raise RecipeError(where, given, "it is a short name of small letters, digits, - and _")


@dataclass(frozen=True, kw_only=True)
class Member:
    """One of the things that the report trained."""

    name: str = part(worded, "What the report calls it.")
    recipe: dict[str, Any] = part(recipe_fields, "Fields of its recipe, laid over the card's.", None)
    quick: dict[str, Any] = part(recipe_fields, "Fields that its quick form changes.", None)
    hour: dict[str, Any] | None = part(
        recipe_fields, "Fields that its hour form changes; a further member with it is of that form too.", None
    )
    full: dict[str, Any] = part(recipe_fields, "Fields that its full form changes.", None)
    further: bool = part(flag, "Whether the quick form goes without it.", False)
    draws: bool = part(flag, "False for a learner without any randomness: one seed says all.", True)
    differs: tuple[str, ...] = part(several(worded), "What is other than the report's, known beforehand.", ())

    def is_of(self, form: str) -> bool:
        return form == "full" or not self.further or (form == "hour" and self.hour is not None)


@dataclass(frozen=True, kw_only=True)
class Form:
    """How much of it is done: quick is small, an hour's is larger, full is as published."""

    recipe: dict[str, Any] = part(recipe_fields, "Fields laid over the card's, for every member.", None)
    left_out: str = part(worded, "What is left out of it, or made smaller.", "")
    minutes: float | None = part(positive, "About how long it takes on two cores.", None)


@dataclass(frozen=True, kw_only=True)
class Open(Whole):
    """Something that the report left open: what was chosen, and what else could be."""

    question: str = part(worded, "What the report does not say.")
    chosen: str = part(worded, "The value chosen; one of the options where there are some.")
    name: str = part(_slug, "What it is chosen by, where there are options.", "")
    options: dict[str, dict[str, dict[str, Any]]] = part(
        by_name(by_name(recipe_fields)), "Per option the fields of the members that it changes.", None
    )

    def insist(self, where: str) -> None:
        if self.options and not self.name:
            raise RecipeError(below(where, "name"), None, "options need a name to be chosen by")
        if self.options and self.chosen not in self.options:
            raise RecipeError(below(where, "chosen"), self.chosen, "choose one of " + ", ".join(self.options))


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One run of a replay."""

    member: str
    seed: int
    recipe: Recipe

    def checked(self, check: Callable[[Recipe], Recipe]) -> "Planned":
        """The same, once it is known that it can be trained here."""
        return replace(self, recipe=check(self.recipe))


@dataclass(frozen=True, kw_only=True)
class Card:
    """A published experiment."""

    name: str = part(_slug, "What it is called by.")
    title: str = part(worded, "What it is about.")
    source: str = part(worded, "Where the figures come from, in words.")
    question: str = part(worded, "What the report wanted to know.", "")
    margin: float = part(share, "How far off still counts as reproduced, as a share of 1; fixed beforehand.", 0.05)
    recipe: dict[str, Any] = part(recipe_fields, "Fields of a recipe that all members share.", None)
    quick: Form = part(object_of(Form), "The small form.", Form())
    hour: Form | None = part(object_of(Form), "The form of which an hour is enough, where there is one.", None)
    full: Form = part(object_of(Form), "The form as published.", Form())
    members: tuple[Member, ...] = part(several(object_of(Member)), "What is trained.")
    claims: tuple[Claim, ...] = part(several(claim_of), "What was published of it.")
    left_open: tuple[Open, ...] = part(several(object_of(Open)), "What the report does not say.", ())
    differs: tuple[str, ...] = part(several(worded), "What is other than the report's for every member.", ())

    @classmethod
    def parse(cls, given: object) -> "Card":
        """A card from its JSON form; an error is one sentence that names the field."""
        if not isinstance(given, Mapping):
            raise RecipeError("card", given, "it is a JSON object with a name, a title, a source, members and claims")
        card = parsed(cls, given, "")
        card._check()
        return card

    def _check(self) -> None:
        names = [member.name for member in self.members]
        if not names:
            raise RecipeError("members", [], "a card has at least one")
        for place, (name, times) in enumerate(Counter(names).items()):
            if times > 1:
                raise RecipeError(f"members[{place}].name", name, "every member has a name of its own")
        self._check_claims({member.name: member for member in self.members})
        self._check_options(set(names))
        for form in self.forms:
            self.planned(form)

    def _check_claims(self, members: Mapping[str, Member]) -> None:
        for place, claim in enumerate(self.claims):
            for name in claim.members:
                if name not in members:
                    raise RecipeError(f"claims[{place}]", name, f"no member is called so, {nearest(name, members)}")
                if members[name].further and not claim.further:
                    raise RecipeError(
                        f"claims[{place}].further",
                        False,
                        f"the quick form goes without {name}, so set it to true",
                    )

    def _check_options(self, names: set[str]) -> None:
        for place, each in enumerate(self.left_open):
            for option, changed in (each.options or {}).items():
                for name in changed:
                    if name not in names:
                        where = f"left_open[{place}].options.{option}"
                        raise RecipeError(where, name, f"no member is called so, {nearest(name, names)}")

    @property
    def choices(self) -> dict[str, Open]:
        """What can be chosen otherwise, by name."""
        return {each.name: each for each in self.left_open if each.options}

    @cached_property
    def by_name(self) -> dict[str, Member]:
        return {member.name: member for member in self.members}

    @property
    def forms(self) -> dict[str, Form]:
        """Those that it has, from small to whole."""
        return {name: form for name in FORMS if (form := getattr(self, name)) is not None}

    def form(self, name: str) -> Form:
        if name not in self.forms:
            raise RecipeError("form", name, "choose one of " + ", ".join(self.forms))
        return self.forms[name]

    def claims_of(self, form: str) -> tuple[Claim, ...]:
        """The quick form tells the report's own tables, an hour also what its members can say beside, the full all."""
        return tuple(claim for claim in self.claims if not claim.further or self._can_tell(claim, form))

    def _can_tell(self, claim: Claim, form: str) -> bool:
        return form != "quick" and all(self.by_name[name].is_of(form) for name in claim.members)

    def chosen(self, given: Mapping[str, str]) -> dict[str, str]:
        """Every choice with its option: those that are given, else the card's own."""
        for name, option in given.items():
            if name not in self.choices:
                known = f"its choices are {', '.join(self.choices)}" if self.choices else "this card leaves none"
                raise RecipeError("--choose", name, known)
            if option not in self.choices[name].options:
                raise RecipeError(f"--choose {name}", option, "choose one of " + ", ".join(self.choices[name].options))
        return {name: given.get(name, each.chosen) for name, each in self.choices.items()}

    def planned(self, form: str, seeds: int | None = None, chosen: Mapping[str, str] | None = None) -> list[Planned]:
        """Every run of a form, one seed after the other; a learner without randomness has only one."""
        self.form(form)
        wanted = SEEDS[form] if seeds is None else int(count(1, MOST_SEEDS)(seeds, "--seeds"))
        choices = self.chosen(chosen or {})
        return [
            Planned(member=member.name, seed=seed, recipe=self._recipe(member, form, choices, seed, place))
            for seed in range(wanted)
            for place, member in enumerate(self.members)
            if member.is_of(form) and (member.draws or seed == 0)
        ]

    def _recipe(self, member: Member, form: str, chosen: Mapping[str, str], seed: int, place: int) -> Recipe:
        layers = self._layers(member, form, chosen)
        laid = {name: value for layer in layers for name, value in (layer or {}).items()}
        if "dataset" not in laid:
            raise RecipeError(below(f"members[{place}].recipe", "dataset"), None, "say it here or in the card's recipe")
        return Recipe.parse({**laid, "seed": seed})

    def _layers(self, member: Member, form: str, chosen: Mapping[str, str]) -> Iterator[dict[str, Any] | None]:
        """From what all share to what is particular: the later counts."""
        yield self.recipe
        yield member.recipe
        yield from (self.choices[name].options[option].get(member.name) for name, option in chosen.items())
        yield self.form(form).recipe
        yield getattr(member, form)


def described_fields(cls: type) -> list[tuple[str, str, bool]]:
    """Each field of a part of a card: its name, its sentence, whether it must be given."""
    return [(each.name, each.metadata["help"], each.default is MISSING) for each in fields(cls)]
