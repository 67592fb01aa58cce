"""The cards that come with Thaw: each can be read, and says what was published."""

import json
from typing import Any

import pytest
import timm
import torch

from core.catalog.backbones import BACKBONES
from core.catalog.learners import LEARNERS
from core.catalog.replays import CARDS, REPLAYS, learners_of
from core.recipe.replays import Card
from core.recipe.replays.claims import Claim, Figure, Right

READY = pytest.mark.parametrize("name", list(REPLAYS))


def claims_of(name: str, kind: type[Claim]) -> list[Any]:
    return [claim for claim in Card.parse(REPLAYS[name]).claims if isinstance(claim, kind)]


@READY
def test_a_card_is_read_and_every_recipe_of_its_forms_is_one(name: str):
    card = Card.parse(json.loads(json.dumps(REPLAYS[name])))
    quick, full = card.planned("quick"), card.planned("full")
    assert {each.seed for each in quick} == {0}
    assert {each.seed for each in full} >= {0, 1, 2}
    assert {each.member for each in quick} < {each.member for each in full}
    assert card.left_open and card.quick.left_out and card.quick.minutes


@pytest.mark.parametrize("name", [name for name, card in REPLAYS.items() if "hour" in card])
def test_an_hour_is_more_than_quick_and_says_what_it_leaves_out(name: str):
    card = Card.parse(REPLAYS[name])
    quick, hour = card.planned("quick"), card.planned("hour")
    assert {each.member for each in quick} <= {each.member for each in hour} and {each.seed for each in hour} == {0}
    assert len(card.claims_of("quick")) <= len(card.claims_of("hour")) <= len(card.claims_of("full"))
    form = card.form("hour")
    assert form.left_out and (card.quick.minutes or 0) < (form.minutes or 0) <= 60


def test_the_long_experiments_have_a_form_for_an_hour():
    assert {name for name, card in REPLAYS.items() if "hour" in card} == {"fashion", "cifar", "sums"}


def test_a_card_whose_learner_is_not_there_is_not_offered():
    missing = [card["name"] for card in CARDS if not learners_of(card) <= set(LEARNERS)]
    assert {card["name"] for card in CARDS} - set(missing) == set(REPLAYS)
    assert set(REPLAYS) == {"fashion", "cifar", "hymenoptera", "boats", "sums"}


@READY
def test_every_member_of_the_tables_has_a_claim_in_the_quick_form(name: str):
    card = Card.parse(REPLAYS[name])
    claimed = {member for claim in card.claims_of("quick") for member in claim.members}
    assert claimed == {each.member for each in card.planned("quick")}


def test_the_figures_are_those_of_the_reports():
    published = {(claim.member, claim.figure): claim.value for claim in claims_of("fashion", Figure)}
    assert published["ResNet-18", "accuracy"] == 0.9352 and published["own CNN", "macro_recall"] == 0.916
    assert [(claim.member, claim.value) for claim in claims_of("hymenoptera", Right)] == [
        ("none", 145),
        ("L1", 128),
        ("L2", 138),
        ("L1+L2", 142),
    ]


def test_the_open_question_of_the_l1_sum_changes_the_members_it_is_about():
    card = Card.parse(REPLAYS["hymenoptera"])
    own = {each.member: each.recipe for each in card.planned("quick")}
    other = {each.member: each.recipe for each in card.planned("quick", chosen={"l1_over": "head"})}
    assert {name for name in own if own[name] != other[name]} == {"L1", "L1+L2"}
    assert other["L1"].regularizers[0]["on"] == "head"


def networks() -> list[tuple[str, tuple[int, int]]]:
    """Every backbone at every size at which a card has it learn."""
    planned = [
        each.recipe for card in map(Card.parse, REPLAYS.values()) for form in card.forms for each in card.planned(form)
    ]
    return sorted({(recipe.backbone, recipe.image_size) for recipe in planned if recipe.learner.name == "network"})  # type: ignore[type-var]


@pytest.mark.parametrize(("backbone", "size"), networks())
def test_every_network_can_compute_at_the_size_it_is_given(backbone: str, size: tuple[int, int]):
    card = BACKBONES[backbone]
    model = timm.create_model(card.timm_name, pretrained=False, num_classes=2, **card.model_args).eval()
    with torch.inference_mode():
        assert model(torch.zeros(1, 3, *size)).shape == (1, 2)
