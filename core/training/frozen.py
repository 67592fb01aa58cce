"""What a frozen prefix makes of pictures: computed once, and kept as rows on disk.

Rows are keyed by the data, the weights that they depend on, the preparation, the precision and the border: whoever
makes them in the same way shares them.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import timm
import torch
from torch import nn

from core.data.batches import Made, Varied, in_turns, prefetched
from core.data.pixels import VERSION as CANVASES
from core.data.rows import Rows
from core.recipe import Recipe
from core.training.keeping import Costs, memory_for_reading, room_on
from core.training.lesson import Lesson
from core.training.memory import in_halves, ran_out
from core.training.model import Net
from core.training.modes import at_rest
from core.training.plan import Plan
from core.training.predicting import normalised
from core.training.splitting import Cut, cut_below
from core.training.team import Team


def kept_features(lesson: Lesson, net: Net, shape: Sequence[int], **made: Any) -> Rows:
    """The rows on disk for features made in one way."""
    about = {
        "data": lesson.source.fingerprint,
        "by": [CANVASES, timm.__version__, torch.__version__],
        "architecture": net.blueprint.architecture,
        "arguments": json.dumps(net.blueprint.model_args, sort_keys=True),
        "preparation": net.preparation.to_json(),
        **made,
    }
    return Rows(lesson.home.cache / "features", about, len(lesson.source), shape, np.float32)


def entering(pictures: np.ndarray | torch.Tensor, net: Net, plan: Plan, device: torch.device) -> torch.Tensor:
    """A batch of bytes as the network takes it, in memory as the plan wants it."""
    return normalised(pictures, net.preparation, device).contiguous(memory_format=plan.layout)


def made_ready(
    make: Callable[[np.ndarray], Made], batches: list[np.ndarray], plan: Plan, device: torch.device
) -> Iterator[Made]:
    """Pictures that a network looks at once: ahead of it, or in turns with it where both want all cores."""
    if device.type == "cpu" and plan.compute_threads > 1:
        return in_turns(make, batches, plan.compute_threads)
    return prefetched(make, batches, plan.threads)


def cut_if_it_fits(model: nn.Module, learning: Iterable[str], example: torch.Tensor) -> Cut | None:
    """The network in two, below the parameters that learn; where not even an example fits, nothing is kept."""
    try:
        with at_rest(model):
            return cut_below(model, learning, example)
    except (RuntimeError, MemoryError) as error:
        if not ran_out(error):
            raise
        return None


@dataclass
class Frozen:
    """The prefix of a network that is frozen at one pace, and what it has made of pictures."""

    recipe: Recipe
    net: Net
    lesson: Lesson
    plan: Plan
    device: torch.device
    team: Team
    cut: Cut
    _rows: dict[str, Rows] = field(default_factory=dict)

    def in_precision(self, precision: str) -> "Frozen":
        """The same, computed so."""
        if precision == self.plan.precision:
            return self
        return replace(self, plan=replace(self.plan, precision=precision), _rows={})

    def rows(self, varied: Varied, view: int) -> Rows:
        """Those of one view. The plain view is evaluation's, and training's where nothing is varied."""
        name = f"view {view}" if varied.augmentations else "plain"
        if name not in self._rows:
            recipe = self.recipe.to_json()
            self._rows[name] = kept_features(
                self.lesson,
                self.net,
                self.cut.shape,
                weights=self._weights,
                pooling=recipe["pooling"],
                boundary=self.cut.boundary,
                computed=[self.plan.precision, self.plan.memory_format, self.device.type],
                view=[recipe["augmentation"], self.recipe.seed, view] if varied.augmentations else "plain",
            )
        return self._rows[name]

    def completed(self, varied: Varied, numbers: np.ndarray, view: int = 0) -> Iterator[int]:
        """Compute what is not kept yet: each member its share, then whatever the others keep in homes of their own.

        After each batch, how many pictures it had.
        """
        rows = self.rows(varied, view)
        missing = rows.missing(numbers)
        if self.team.summed([len(missing)])[0]:
            yield from self._computed(varied, rows, self.team.share(missing), view)
            self.team.summed([0])  # by now everyone has written
            yield from self._computed(varied, rows, rows.missing(numbers), view)

    def _computed(self, varied: Varied, rows: Rows, missing: np.ndarray, view: int) -> Iterator[int]:
        if not len(missing):
            return
        batches = np.split(missing, range(self.plan.eval_batch, len(missing), self.plan.eval_batch))
        pictures = made_ready(lambda batch: varied.pictures(batch, 0, view), batches, self.plan, self.device)
        yield from rows.kept((batch, self.features(made)) for batch, made in zip(batches, pictures, strict=True))

    def features(self, pictures: np.ndarray) -> np.ndarray:
        """What the prefix makes of pictures, as it is kept."""
        batch = entering(pictures, self.net, self.plan, self.device)
        with torch.inference_mode(), self.plan.computing(self.device):
            return in_halves(self.through, batch).float().cpu().contiguous().numpy()

    def through(self, batch: torch.Tensor) -> torch.Tensor:
        """In evaluation mode, remembering nothing for gradients."""
        with at_rest(self.net.model), torch.no_grad():
            return self.cut.prefix(batch)

    def costs(self, varied: Varied, numbers: np.ndarray, views: int, epochs: int) -> Costs:
        """What it costs to keep the features of some pictures, for epochs that look at so many views in turn."""
        every = [self.rows(varied, view) for view in range(min(views, epochs))]
        return Costs(
            operations=self.cut.operations,
            row_bytes=every[0].row_bytes,
            pictures=len(numbers),
            epochs=epochs,
            views=views,
            there=sum(len(numbers) - len(rows.missing(numbers)) for rows in every),
            pace=self.plan.pace,
            room=room_on(self.lesson.home.cache),
            memory=memory_for_reading(),
        )

    @cached_property
    def _weights(self) -> str:
        """They are the same for as long as this is frozen."""
        return self.net.hash_of(self.cut.state())
