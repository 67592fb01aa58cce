"""A card that somebody writes: what is wrong with it is one sentence that names the field."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from core.errors import RecipeError
from core.recipe.replays import Card
from core.recipe.replays.card import Form, Member, Open, described_fields
from core.recipe.replays.claims import KINDS, MEASURES

CARD: dict[str, Any] = {
    "name": "own",
    "title": "Head against everything",
    "source": "A blackboard.",
    "recipe": {"dataset": "digits", "epochs": 8},
    "quick": {"recipe": {"epochs": 2}},
    "members": [
        {"name": "head", "recipe": {"strategy": "head"}, "full": {"epochs": 9}},
        {"name": "all", "recipe": {"strategy": "full"}},
        {"name": "more", "recipe": {"strategy": "full", "lr": 0.01}, "further": True},
        {"name": "still", "draws": False},
    ],
    "claims": [
        {"kind": "figure", "member": "head", "value": 0.9, "decimals": 2, "n": 180},
        {"kind": "order", "winner": "all", "loser": "head"},
        {"kind": "order", "winner": "more", "loser": "all", "further": True},
    ],
    "left_open": [
        {
            "name": "rate",
            "question": "The rate",
            "chosen": "low",
            "options": {"low": {}, "high": {"all": {"lr": 0.1}}},
        }
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The card with one thing in it put in, or taken out where the value is None."""
    card = copy.deepcopy(CARD)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place: Any = card
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return card


def test_what_is_particular_is_laid_over_what_is_shared():
    card = Card.parse(CARD)
    quick = {each.member: each.recipe for each in card.planned("quick")}
    assert list(quick) == ["head", "all", "still"] and {recipe.epochs for recipe in quick.values()} == {2}
    full = {(each.member, each.seed): each.recipe for each in card.planned("full")}
    assert (full["head", 2].epochs, full["all", 2].epochs, full["all", 2].seed) == (9, 8, 2)
    assert [seed for member, seed in full if member == "still"] == [0]
    assert card.planned("full", chosen={"rate": "high"})[1].recipe.lr == 0.1


def test_the_further_claims_belong_to_the_full_form():
    card = Card.parse(CARD)
    assert [len(card.claims_of(form)) for form in ("quick", "full")] == [2, 3]


def test_an_hour_has_the_further_members_that_say_how_and_the_claims_that_they_can_tell():
    card = changed("hour", {"recipe": {"epochs": 5}})
    assert [each.member for each in Card.parse(card).planned("hour")] == ["head", "all", "still"]
    assert len(Card.parse(card).claims_of("hour")) == 2
    card["members"][2]["hour"] = {"epochs": 4}
    more = Card.parse(card)
    assert [(each.member, each.recipe.epochs) for each in more.planned("hour")][2] == ("more", 4)
    assert more.claims_of("hour") == more.claims_of("full") and len(more.claims_of("quick")) == 2


@pytest.mark.faults
def test_a_form_that_a_card_has_not_is_a_sentence():
    for form in ("hour", "day"):
        with pytest.raises(RecipeError, match=f"form: '{form}' is not possible; choose one of quick, full."):
            Card.parse(CARD).planned(form)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("title", None, "title: None is not possible; it must be given: What it is about."),
        ("titel", "x", "titel: 'x' is not possible; there is no such field, the nearest is title."),
        ("name", "../x", "name: '../x' is not possible"),
        ("margin", 2, "margin: 2 is not possible; it is a number from 0 to 1."),
        ("recipe/lr", "fast", "recipe.lr: 'fast' is not possible; it is a number"),
        ("recipe/seed", 3, "recipe.seed: 3 is not possible; it can't be set here"),
        ("recipe/dataset", None, "members[0].recipe.dataset: None is not possible; say it here"),
        ("members", [], "members: [] is not possible; a card has at least one."),
        ("members/1/name", "head", "name: 'head' is not possible; every member has a name of its own."),
        ("members/0/recipe/strategy", {"name": "last_stages", "count": -1}, "members[0].recipe.strategy.count: -1"),
        (
            "members/0/quick",
            {"epoch": 2},
            "members[0].quick.epoch: 2 is not possible; it can't be set here, the nearest",
        ),
        ("claims/0/kind", "figures", "claims[0].kind: 'figures' is not possible; choose one of figure, right, order"),
        ("claims/0/value", 91.8, "claims[0].value: 91.8 is not possible; it is a number from 0 to 1."),
        ("claims/0/n", None, "claims[0].n: None is not possible"),
        ("claims/0/member", "heat", "claims[0]: 'heat' is not possible; no member is called so, the nearest is head."),
        ("claims/2/further", False, "claims[2].further: False is not possible; the quick form goes without more"),
        ("left_open/0/chosen", "middle", "left_open[0].chosen: 'middle' is not possible; choose one of low, high."),
        ("left_open/0/name", None, "left_open[0].name: None is not possible; options need a name"),
        ("left_open/0/options/high", {"nobody": {}}, "left_open[0].options.high: 'nobody' is not possible"),
    ],
)
def test_an_error_names_its_field(path: str, value: Any, told: str):
    with pytest.raises(RecipeError) as raised:
        Card.parse(changed(path, value))
    assert told in str(raised.value)


@pytest.mark.faults
@pytest.mark.parametrize("given", [None, 3, "own", [], {"members": 3}, {"claims": [[]]}])
def test_what_is_no_card_is_a_sentence(given: object):
    with pytest.raises(RecipeError):
        Card.parse(given)


@pytest.mark.faults
@pytest.mark.parametrize("chosen", [{"rat": "low"}, {"rate": "middle"}])
def test_only_what_a_card_leaves_open_can_be_chosen(chosen: dict[str, str]):
    with pytest.raises(RecipeError, match="--choose"):
        Card.parse(CARD).planned("quick", chosen=chosen)


@pytest.mark.parametrize("seeds", [0, -1, 21, 1.5])
def test_seeds_have_limits(seeds: Any):
    with pytest.raises(RecipeError, match="--seeds"):
        Card.parse(CARD).planned("full", seeds)


def test_every_kind_of_claim_has_words():
    given = {
        "figure": {"member": "a", "value": 0.5, "n": 10},
        "right": {"member": "a", "value": 5, "n": 10},
        "order": {"winner": "a", "loser": "b"},
        "classes": {"winner": "a", "loser": "b", "value": 9, "of": 10},
        "times": {"faster": "a", "slower": "b", "value": 3},
        "measure": {"names": ["a"], "measure": "seconds", "text": "It is quick"},
        "small_classes": {"names": ["a"], "at_most": 9, "text": "It finds nothing"},
        "balance": {"member": "a", "text": "It is uneven"},
    }
    assert set(given) == set(KINDS)
    claims = [{"kind": kind, **fields} for kind, fields in given.items()]
    card = Card.parse({**CARD, "members": [{"name": "a"}, {"name": "b"}], "claims": claims, "left_open": []})
    assert all(claim.words and claim.members for claim in card.claims)


PAGE = (Path(__file__).parents[3] / "docs" / "replays.md").read_text(encoding="utf-8")


def test_the_card_in_the_docs_is_one():
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    card = Card.parse(json.loads(example))
    assert [each.recipe.lr for each in card.planned("quick", chosen={"rate": "fast"})] == [0.001, 0.01]


@pytest.mark.parametrize("cls", [Card, Member, Form, Open, *KINDS.values()])
def test_the_docs_tell_of_every_field(cls: type):
    assert [name for name, _, _ in described_fields(cls) if f"`{name}`" not in PAGE] == []


def test_the_docs_tell_of_every_kind_and_every_measure():
    assert [word for word in (*KINDS, *MEASURES) if f"`{word}`" not in PAGE] == []
