"""One convolution tells what bf16 gains here; what prepares it is not counted, and nothing is left behind."""

import time

import pytest
import timm
import torch
from torch.nn import functional

from core.training.hardware import TURNS, gain_of_bf16, has_large_products_alone

UNIT = 0.01
"""Seconds: more than a sleep is ever late by in each of several turns."""


@pytest.mark.parametrize(("float32", "bf16"), [(4, 1), (1, 4)])
def test_the_gain_is_how_many_times_as_quick_bf16_is_once_it_is_prepared(
    monkeypatch: pytest.MonkeyPatch, float32: int, bf16: int
):
    seen: list[torch.dtype] = []

    def convolve(pictures: torch.Tensor, weight: torch.Tensor, padding: int) -> None:
        assert pictures.dtype == weight.dtype and torch.is_inference_mode_enabled() and torch.get_num_threads() == 1
        first = pictures.dtype not in seen
        seen.append(pictures.dtype)
        time.sleep(UNIT * (10 * first + {torch.float32: float32, torch.bfloat16: bf16}[pictures.dtype]))

    monkeypatch.setattr(functional, "conv2d", convolve)
    assert gain_of_bf16(1) == pytest.approx(float32 / bf16, rel=0.3)
    assert seen == [torch.float32, torch.bfloat16] * TURNS, "in turn"


def test_a_real_convolution_is_timed_and_threads_and_chance_stay_as_they_were():
    threads, chance = torch.get_num_threads(), torch.get_rng_state()
    assert 0 < gain_of_bf16(threads + 1) < float("inf")
    assert threads == torch.get_num_threads() and torch.equal(chance, torch.get_rng_state())


@pytest.mark.parametrize(
    ("backbone", "alone"),
    [
        ("test_resnet", True),
        ("test_vit", True),
        ("test_efficientnet", False),
        ("test_convnext", False),
    ],
)
def test_a_layer_that_keeps_channels_apart_is_another_matter(backbone: str, alone: bool):
    assert has_large_products_alone(timm.create_model(backbone)) == alone
