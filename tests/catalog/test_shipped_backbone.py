"""The backbone that ships with Thaw is small, whole, in timm's form, and has learned to see."""

from typing import Any

import timm
import torch
from timm.models import group_parameters
from torch.nn.functional import cosine_similarity

from core.catalog.backbones import BACKBONES, DEFAULT_BACKBONE
from core.home import SHIPPED
from scripts.scribbles import draw, invent

FOLDER = SHIPPED / "thaw_small"


def shipped(classes: int = 0) -> Any:
    return timm.create_model(f"local-dir:{FOLDER}", pretrained=True, num_classes=classes).eval()


def test_one_line_of_plain_timm_loads_it_in_float32_with_any_number_of_classes():
    model = shipped(classes=7)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert model(torch.zeros(2, 3, 40, 40)).shape == (2, 7)


def test_its_weights_take_less_than_a_megabyte_and_a_half():
    assert (FOLDER / "model.safetensors").stat().st_size < 1_500_000


def test_it_has_several_stages():
    model = shipped()
    stages = group_parameters(model, model.group_matcher(coarse=True))
    assert len(stages) >= 5


def test_its_last_map_is_more_than_one_pixel_so_that_a_batch_of_one_can_be_learned_from():
    assert shipped().forward_features(torch.zeros(1, 3, 40, 40)).shape[-2:] == (2, 2)


def test_wide_pictures_keep_their_width():
    assert shipped().forward_features(torch.zeros(1, 3, 40, 160)).shape[-2:] == (2, 5)


def test_scribbles_that_it_never_saw_lie_nearer_to_their_own_kind():
    generator = torch.Generator().manual_seed(987)
    scribbles = invent(20, generator)
    first, second = (draw(scribbles, torch.arange(20), 40, generator) for _ in range(2))
    with torch.inference_mode():
        model = shipped()
        seen, again = model((first - 0.5) / 0.5), model((second - 0.5) / 0.5)
    alike = cosine_similarity(seen[:, None], again[None], dim=2)
    assert (alike.argmax(1) == torch.arange(20)).float().mean() >= 0.6


def test_its_card_says_what_is_true():
    card, model = BACKBONES[DEFAULT_BACKBONE], shipped()
    assert (card.parameters, card.input) == (sum(each.numel() for each in model.parameters()), (40, 40))
