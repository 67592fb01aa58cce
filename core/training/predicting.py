"""A finished run's network, answering: the same pictures, the same preparation, the same figures, everywhere.

The final predictions of a run and `predict` both come from here, from the saved folder, in float32.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import timm
import torch
from PIL import Image
from torch import nn

from core.catalog.learners import LEARNERS
from core.data.pixels import Preparation
from core.errors import WeightsError
from core.training.folding import lightened
from core.training.memory import in_halves
from core.training.pooling import pool_to_grid
from core.training.weights import Unfilled, WeightsFolder


class Answers(Protocol):
    """Whatever answers for pictures: a network, or what another learner has found."""

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def preparation(self) -> Preparation: ...

    def probabilities(self, pictures: Sequence[Image.Image]) -> np.ndarray: ...

    def probabilities_of(self, canvases: np.ndarray) -> np.ndarray: ...

    def logits_of(self, canvases: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Predictor:
    """A network with its labels and its way to prepare a picture."""

    model: nn.Module
    classes: tuple[str, ...]
    preparation: Preparation
    device: str = "cpu"

    def probabilities(self, pictures: Sequence[Image.Image], batch_size: int = 64) -> np.ndarray:
        """One row per picture, one column per class."""
        canvases = [self.preparation.canvas_of(picture) for picture in pictures]
        return self.probabilities_of(np.stack(canvases), batch_size)

    def probabilities_of(self, canvases: np.ndarray, batch_size: int = 64) -> np.ndarray:
        return softmax(self.logits_of(canvases, batch_size))

    def logits_of(self, canvases: np.ndarray, batch_size: int = 64) -> np.ndarray:
        with in_full_precision():
            batches = [
                in_halves(self.model, normalised(self.preparation.seen(some), self.preparation, self.device))
                for some in (canvases[at : at + batch_size] for at in range(0, len(canvases), batch_size))
            ]
        return torch.cat(batches).float().cpu().numpy()


@contextmanager
def in_full_precision() -> Iterator[None]:
    """Without gradients; a GPU would quietly compute convolutions with fewer digits than float32 has."""
    with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        yield


def open_as(learner: str, folder: Path, device: str) -> Any:
    """What a learner has saved, opened as its card says: it answers like a predictor."""
    module, _, function = LEARNERS.entry(learner).opens.partition(":")
    return getattr(import_module(module), function)(folder, device)


def open_predictor(folder: Path, device: str = "cpu", light: bool = True) -> Predictor:
    """The network of a saved folder, ready to answer; made light first, unless it will only be asked about a few."""
    saved = WeightsFolder(folder)
    config = saved.config
    try:
        thaw = json.loads((folder / "thaw.json").read_text(encoding="utf-8"))
        classes, preparation = tuple(config["label_names"]), Preparation.from_json(thaw["preparation"])
        pooling = thaw["pooling"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{folder.name}: its preparation cannot be read ({error!r}).") from None
    with Unfilled():
        model = timm.create_model(config["architecture"], num_classes=len(classes), **(config.get("model_args") or {}))
    if not isinstance(pooling, str):
        pool_to_grid(model, (int(pooling[0]), int(pooling[1])), config["architecture"])
    _fill(model, saved, len(classes))
    model = model.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Predictor(lightened(model, preparation.size) if light else model, classes, preparation, device)


def _fill(model: nn.Module, saved: WeightsFolder, classes: int) -> None:
    tensors, wanted = saved.tensors(), model.state_dict()
    for name in wanted:
        if name not in tensors:
            raise WeightsError(f"{saved.path.name}: its weights lack {name}; train the run again.")
        have, want = tuple(tensors[name].shape), tuple(wanted[name].shape)
        if have != want:
            raise WeightsError(
                f"{saved.path.name}: {name} has the shape {have} where {want} is needed for {classes} classes; "
                "its backbone alone can still be used as a start (backbone: run:ID)."
            )
    model.load_state_dict({name: tensors[name] for name in wanted})


def normalised(
    pictures: np.ndarray | torch.Tensor, preparation: Preparation, device: str | torch.device
) -> torch.Tensor:
    """A batch of bytes (n, height, width, 3) as the network takes it: float32, channels first, normalised.

    Line by line, with the mean and the spread of a whole line: three figures at a time take four times as long.
    """
    batch = torch.as_tensor(pictures).to(device).float().div_(255)
    width = batch.shape[2]
    mean = torch.tensor(preparation.mean, device=batch.device).repeat(width)
    std = torch.tensor(preparation.std, device=batch.device).repeat(width)
    batch.view(-1, 3 * width).sub_(mean).div_(std)
    return batch.permute(0, 3, 1, 2)


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
