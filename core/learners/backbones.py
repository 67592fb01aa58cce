"""A frozen backbone as a maker of features: pictures go in, one row of numbers for each comes out.

Several may stand side by side. All are shown the picture as the first one is; each brings it to the size and the
colours that it has learned with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from core.catalog.learners import OnFeatures
from core.catalog.strategies import STRATEGIES
from core.data.pixels import Canvases, Preparation, measured_colours
from core.errors import RecipeError
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.model import Net, build
from core.training.modes import at_rest

Pooling = str | tuple[int, int]


@dataclass(frozen=True)
class Reading:
    """What is read off a backbone, and how its pictures differ from those that it is shown."""

    stage: int
    pooling: Pooling
    size: tuple[int, int]
    scale: tuple[float, ...]
    shift: tuple[float, ...]

    @classmethod
    def of(cls, own: Preparation, shown: Preparation, stage: int, pooling: Pooling) -> "Reading":
        """What brings a picture from one preparation's colours to the other's."""
        scale = tuple(there / here for there, here in zip(shown.std, own.std, strict=True))
        gaps = zip(shown.mean, own.mean, own.std, strict=True)
        return cls(stage, pooling, own.size, scale, tuple((there - here) / std for there, here, std in gaps))

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Reading":
        pooling = given["pooling"]
        return cls(
            stage=int(given["stage"]),
            pooling=pooling if isinstance(pooling, str) else (int(pooling[0]), int(pooling[1])),
            size=(int(given["size"][0]), int(given["size"][1])),
            scale=tuple(map(float, given["scale"])),
            shift=tuple(map(float, given["shift"])),
        )


class Branch(nn.Module):
    """One backbone, and what is read off it."""

    def __init__(self, body: nn.Module, reading: Reading):
        super().__init__()
        self.body, self.reading = body, reading

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        pictures = self._fitted(pictures)
        if self.reading.stage == 0:
            features = self.body.forward_features(pictures)  # type: ignore[operator]
            return self.body.forward_head(features, pre_logits=True).flatten(1)  # type: ignore[operator]
        where = [-1 - self.reading.stage]
        (maps,) = self.body.forward_intermediates(  # type: ignore[operator]
            pictures, indices=where, stop_early=True, intermediates_only=True
        )
        return pooled(maps, self.reading.pooling)

    def _fitted(self, pictures: torch.Tensor) -> torch.Tensor:
        if any(each != 1 for each in self.reading.scale) or any(self.reading.shift):
            scale, shift = (
                pictures.new_tensor(each).view(1, 3, 1, 1) for each in (self.reading.scale, self.reading.shift)
            )
            pictures = pictures * scale + shift
        if tuple(pictures.shape[-2:]) == self.reading.size:
            return pictures
        return functional.interpolate(pictures, self.reading.size, mode="bilinear", antialias=True)


class Features(nn.Module):
    """What all branches see of a picture, side by side."""

    def __init__(self, branches: Sequence[Branch]):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    @property
    def feature_info(self) -> list[dict[str, str]]:
        """timm's stages of all backbones; the first one's stand last, where it is asked what a network looked at."""
        return [
            {"module": f"branches.{place}.body.{each['module']}"}
            for place, branch in reversed(list(enumerate(self.branches)))
            for each in getattr(branch.body, "feature_info", [])
            if each.get("module")
        ]

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return torch.cat([branch(pictures) for branch in self.branches], dim=1)


def pooled(maps: torch.Tensor, pooling: Pooling) -> torch.Tensor:
    """One row per picture, as the recipe pools."""
    match pooling:
        case "avg":
            return maps.mean((2, 3))
        case "max":
            return maps.amax((2, 3))
        case "both":
            return (maps.mean((2, 3)) + maps.amax((2, 3))) / 2
    return functional.adaptive_avg_pool2d(maps, pooling).flatten(1)  # type: ignore[arg-type]


def build_backbones(recipe: Recipe, learner: OnFeatures, lesson: Lesson) -> list[Net]:
    """The recipe's backbone and those that are joined to it, with the lesson prepared as the first one wants it."""
    plain = replace(
        recipe,
        strategy=STRATEGIES.choose("full"),
        regularizers=(),
        augmentation=(),
        pooling=recipe.pooling if learner.stage == 0 else "avg",
    )
    names = (recipe.backbone, *learner.joined)
    nets = [build(replace(plain, backbone=name), lesson.source.classes, lesson.home) for name in names]
    if recipe.normalisation == "measured":
        _measure_colours(nets, lesson)
    lesson.prepare(nets[0].preparation)
    return nets


def _measure_colours(nets: list[Net], lesson: Lesson) -> None:
    shown = Canvases(lesson.source, nets[0].preparation, lesson.home.cache)
    mean, std = measured_colours(shown, lesson.splits["train"])
    for net in nets:
        net.preparation = replace(net.preparation, mean=mean, std=std)


def branches_of(nets: Sequence[Net], recipe: Recipe, learner: OnFeatures) -> list[Branch]:
    """Each backbone with what is read off it; one that cannot be read so is told from."""
    names, shown = (recipe.backbone, *learner.joined), nets[0].preparation
    return [
        checked(Branch(net.model, Reading.of(net.preparation, shown, learner.stage, recipe.pooling)), name, shown)
        for name, net in zip(names, nets, strict=True)
    ]


def checked(branch: Branch, name: str, shown: Preparation) -> Branch:
    """The branch, if it makes a row of an empty picture."""
    stage = branch.reading.stage
    try:
        with at_rest(branch), torch.no_grad():
            branch(torch.zeros(1, 3, *shown.size))
    except (AttributeError, TypeError):
        raise RecipeError("learner.stage", stage, f"timm gives no features of {name} there, choose 0") from None
    except (AssertionError, IndexError, ValueError):
        raise RecipeError(
            "learner.stage", stage, f"{name} has fewer stages before its last, choose a lower one"
        ) from None
    return branch


def frozen_stages(nets: Sequence[Net]) -> Iterator[dict[str, Any]]:
    """Every stage of every backbone as events tell of them: none of them learns. Names that clash are told apart."""
    for place, net in enumerate(nets):
        sizes = {name: parameter.numel() for name, parameter in net.model.named_parameters()}
        for stage in net.stages[:-1]:
            name = stage.name if len(nets) == 1 else f"{stage.name} ({place + 1})"
            yield {"name": name, "parameters": sum(sizes[each] for each in stage.parameters), "trained": 0}
