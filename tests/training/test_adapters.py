"""Adapters learn beside the weights, and merged away they leave a network that computes the same."""

import pytest
import timm
import torch

from core.catalog.strategies import STRATEGIES
from core.home import Home
from core.recipe import Recipe
from core.training.model import build

NETWORKS = {
    "resnet18": 32,
    "test_vit": 160,
    "test_convnext": 64,
    "mobilenetv3_small_050": 64,
    "tf_mobilenetv3_small_minimal_100": 64,
    "nf_regnet_b0": 64,
    "eva02_tiny_patch14_224": 224,
}
"""Plain ones, padding as in TensorFlow, weights that are standardised first, and weights taken past their layers."""


@pytest.mark.parametrize("name", NETWORKS)
def test_merged_weights_compute_what_the_adapted_network_does(name: str, home: Home):
    size = (NETWORKS[name], NETWORKS[name])
    recipe = Recipe(backbone=name, pretrained=False, strategy=STRATEGIES.choose("lora"), image_size=size)
    net = build(recipe, ["a", "b"], home)
    assert net.adapted is not None and net.adapted.layers
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for key, parameter in net.model.named_parameters():
            if "lora_B" in key:
                parameter.copy_(0.05 * torch.randn(parameter.shape, generator=generator))
    pictures = torch.randn(2, 3, *size, generator=generator)
    plain = timm.create_model(net.blueprint.architecture, num_classes=2, **net.blueprint.model_args).eval()
    plain.load_state_dict(net.plain_state())
    with torch.inference_mode():
        torch.testing.assert_close(plain(pictures), net.model.eval()(pictures), atol=1e-4, rtol=1e-3)
