"""Every registry speaks the same language: names, settings with limits, sentences, and errors that help."""

from dataclasses import FrozenInstanceError, dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.learners import LEARNERS
from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
from core.catalog.registry import Choice, Knob, Registry, knob, number
from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
from core.errors import RecipeError

REGISTRIES: list[Registry] = [STRATEGIES, REGULARIZERS, AUGMENTATIONS, OPTIMIZERS, SCHEDULES, LEARNERS]
ENTRIES = [pytest.param(registry, name, id=f"{registry.kind}-{name}") for registry in REGISTRIES for name in registry]
KNOBS = [
    pytest.param(registry, name, each, id=f"{registry.kind}-{name}-{each.name}")
    for registry in REGISTRIES
    for name in registry
    for each in registry.knobs(name)
]


@pytest.mark.parametrize(("registry", "name"), ENTRIES)
def test_every_entry_is_built_from_its_defaults_and_from_what_was_chosen(registry: Registry, name: str):
    choice = registry.choose(name)
    built: Any = registry.build(choice)
    assert {each.name: getattr(built, each.name) for each in registry.knobs(name)} == dict(choice.knobs)
    assert registry.parse(choice.to_json()) == choice == registry.parse(choice)


@pytest.mark.parametrize(("registry", "name"), ENTRIES)
def test_every_entry_says_in_sentences_what_it_does(registry: Registry, name: str):
    help = registry.help(name)
    assert help[0].isupper() and help[-1] in ".!" and 20 <= len(help) <= 200 and "  " not in help
    assert name.replace("_", "").isalnum() and name.islower()


@pytest.mark.parametrize(("registry", "name"), ENTRIES)
def test_every_entry_is_frozen(registry: Registry, name: str):
    with pytest.raises(FrozenInstanceError):
        registry.build(registry.choose(name)).anything = 1


@pytest.mark.parametrize(("registry", "name", "each"), KNOBS)
def test_every_setting_has_a_sentence_and_limits_that_admit_its_default(registry: Registry, name: str, each: Knob):
    assert each.help[0].isupper() and each.help.endswith(".") and len(each.help) <= 120
    assert each.checked(each.default, each.name) == each.default
    if isinstance(each.default, str):
        assert each.default in (each.options or [""])  # without options it is for names that are looked up later
    elif not isinstance(each.default, bool):
        assert each.low is not None and each.high is not None and each.low <= each.default <= each.high


@pytest.mark.parametrize(("registry", "name", "each"), KNOBS)
def test_every_setting_refuses_what_lies_outside_and_what_is_of_another_kind(registry: Registry, name: str, each: Knob):
    unknown = "no such option" if each.options or each.default != "" else "../no such name"
    outside: list[object] = [None, [], {}, unknown, float("nan"), float("inf"), 10**400]
    if isinstance(each.default, bool):
        outside += [0, 1, "true"]
    elif isinstance(each.default, int | float):
        assert each.low is not None and each.high is not None
        outside += [True, str(each.default), each.low - 1, each.high * 2 + 1]
        outside += [each.default + 0.5] if isinstance(each.default, int) else []
    for junk in outside:
        with pytest.raises(RecipeError) as refused:
            registry.parse({"name": name, each.name: junk}, "here")
        assert str(refused.value).startswith(f"here.{each.name}: ") and refused.value.field == f"here.{each.name}"


@pytest.mark.parametrize(("registry", "name", "each"), KNOBS)
def test_every_setting_has_an_effect_on_the_choice_in_its_own_type(registry: Registry, name: str, each: Knob):
    other: Any = each.low if each.low is not None and each.low != each.default else each.high
    if isinstance(each.default, bool):
        other = not each.default
    if isinstance(each.default, str):
        other = next(option for option in each.options or ["resnet18"] if option != each.default)
    chosen = registry.choose(name, **{each.name: other})
    assert chosen[each.name] == other and type(chosen[each.name]) is type(each.default)
    assert chosen != registry.choose(name)


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_an_unknown_name_is_answered_with_the_known_ones(registry: Registry):
    for junk in ("no such name", "", 3, None, ["full"], {"name": ["full"]}, {}):
        with pytest.raises(RecipeError) as refused:
            registry.parse(junk)
        assert str(refused.value).startswith(f"{registry.kind}: ")
        if isinstance(junk, str):
            assert all(name in str(refused.value) for name in registry)


@pytest.mark.parametrize(("registry", "name"), ENTRIES)
def test_an_unknown_setting_is_answered_with_the_known_ones(registry: Registry, name: str):
    with pytest.raises(RecipeError) as refused:
        registry.parse({"name": name, "no_such_setting": 3}, "here")
    said = str(refused.value)
    assert said.startswith(f"here.no_such_setting: 3 is not possible; {name} has no such setting, it")
    assert all(each.name in said for each in registry.knobs(name))


@dataclass(frozen=True)
class Tea:
    """Leaves in hot water, drawn for a while."""

    minutes: float = knob(3.0, low=0.5, high=10, help="How long it draws.")
    milk: bool = knob(False, help="With milk.")


def test_registering_a_dataclass_is_all_it_takes():
    drinks: Registry[Tea] = Registry("drink")
    drinks.register("tea")(Tea)
    assert (drinks.names(), len(drinks), "tea" in drinks, "coffee" in drinks) == (["tea"], 1, True, False)
    assert drinks.help("tea") == "Leaves in hot water, drawn for a while."
    assert drinks.choose("tea", minutes=4) == Choice("tea", (("minutes", 4.0), ("milk", False)))
    assert drinks.build(drinks.parse({"milk": True, "name": "tea"})) == Tea(minutes=3.0, milk=True)
    with pytest.raises(RecipeError, match="drink: 'coffee' is not possible; choose one of tea."):
        drinks.choose("coffee")
    with pytest.raises(RecipeError, match="drink.minutes: 11 is not possible; it is a number from 0.5 to 10."):
        drinks.choose("tea", minutes=11)


def test_a_field_without_limits_and_help_cannot_be_a_setting():
    @dataclass(frozen=True)
    class Careless:
        """An entry whose author forgot something."""

        strength: float = 1.0

    careless: Registry[Careless] = Registry("careless")
    careless.register("careless")(Careless)
    with pytest.raises(TypeError, match="strength must be made with knob"):
        careless.choose("careless")


@given(drawn.integers(-(10**20), 10**20))
def test_whole_numbers_may_be_written_as_floats(value: int):
    assert number(value, "here", whole=True) == value
    assert number(float(value), "here", whole=True) == int(float(value))


def test_limits_are_said_as_they_are():
    for low, high, said in [(1, None, " of at least 1."), (None, 0.5, " of at most 0.5."), (None, None, "a number.")]:
        with pytest.raises(RecipeError) as refused:
            number("x", "here", low=low, high=high)
        assert str(refused.value).endswith(said)
