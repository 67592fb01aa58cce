"""What enters the network: pictures, or what its frozen prefix made of them, computed once and kept.

As long as the same prefix stays frozen, its features are rows on disk, keyed by the data, the weights it depends on,
the preparation, the precision and the border. A strategy that moves the border gets a new cut at the next epoch.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import torch

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
from core.data.batches import Varied, prefetched
from core.data.rows import Rows
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.memory import in_halves, ran_out
from core.training.model import Net
from core.training.modes import at_rest
from core.training.plan import Plan
from core.training.predicting import normalised
from core.training.splitting import Cut, cut_below
from core.training.team import Team
from core.training.weights import hash_of

LARGEST_STORE = 8 * 2**30
"""Bytes of features that one run may keep on disk; more is computed afresh each epoch."""


@dataclass(frozen=True)
class Fed:
    """One batch as it enters: pictures (bytes) or features (floats), and the pictures' numbers."""

    inputs: np.ndarray
    indices: np.ndarray
    are_features: bool
    of: int
    """How many pictures the whole batch has: where others learn too, this is a share of it."""


def kept_features(lesson: Lesson, net: Net, shape: Sequence[int], **made: Any) -> Rows:
    """The rows on disk for features made in one way: who makes them in the same way shares them."""
    about = {
        "data": lesson.source.fingerprint,
        "architecture": net.blueprint.architecture,
        "arguments": json.dumps(net.blueprint.model_args, sort_keys=True),
        "preparation": net.preparation.to_json(),
        **made,
    }
    return Rows(lesson.home.cache / "features", about, len(lesson.source), shape, np.float32)


@dataclass
class Feeder:
    """Decides for every epoch what enters, and makes it."""

    recipe: Recipe
    net: Net
    lesson: Lesson
    plan: Plan
    device: torch.device
    team: Team
    cut: Cut | None = None
    keeps_training: bool = False
    note: str = "none"
    """What the frozen prefix cost this epoch: none is frozen or kept, or its features were computed, reused, afresh."""
    _stores: dict[str, Rows] = field(default_factory=dict)
    _boundary: frozenset[str] | None = None

    def __post_init__(self) -> None:
        self.strategy = STRATEGIES.build(self.recipe.strategy)
        augmentations = [AUGMENTATIONS.build(each) for each in self.recipe.augmentation]
        self.varied = Varied(self.lesson.canvases, augmentations, self.recipe.seed)
        self.plain = Varied(self.lesson.canvases, [], self.recipe.seed)
        self.mixes = any(REGULARIZERS.entry(each.name).changes_pictures for each in self.recipe.regularizers)
        self.views = self.recipe.views if augmentations else 1

    def begin_epoch(self, epoch: int) -> None:
        """Cut the network anew if other parts are frozen now, and compute what is not kept yet."""
        learning = self._learning(epoch)
        if learning != self._boundary:
            self._boundary, self.cut, self._stores = learning, None, {}
            if self.plan.cache and self.recipe.frozen_norms == "hold" and self._phase(epoch) > 1:
                cut = self._cut(learning)
                self.cut = cut if self._for_all(cut is not None) else None
        keeps = self.cut is not None and not self.mixes and self.views > 0 and self._affordable()
        self.keeps_training = self._for_all(keeps)
        self.note = "none"
        if self.cut is None:
            return
        self._ensure(self.plain, self.lesson.splits["val"], 0)
        if self.keeps_training:
            self._ensure(self.varied, self.lesson.splits["train"], epoch % self.views)
        else:
            self.note = "afresh"

    def batches(self, batches: list[np.ndarray], epoch: int) -> Iterator[Fed]:
        """Training batches (numbers of pictures), of each this member's share, prepared ahead by threads."""
        if self.keeps_training:
            make = partial(self._features_of, self.varied, view=epoch % self.views)
        else:
            make = partial(self._pictures_of, self.varied, epoch=epoch)
        return prefetched(
            lambda whole: replace(make(self.team.share(whole)), of=len(whole)), batches, self.plan.threads
        )

    def evaluation(self, indices: np.ndarray) -> Iterator[Fed]:
        """This member's share of some pictures as evaluation sees them, in their order."""
        indices = self.team.share(indices)
        batches = np.split(indices, range(self.plan.eval_batch, len(indices), self.plan.eval_batch))
        make = (
            partial(self._features_of, self.plain, view=0)
            if self.cut
            else partial(self._pictures_of, self.plain, epoch=0)
        )
        return prefetched(make, batches, self.plan.threads)

    def _features_of(self, varied: Varied, numbers: np.ndarray, view: int) -> Fed:
        return Fed(self._store(varied, view)[numbers], numbers, True, of=len(numbers))

    def _pictures_of(self, varied: Varied, numbers: np.ndarray, epoch: int) -> Fed:
        return Fed(varied.pictures(numbers, epoch), numbers, False, of=len(numbers))

    def tensor(self, fed: Fed) -> torch.Tensor:
        """The batch on the device, as the network (or its suffix) takes it."""
        if fed.are_features:
            return torch.from_numpy(fed.inputs).to(self.device)
        pictures = normalised(fed.inputs, self.net.preparation, self.device)
        return pictures.contiguous(memory_format=self.plan.layout)

    def logits(self, inputs: torch.Tensor, are_features: bool) -> torch.Tensor:
        with self.computing():
            through = self.cut.suffix if self.cut and are_features else self.net.model
            return through(inputs).float()

    def computing(self) -> AbstractContextManager:
        """The precision of the plan."""
        if self.plan.precision == "bf16":
            return torch.autocast(self.device.type, torch.bfloat16)
        return nullcontext()

    def _learning(self, epoch: int) -> frozenset[str]:
        scales = self.strategy.lr_scales(len(self.net.parts), epoch)
        awake = zip(self.net.parts, scales, strict=True)
        return frozenset(n for part, scale in awake if scale > 0 for n in part.parameters if self.net.can_learn(n))

    def _phase(self, epoch: int) -> int:
        """How many epochs around this one freeze the same parts: a resumed run must decide as it did before."""
        learning, first, last = self._learning(epoch), epoch, epoch
        while first > 0 and self._learning(first - 1) == learning:
            first -= 1
        while last + 1 < self.recipe.epochs and self._learning(last + 1) == learning:
            last += 1
        return last + 1 - first

    def _cut(self, learning: frozenset[str]) -> Cut | None:
        example = normalised(self.plain.pictures(self.lesson.splits["train"][:2], 0), self.net.preparation, self.device)
        try:
            with at_rest(self.net.model):
                return cut_below(self.net.model, learning, example.contiguous(memory_format=self.plan.layout))
        except RuntimeError as error:
            if not ran_out(error):
                raise
            return None  # where not even two pictures fit, nothing is kept

    def _for_all(self, yes: bool) -> bool:
        """Whether every member says yes: what they do together they must all do."""
        return self.team.summed([yes])[0] == self.team.size

    def lacking(self, split: str, numbers: np.ndarray) -> int:
        """Of how many pictures of a split features will be kept that are not computed yet."""
        if self.cut is None or (split == "train" and not self.keeps_training):
            return 0
        return len(self._store(self.varied if split == "train" else self.plain, 0).missing(numbers))

    def _affordable(self) -> bool:
        store = self._store(self.plain, 0)
        return store.row_bytes * self.views * len(self.lesson.splits["train"]) <= LARGEST_STORE

    def _store(self, varied: Varied, view: int) -> Rows:
        """The rows of one view. The plain view is evaluation's, and training's where nothing is varied."""
        name = f"view {view}" if varied.augmentations else "plain"
        if name not in self._stores:
            assert self.cut is not None
            example = self.features(self.plain.pictures(self.lesson.splits["val"][:1], 0))
            recipe = self.recipe.to_json()
            self._stores[name] = kept_features(
                self.lesson,
                self.net,
                example.shape[1:],
                weights=hash_of(self.cut.state()),
                pooling=recipe["pooling"],
                boundary=self.cut.boundary,
                computed=[self.plan.precision, self.plan.memory_format, self.device.type],
                view=[recipe["augmentation"], self.recipe.seed, view] if varied.augmentations else "plain",
            )
        return self._stores[name]

    def _ensure(self, varied: Varied, numbers: np.ndarray, view: int) -> None:
        """Compute what is not kept yet: each member its share, then whatever the others keep in homes of their own."""
        store = self._store(varied, view)
        missing = store.missing(numbers)
        any_missing = self.team.summed([len(missing)])[0] > 0
        self.note = "computed" if any_missing else "reused" if self.note == "none" else self.note
        if any_missing:
            self._compute(varied, store, self.team.share(missing), view)
            self.team.summed([0])  # by now everyone has written
            self._compute(varied, store, store.missing(numbers), view)

    def _compute(self, varied: Varied, store: Rows, missing: np.ndarray, view: int) -> None:
        if not len(missing):
            return
        batches = np.split(missing, range(self.plan.eval_batch, len(missing), self.plan.eval_batch))
        pictures = prefetched(lambda batch: varied.pictures(batch, 0, view), batches, self.plan.threads)
        for batch, made in zip(batches, pictures, strict=True):
            store.write(batch, self.features(made))
        store.settle(missing)

    def features(self, pictures: np.ndarray) -> np.ndarray:
        """What the frozen prefix makes of pictures: in evaluation mode, remembering nothing for gradients."""
        assert self.cut is not None
        batch = normalised(pictures, self.net.preparation, self.device).contiguous(memory_format=self.plan.layout)
        with at_rest(self.net.model), torch.inference_mode(), self.computing():
            return in_halves(self.cut.prefix, batch).float().cpu().contiguous().numpy()
