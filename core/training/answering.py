"""What saved weights say of pictures whose features are kept: the same as from their pixels, in a fraction of the time.

That holds only if the weights below the border are still those that made the features; so it is looked at, weight by
weight, and two pictures are asked in both ways. Answers are given in float32: a run that learns in another precision
has features of its own for them, computed once for the best weights and the last.
"""

import math
from collections.abc import Iterator
from itertools import chain

import numpy as np
import torch

from core.training.feeding import Feeder
from core.training.folding import alike
from core.training.memory import in_halves
from core.training.predicting import Predictor, in_full_precision
from core.training.splitting import Cut
from core.training.weights import Tensors

AT_ONCE = 64
LARGE = 2**26
"""Bytes of features: of larger ones there are fewer at once."""
ASKED_TWICE = 2


def logits_from_features(
    feeder: Feeder, predictor: Predictor, state: Tensors, indices: np.ndarray
) -> Iterator[np.ndarray] | None:
    """A row per picture, some at a time; None where these weights have to look at the pictures themselves."""
    cut = feeder.cut
    if cut is None or not _made_by_these(feeder, cut, state) or not feeder.has_features_of(indices):
        return None
    at_once = max(1, min(AT_ONCE, LARGE // (4 * math.prod(cut.shape))))
    chunks = np.split(indices, range(at_once, len(indices), at_once))
    said = (_through(cut, predictor, feeder.features_of(chunk)) for chunk in chunks)
    first = next(said)
    seen = predictor.logits_of(feeder.lesson.canvases[chunks[0][:ASKED_TWICE]])
    return chain([first], said) if alike(torch.from_numpy(first[:ASKED_TWICE]), torch.from_numpy(seen)) else None


def _made_by_these(feeder: Feeder, cut: Cut, state: Tensors) -> bool:
    made_by = feeder.net.beginning.copy(cut.state()) if feeder.answering else {}
    return bool(made_by) and all(name in state and _equal(state[name], made_by[name]) for name in made_by)


def _equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    """What nobody has changed is one and the same, and needs no comparison."""
    return one is other or torch.equal(one, other)


def _through(cut: Cut, predictor: Predictor, features: np.ndarray) -> np.ndarray:
    """What comes after the border, of the network that was read back."""
    with in_full_precision():
        return in_halves(cut.of(predictor.model).suffix, torch.from_numpy(features)).float().numpy()
