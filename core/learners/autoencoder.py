"""The autoencoder: it first learns to draw pictures again from a few numbers, then to name them by these numbers."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.learners import LEARNERS, Autoencoding
from core.data.batches import Varied
from core.data.pixels import Preparation
from core.home import Home
from core.learners.coding import Autoencoder
from core.learners.course import study
from core.learners.estimating_study import estimated
from core.learners.numbers import numbers_of
from core.learners.pupil import Learned, Pupil
from core.learners.reconstructions import SHEET, SHOWN, Rebuilder, save_rebuilder, sheet
from core.learners.sizing import size_for
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.modes import at_rest
from core.training.objective import class_weights
from core.training.predicting import normalised
from core.training.weights import Tensors

LOW, HIGH = 16, 64
"""The shorter side of a picture, in pixels, where the recipe names no size."""
LOOKED_AT = 512
LEAST = 1e-4
"""The spread of pixels where all pictures are alike."""


@dataclass(frozen=True, kw_only=True)
class Coder(Pupil):
    """Squeezes pictures into a few numbers."""

    model: Autoencoder
    chosen: Autoencoding
    spread: float
    """The variance of the pixels: what drawing their mean alone would leave unexplained."""
    weights: torch.Tensor | None

    @property
    def stages(self) -> Mapping[str, nn.Module]:
        return {name: getattr(self.model, name) for name in ("encoder", "decoder", "classifier")}

    def scales(self, epoch: int) -> list[float]:
        if not self.is_ready(epoch):
            return [1.0, 1.0, 0.0]
        return [1.0, 1.0, 1.0] if self.chosen.encoder_learns else [0.0, 0.0, 1.0]

    def is_ready(self, epoch: int) -> bool:
        """Whether it learns to name by now; there is always an epoch left for that."""
        return epoch >= min(round(self.chosen.reconstruct * self.recipe.epochs), self.recipe.epochs - 1)

    def batches(self, epoch: int) -> list[np.ndarray]:
        size = min(self.recipe.batch_size, len(self.lesson.splits["train"]))
        return self.lesson.batches(self.recipe, size, epoch)

    def feed(self, batch: np.ndarray, epoch: int) -> Any:
        varied = [AUGMENTATIONS.build(each) for each in self.recipe.augmentation if each.name != "none"]
        pictures = Varied(self.lesson.canvases, varied, self.recipe.seed).pictures(batch, epoch)
        return pictures, self.lesson.source.labels[batch]

    def losses(self, fed: Any, epoch: int) -> Learned:
        pictures, labels = fed[0], torch.from_numpy(fed[1]).to(self.device)
        seen = normalised(pictures, self.lesson.canvases.preparation, self.device)
        latents = self.model.encoder(seen)
        losses: dict[str, torch.Tensor] = {}
        encoder, _, classifier = self.scales(epoch)
        if encoder:
            losses["reconstruction"] = self._unexplained(latents, seen)
        if classifier:
            scores = self.model.classifier(latents)
            losses["cross_entropy"] = functional.cross_entropy(scores, labels, self.weights)
            return Learned(losses, (scores.argmax(1) == labels).sum(), len(labels))
        with torch.no_grad():
            return Learned(losses, (self.model.classifier(latents).argmax(1) == labels).sum(), len(labels))

    def _unexplained(self, latents: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """What is wrong about the pictures that were drawn again, as a share of all that there is to draw."""
        return functional.mse_loss(self.model.decoder(latents), seen / 2 + 0.5) / self.spread

    def extras(self) -> dict[str, float]:
        rebuilder, some = self.answers(), self.lesson.splits["val"][:LOOKED_AT]
        canvases = self.lesson.canvases[some]
        with at_rest(self.model):
            wrong = (rebuilder.reconstructions(canvases) - rebuilder.preparation.seen(canvases).astype(float)) / 255
        return {"val_reconstruction": float((wrong**2).mean()) / self.spread}

    def answers(self) -> Rebuilder:
        return Rebuilder(self.model, self.classes, self.lesson.canvases.preparation, str(self.device))

    def save(self, folder: Path, state: Tensors) -> None:
        model = copy.deepcopy(self.model)
        model.load_state_dict(state)
        rebuilder = Rebuilder(model.eval(), self.classes, self.lesson.canvases.preparation, str(self.device))
        about = {"recipe": self.recipe.to_json(), "latent": self.chosen.latent, "places": self.chosen.places}
        save_rebuilder(folder, rebuilder, state, about)
        shown = self.lesson.splits.get("test", self.lesson.splits["val"])[:SHOWN]
        sheet(rebuilder, self.lesson.canvases[shown]).save(folder / SHEET)


def coder_of(recipe: Recipe, device: torch.device, home: Home) -> Coder:
    chosen = LEARNERS.build(recipe.learner)
    assert isinstance(chosen, Autoencoding), "its entry in the catalog"
    lesson = Lesson.load(recipe, home)
    classes = lesson.source.classes
    size = size_for(recipe, lesson.source, LOW, HIGH)
    lesson.prepare(Preparation(size=size, fit=recipe.fit, mean=(0.5,) * 3, std=(0.5,) * 3))
    numbers = numbers_of(classes, "autoencoder with places", recipe.dataset) if chosen.places else len(classes)
    torch.manual_seed(recipe.seed)
    coder = Coder(
        recipe=recipe,
        device=device,
        lesson=lesson,
        model=Autoencoder(size, chosen.latent, numbers, chosen.places).to(device),
        chosen=chosen,
        spread=_spread(lesson),
        weights=class_weights(lesson).to(device) if recipe.class_balance == "weights" else None,
    )
    coder.notices.extend(_notices(recipe))
    return coder


def _spread(lesson: Lesson) -> float:
    """Over some training pictures, how far pixels are from the mean of their place, squared."""
    train = lesson.splits["train"]
    some = lesson.canvases[train[np.unique(np.linspace(0, len(train) - 1, LOOKED_AT).astype(int))]] / 255.0
    return max(LEAST, float(some.var(0).mean()))


def _notices(recipe: Recipe) -> list[tuple[str, str]]:
    said = (
        "The loss of reconstruction is the share of the pixels' variance that is drawn wrongly: 1 is the mean picture."
    )
    ignored = "The autoencoder has an encoder of its own: backbone, strategy and regularizers are not used."
    return [("reconstruction", said), ("ignored", ignored)]


learn_autoencoder = partial(study, coder_of)
estimate_autoencoder = partial(estimated, coder_of)
