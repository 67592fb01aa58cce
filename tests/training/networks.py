"""A network of each kind that timm knows, on pictures as small as it takes them."""

from typing import Any

import timm
import torch
from torch import nn

NETWORKS = {
    "resnet18": 32,
    "mobilenetv3_small_050": 32,
    "efficientnet_b0": 32,
    "convnext_atto": 32,
    "vit_tiny_patch16_224": 64,
    "swin_tiny_patch4_window7_224": 64,
    "regnetx_002": 32,
    "densenet121": 32,
    "vgg11": 32,
    "deit_tiny_distilled_patch16_224": 64,
}
"""Each with the height and width of its pictures."""

LESS_OF = {"vgg11": {"mlp_ratio": 1 / 64}}
"""A hundred million of its weights are one layer below the head; a narrower one stands in the same place."""


def network_of_three(name: str) -> tuple[nn.Module, torch.Tensor]:
    """One for three classes, the same every time, and two pictures for it."""
    torch.manual_seed(0)
    size = NETWORKS[name]
    fixed: dict[str, Any] = {"img_size": size} if "patch" in name else LESS_OF.get(name, {})
    return timm.create_model(name, num_classes=3, **fixed).eval(), torch.randn(2, 3, size, size)
