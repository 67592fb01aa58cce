"""How the last map becomes features: what timm calls it, and a grid of cells, which timm has not."""

from collections.abc import Mapping
from typing import Any

import timm
import torch
from torch import nn

from core.errors import RecipeError

POOLING = {"avg": "avg", "max": "max", "both": "avgmax"}
WITH_TOKENS = ("vision_transformer", "vision_transformer_hybrid", "vision_transformer_relpos", "deit")
"""timm's modules of transformers that would pool behind a new norm."""


def pooling_args(pooling: str | tuple[int, int], architecture: str) -> dict[str, Any]:
    """timm's name for the pooling; a transformer keeps its pretrained norm before it, not a new one after."""
    wanted = POOLING[pooling] if isinstance(pooling, str) else "avg"
    module = timm.models.model_entrypoint(architecture).__module__  # type: ignore[attr-defined]
    has_tokens = module.rpartition(".")[2] in WITH_TOKENS
    return {"global_pool": wanted, "fc_norm": False} if has_tokens else {"global_pool": wanted}


def pools_its_own_way(model_args: Mapping[str, Any]) -> bool:
    """Whether a network was built without being told how to pool."""
    return "global_pool" not in model_args


class GridPool(nn.Module):
    """Average each cell of a grid over the last map, so that a wide picture keeps its left and right."""

    def __init__(self, grid: tuple[int, int]):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(grid)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.pool(features).flatten(1)


def pool_to_grid(model: nn.Module, grid: tuple[int, int], backbone: str) -> None:
    """Put the grid where the global pooling was, and a classifier of the right width behind it."""
    owner = next((module for module in model.modules() if hasattr(module, "global_pool")), None)
    classifier = model.get_classifier()  # type: ignore[operator]
    if (
        owner is None
        or not isinstance(getattr(owner, "global_pool", None), nn.Module)
        or not isinstance(classifier, nn.Linear)
    ):
        raise RecipeError("pooling", list(grid), f"{backbone} has no map to pool, choose avg, max or both")
    owner.global_pool = GridPool(grid)
    wider = nn.Linear(classifier.in_features * grid[0] * grid[1], classifier.out_features)
    name = next(name for name, module in model.named_modules() if module is classifier)
    parent, _, child = name.rpartition(".")
    setattr(model.get_submodule(parent), child, wider)
