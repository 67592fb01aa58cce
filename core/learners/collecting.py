"""Features of many pictures, computed once and kept: rows on disk that every run with the same backbone shares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from core.data.rows import Rows
from core.errors import TrainingError
from core.learners.backbones import Branch
from core.recipe import Recipe
from core.training.folding import lightened
from core.training.frozen import kept_features, made_ready
from core.training.lesson import Lesson
from core.training.memory import in_halves
from core.training.model import Net
from core.training.parts import HEAD
from core.training.plan import Plan
from core.training.predicting import normalised


@dataclass
class Collection:
    """What all branches see of each picture of a lesson."""

    recipe: Recipe
    lesson: Lesson
    nets: Sequence[Net]
    branches: Sequence[Branch]
    plan: Plan
    device: torch.device
    width: int = 0
    """Features per picture."""
    _kept: list[Rows] = field(default_factory=list)
    _light: list[nn.Module] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._light = [lightened(each, self.lesson.canvases.preparation.size) for each in self.branches]
        example = self._pictures(self.lesson.splits["train"][:1])
        for net, branch, light in zip(self.nets, self.branches, self._light, strict=True):
            shape = self._seen(light, example).shape[1:]
            self.width += shape[0]
            self._kept.append(kept_features(self.lesson, net, shape, **self._made(net, branch)))

    def __getitem__(self, numbers: np.ndarray) -> np.ndarray:
        return np.concatenate([rows[numbers] for rows in self._kept], axis=1)

    def missing(self, numbers: np.ndarray) -> int:
        """How many pictures a backbone has still to look at."""
        return sum(len(rows.missing(numbers)) for rows in self._kept)

    def gather(self, numbers: np.ndarray) -> Iterator[int]:
        """Compute what is not kept yet; after each batch, of how many pictures."""
        for light, rows in zip(self._light, self._kept, strict=True):
            missing = rows.missing(numbers)
            batches = np.split(missing, range(self.plan.eval_batch, len(missing), self.plan.eval_batch))
            pictures = made_ready(self._pictures, batches if len(missing) else [], self.plan, self.device)
            shown = zip(batches, pictures, strict=False)
            yield from rows.kept((batch, self._checked(self._seen(light, each))) for batch, each in shown)

    def _pictures(self, numbers: np.ndarray) -> np.ndarray:
        return self.lesson.canvases.preparation.seen(self.lesson.canvases[numbers])

    def _seen(self, light: nn.Module, pictures: np.ndarray) -> np.ndarray:
        batch = normalised(pictures, self.lesson.canvases.preparation, self.device)
        batch = batch.contiguous(memory_format=self.plan.layout)
        autocast = torch.autocast(self.device.type, torch.bfloat16, enabled=self.plan.precision == "bf16")
        with torch.inference_mode(), autocast, torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            return in_halves(light, batch).float().cpu().contiguous().numpy()

    def _checked(self, features: np.ndarray) -> np.ndarray:
        """Features must be numbers: no classifier can go on from what has overflowed."""
        if np.isfinite(features).all():
            return features
        raise TrainingError(
            f"The features of {self.recipe.backbone} are not all finite numbers; choose other weights, another "
            "normalisation, or precision: float32."
        )

    def _made(self, net: Net, branch: Branch) -> dict[str, object]:
        """Whatever else features depend on.

        Those that a lone head learns from are made, and kept, in the same way; but not on a GPU, which may round them.
        """
        stage, first = branch.reading.stage, net is self.nets[0]
        exactly = [] if self.device.type == "cpu" else ["without TF32"]
        return {
            "weights": net.weights_hash,
            "pooling": self.recipe.to_json()["pooling"],
            "boundary": HEAD if stage == 0 else f"{stage} before the end",
            "computed": [self.plan.precision, self.plan.memory_format, self.device.type, *exactly],
            "view": "plain" if first else ["as shown to", self.nets[0].preparation.to_json()],
        }
