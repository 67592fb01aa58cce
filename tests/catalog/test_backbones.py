"""Cards tell the truth about networks: what timm builds, how many numbers it holds, what it wants to see."""

from typing import Any

import pytest
import timm
import torch

from core.catalog.backbones import BACKBONES, DEFAULT_BACKBONE, BackboneCard

OF_TIMM = [card for card in BACKBONES.values() if card.family != "Thaw"]


def built(card: BackboneCard, **options: Any) -> torch.nn.Module:
    """The architecture without its numbers: quick, and with no memory."""
    with torch.device("meta"):
        return timm.create_model(card.timm_name, pretrained=False, **card.model_args, **options)


@pytest.mark.parametrize("card", OF_TIMM, ids=lambda card: card.name)
def test_timm_builds_it_with_as_many_parameters_as_the_card_says(card: BackboneCard):
    assert sum(each.numel() for each in built(card).parameters()) == card.parameters


@pytest.mark.parametrize("card", OF_TIMM, ids=lambda card: card.name)
def test_input_and_colours_are_timms_own(card: BackboneCard):
    facts = timm.get_pretrained_cfg(card.timm_name)
    assert facts is not None
    assert (card.input, card.mean, card.std) == (tuple(facts.input_size[1:]), tuple(facts.mean), tuple(facts.std))


@pytest.mark.parametrize("card", OF_TIMM, ids=lambda card: card.name)
def test_timm_knows_where_its_weights_are(card: BackboneCard):
    facts = timm.get_pretrained_cfg(card.timm_name)
    assert facts is not None and facts.hf_hub_id and card.has_weights


@pytest.mark.parametrize("card", BACKBONES.values(), ids=lambda card: card.name)
def test_it_says_in_one_sentence_when_to_choose_it(card: BackboneCard):
    assert BACKBONES[card.name] is card and card.title and card.family
    assert card.when[0].isupper() and card.when.endswith(".") and card.when.count(". ") == 0
    assert 20 <= len(card.when) <= 120


def test_titles_are_unique_and_the_default_ships():
    assert len({card.title for card in BACKBONES.values()}) == len(BACKBONES)
    assert BACKBONES[DEFAULT_BACKBONE].family == "Thaw" and BACKBONES[DEFAULT_BACKBONE].has_weights


def test_the_plain_network_comes_without_a_classifier_and_is_counted_so():
    card = BACKBONES["thaw_plain"]
    assert sum(each.numel() for each in built(card, num_classes=0).parameters()) == card.parameters


def test_the_plain_network_has_no_shortcuts_and_learns_small_and_wide_pictures():
    card = BACKBONES["thaw_plain"]
    model = timm.create_model(card.timm_name, pretrained=False, num_classes=5, **card.model_args)
    assert {type(module).__name__ for module in model.modules()} & {
        "DropPath",
        "Attention",
        "EffectiveSEModule",
    } == set()
    assert model(torch.zeros(2, 3, *card.input)).shape == (2, 5)
    assert model(torch.zeros(2, 3, 32, 128)).shape == (2, 5)
