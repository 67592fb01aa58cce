"""Whether a picture is like anything a run has learned from.

A network answers for anything, for a photograph among digits as well. Yet the means and the spreads of what its stages
make of such a picture lie far from those of its training pictures: farther than almost all validation pictures do,
which it has not learned from either. (The last features alone tell worse: training has taught them to see only what
tells its own classes apart.)
"""

from dataclasses import dataclass

import numpy as np
import torch

from core.home import Home
from core.recipe import Recipe
from core.training.attribution import stages_of
from core.training.lesson import Lesson
from core.training.predicting import Predictor, in_full_precision, normalised, softmax

LEARNED_FROM, HELD_OUT = 256, 256
"""Pictures that are looked at, at most."""
NEIGHBOURS = 3
PERCENTILE = 99.0
SLACK = 1.15
"""Held-out pictures are few, and the farthest of the next few may be a little farther."""
AT_ONCE = 32


@dataclass(frozen=True)
class Familiarity:
    """What a run knows: its training pictures, as its stages see them, and how far is too far."""

    known: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    limit: float

    def distances(self, rows: np.ndarray) -> np.ndarray:
        """The mean distance of each picture to the nearest few that are known."""
        asked, known = (rows - self.mean) / self.spread, (self.known - self.mean) / self.spread
        squares = (asked**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2 * asked @ known.T
        return np.sqrt(np.maximum(np.sort(squares, axis=1)[:, :NEIGHBOURS], 0)).mean(axis=1)

    def judge(self, predictor: Predictor, canvases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each picture its probabilities, and whether nothing in training was like it: computed at once."""
        rows, logits = _looked_at(predictor, canvases)
        return softmax(logits), self.distances(rows) > self.limit


def familiarity(predictor: Predictor, recipe: Recipe, home: Home) -> Familiarity:
    """Looks at some training and validation pictures of the run's dataset."""
    lesson = Lesson.load(recipe, home)
    lesson.prepare(predictor.preparation)
    some = (_some(lesson.splits["train"], LEARNED_FROM), _some(lesson.splits["val"], HELD_OUT))
    known, held_out = (statistics_of(predictor, lesson.canvases[numbers]) for numbers in some)
    least = 1e-3 * np.abs(known).max(0) + 1e-6
    open_end = Familiarity(known, known.mean(0), known.std(0) + least, np.inf)
    limit = SLACK * float(np.percentile(open_end.distances(held_out), PERCENTILE))
    return Familiarity(open_end.known, open_end.mean, open_end.spread, limit)


def statistics_of(predictor: Predictor, canvases: np.ndarray) -> np.ndarray:
    """A row for each picture: the mean and the spread of every channel, of the picture and behind each stage."""
    return _looked_at(predictor, canvases)[0]


def _looked_at(predictor: Predictor, canvases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The statistics of each picture, and what the network says of it in the same pass."""
    batches = [_looked_at_once(predictor, canvases[at : at + AT_ONCE]) for at in range(0, len(canvases), AT_ONCE)]
    rows, logits = zip(*batches, strict=True)
    return np.concatenate(rows), np.concatenate(logits)


def _looked_at_once(predictor: Predictor, canvases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pictures = normalised(predictor.preparation.seen(canvases), predictor.preparation, predictor.device)
    with in_full_precision():
        found, logits = stages_of(predictor.model, pictures)
    flat = [_places_last(each).float() for each in (pictures, *found) if each.dim() > 2]
    rows = [figure for each in flat for figure in _mean_and_spread(each)]
    return torch.cat(rows, 1).cpu().numpy(), logits.float().cpu().numpy()


def _mean_and_spread(channels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of each channel's places; torch's own spread takes twenty times as long where channels lie last."""
    mean = channels.mean(2, keepdim=True)
    return mean[..., 0], (channels - mean).square_().mean(2).sqrt_()


def _places_last(features: torch.Tensor) -> torch.Tensor:
    return features.flatten(2) if features.dim() == 4 else features.transpose(1, 2)


def _some(indices: np.ndarray, count: int) -> np.ndarray:
    return indices[np.linspace(0, len(indices) - 1, min(count, len(indices))).astype(int)]
