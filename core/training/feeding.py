"""What enters the network: pictures, or what its frozen prefix has made of them.

As long as the same parts learn from pictures of the same size, what is frozen below them is cut off once. A strategy
that moves the border gets a new cut at the next epoch.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import numpy as np
import torch

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.picture_sizes import Size
from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
from core.data.batches import Varied, prefetched
from core.recipe import Recipe
from core.training.counting import FORWARD_AND_BACKWARD
from core.training.frozen import Frozen, cut_if_it_fits, entering
from core.training.keeping import reason_against, room_on
from core.training.lesson import Lesson
from core.training.looking import Look, counted
from core.training.model import Net
from core.training.placing import Make, Placing
from core.training.plan import Plan
from core.training.sizing import PictureSizes
from core.training.splitting import Cut
from core.training.team import Team

SOON_READ = 2**16
"""Bytes of a picture's features: a batch of such is read sooner than a thread is started."""


LITTLE_LEFT = 1e8
"""Operations of a step from features under which a second thread spares less than a third of a millisecond."""

HARDLY_ANYTHING = 1e7
"""Operations of a step from features under which bf16 takes longer: there is more to round than to compute."""


def mixes(recipe: Recipe) -> bool:
    """Whether pictures of a batch are mixed with one another: nothing made of each by itself can be kept then."""
    return any(REGULARIZERS.entry(each.name).changes_pictures for each in recipe.regularizers)


@dataclass(frozen=True)
class Fed:
    """One batch as it enters: pictures (bytes) or features (floats), and the pictures' numbers."""

    inputs: torch.Tensor
    indices: np.ndarray
    are_features: bool
    of: int
    """How many pictures the whole batch has: where others learn too, this is a share of it."""


@dataclass
class Feeder:
    """Decides for every epoch what enters, and makes it."""

    recipe: Recipe
    net: Net
    lesson: Lesson
    plan: Plan
    device: torch.device
    team: Team
    whole: Callable[[torch.Tensor], torch.Tensor]
    """The network, for what enters as pictures while nothing is cut off."""
    frozen: Frozen | None = None
    """What does not learn at this pace, if it can be cut off."""
    answering: Frozen | None = None
    """The same as final answers are computed, if it can compute them: in all digits of float32."""
    keeps: dict[str, bool] = field(default_factory=lambda: {"val": False, "train": False})
    """Of which splits the features are kept while the pace is the same."""
    note: str = "none"
    """What the frozen prefix cost this epoch: none is frozen or kept, or its features were computed, reused, afresh."""
    notices: list[tuple[str, str]] = field(default_factory=list)
    _at_pace: tuple[frozenset[str], Size] | None = None

    def __post_init__(self) -> None:
        self.placing = Placing(self.device)
        self.strategy = STRATEGIES.build(self.recipe.strategy)
        self.sizes = PictureSizes(self.strategy, self.net, self.recipe.epochs)
        self.size = self.sizes.full
        augmentations = [AUGMENTATIONS.build(each) for each in self.recipe.augmentation]
        self.varied = Varied(self.lesson.canvases, augmentations, self.recipe.seed)
        self.plain = Varied(self.lesson.canvases, [], self.recipe.seed)
        self.views = self.recipe.views if augmentations else 1
        self._whole = dict(self.lesson.splits)

    def begin_epoch(self, epoch: int, decided: dict[str, bool]) -> None:
        """Cut the network anew where the pace changes, and decide what is to be kept.

        What was `decided` when these parts were frozen holds for as long as they are, also for a run that was resumed.
        """
        if (pace := self._pace(epoch)) != self._at_pace:
            self._at_pace = learning, self.size = pace
            self.placing.forget()
            phase = self._phase(epoch)
            self.frozen = self._cut_off(learning) if len(phase) > 1 else None
            self.answering = self.frozen.in_precision("float32") if self.frozen and self._may_answer else None
            self.keeps = {split: self._worth_keeping(split, phase, decided) for split in self.keeps}

    def look(self, epoch: int) -> Iterator[Look]:
        """Compute what is to be kept and is not yet; after each batch, how far this member is with its share.

        Where the others keep theirs in homes of their own, it looks at all of them in the end.
        """
        now = range(epoch, epoch + 1)
        lacking = [self.lacking(split, self.lesson.splits[split], now) for split in self.keeps]
        if self.keeps["train"]:
            self.note = "computed" if any(self.team.summed(lacking)) else "reused"
        else:
            self.note = "afresh" if self.frozen else "none"
        share = sum(len(self.team.share(np.arange(each))) for each in lacking)
        batches = chain.from_iterable(self._completed(split, epoch) for split, keeps in self.keeps.items() if keeps)
        for look in counted(batches, share, self._later(epoch) if any(lacking) else 0):
            yield look if look.pictures <= share else look._replace(of=sum(lacking))

    def _later(self, epoch: int) -> int:
        """How many pictures will be looked at before later epochs at this pace."""
        numbers, now = self.lesson.splits["train"], range(epoch, epoch + 1)
        to_the_end = range(epoch, self._phase(epoch).stop)
        return self.lacking("train", numbers, to_the_end) - self.lacking("train", numbers, now)

    @property
    def cut(self) -> Cut | None:
        return self.frozen.cut if self.frozen else None

    def batches(self, batches: list[np.ndarray], epoch: int) -> Iterator[Fed]:
        """Training batches (numbers of pictures), of each this member's share, prepared ahead by threads."""
        kept, view, whole = self.keeps["train"], epoch % max(1, self.views), self.lesson.splits["train"]
        make = self._features(self.varied, view) if kept else partial(self.varied.pictures, epoch=epoch, size=self.size)
        alike = kept or not self.varied.augmentations
        rows = self.placing.steady(f"view {view}", make, whole) if alike else self.placing.ready(make)

        def fed(batch: np.ndarray) -> Fed:
            numbers = self.team.share(batch)
            return Fed(rows(numbers), numbers, kept, of=len(batch))

        return prefetched(fed, batches, self._threads(kept))

    def evaluation(self, indices: np.ndarray) -> Iterator[Fed]:
        """This member's share of some pictures as evaluation sees them, in their order."""
        indices, kept = self.team.share(indices), self.keeps["val"]
        batches = np.split(indices, range(self.plan.eval_batch, len(indices), self.plan.eval_batch))
        make = self._features(self.plain) if kept else partial(self.plain.pictures, epoch=0)
        rows = self.placing.steady("judged", make, indices)
        return prefetched(lambda batch: Fed(rows(batch), batch, kept, of=len(batch)), batches, self._threads(kept))

    @property
    def compute_threads(self) -> int:
        """torch's, for the steps of an epoch and its evaluation.

        Where little is left to do, one: others would be waited for, on a busy machine for far longer than they help.
        """
        return 1 if self._left_to_do < LITTLE_LEFT else self.plan.compute_threads

    @property
    def _left_to_do(self) -> float:
        """Operations of a step where all of an epoch begin with features; no end of them where one does not."""
        if self.frozen is None or not all(self.keeps.values()):
            return math.inf
        return FORWARD_AND_BACKWARD * self.recipe.pictures_per_step * self.frozen.cut.above

    def _threads(self, kept: bool) -> int:
        """That prepare batches ahead."""
        soon = kept and self.frozen is not None and self.frozen.rows(self.plain, 0).row_bytes <= SOON_READ
        return 0 if soon else self.plan.threads

    def _features(self, varied: Varied, view: int = 0) -> Make:
        assert self.frozen is not None
        return self.frozen.rows(varied, view).__getitem__

    def tensor(self, fed: Fed) -> torch.Tensor:
        """The batch on the device, as the network (or its suffix) takes it."""
        inputs = self.placing.fetched(fed.inputs)
        return inputs if fed.are_features else entering(inputs, self.net, self.plan, self.device)

    def logits(self, inputs: torch.Tensor, are_features: bool) -> torch.Tensor:
        with self._computing():
            if self.frozen is None:
                return self.whole(inputs).float()
            return self.frozen.cut.suffix(inputs if are_features else self.frozen.through(inputs)).float()

    def _computing(self) -> AbstractContextManager[object]:
        """As planned, unless rounding numbers takes longer than it spares and nobody asked for it."""
        if self.recipe.precision == "auto" and self._left_to_do < HARDLY_ANYTHING:
            return nullcontext()
        return self.plan.computing(self.device)

    def _pace(self, epoch: int) -> tuple[frozenset[str], Size]:
        """What learns, and how large the training pictures are."""
        scales = self.strategy.lr_scales(len(self.net.parts), epoch)
        awake = zip(self.net.parts, scales, strict=True)
        learning = (n for part, scale in awake if scale > 0 for n in part.parameters if self.net.can_learn(n))
        return frozenset(learning), self.sizes.at(epoch)

    def _phase(self, epoch: int) -> range:
        """The epochs around this one at the same pace: a resumed run must decide as it did before."""
        pace, first, last = self._pace(epoch), epoch, epoch
        while first > 0 and self._pace(first - 1) == pace:
            first -= 1
        while last + 1 < self.recipe.epochs and self._pace(last + 1) == pace:
            last += 1
        return range(first, last + 1)

    def _cut_off(self, learning: frozenset[str]) -> Frozen | None:
        """What is frozen, if all members can cut it off; norms that move leave nothing to be kept."""
        if not self.plan.cache or self.recipe.frozen_norms != "hold":
            return None
        example = entering(self.plain.pictures(self.lesson.splits["train"][:2], 0), self.net, self.plan, self.device)
        cut = cut_if_it_fits(self.net.model, learning, example)
        frozen = Frozen(self.recipe, self.net, self.lesson, self.plan, self.device, self.team, cut) if cut else None
        return frozen if self._for_all(frozen is not None) else None

    def _for_all(self, yes: bool) -> bool:
        """Whether every member says yes: what they do together they must all do."""
        return self.team.summed([yes])[0] == self.team.size

    def _worth_keeping(self, split: str, phase: range, decided: dict[str, bool]) -> bool:
        odd = self.views == 0 or mixes(self.recipe) or self.size != self.sizes.full
        if self.frozen is None or (split == "train" and odd):
            return False
        name = f"{split} from epoch {phase.start}"
        if name not in decided:
            views = self.views if split == "train" else 1
            against = reason_against(self.frozen.costs(self._shown(split), self._whole[split], views, len(phase)))
            decided[name] = self._for_all(against is None)
            if against and split == "train":
                self.notices.append(("features", f"What is frozen computes its features in every epoch: {against}."))
        return decided[name]

    def _completed(self, split: str, epoch: int) -> Iterator[int]:
        """Have what is learned from, or judged on, in an epoch; after each batch, how many pictures it had."""
        assert self.frozen is not None
        view = epoch % self.views if split == "train" else 0
        return self.frozen.completed(self._shown(split), self.lesson.splits[split], view)

    def _shown(self, split: str) -> Varied:
        return self.varied if split == "train" else self.plain

    def lacking(self, split: str, numbers: np.ndarray, epochs: range) -> int:
        """How many features of pictures of a split will be kept in these epochs that are not computed yet."""
        if self.frozen is None or not self.keeps[split]:
            return 0
        views = {epoch % self.views if split == "train" else 0 for epoch in epochs}
        return sum(len(self.frozen.rows(self._shown(split), view).missing(numbers)) for view in views)

    @property
    def _may_answer(self) -> bool:
        """A GPU may spare itself digits of float32; of a team, one member alone gives answers."""
        return (self.device.type, self.team.size) == ("cpu", 1)

    def has_features_of(self, held_out: np.ndarray) -> bool:
        """Whether answers can come from these pictures' features: where training keeps its own and they are small."""
        if self.answering is None:
            return False
        height, width = self.net.preparation.size
        rows = self.answering.rows(self.plain, 0)
        lacking = len(rows.missing(held_out)) * rows.row_bytes
        worth_keeping = self.keeps["train"] and rows.row_bytes <= 3 * height * width
        return not lacking or (worth_keeping and lacking <= room_on(self.lesson.home.cache))

    def features_of(self, held_out: np.ndarray) -> np.ndarray:
        """The features of pictures that answers come from, computed now if they never were."""
        assert self.answering is not None
        for _ in self.answering.completed(self.plain, held_out):
            pass
        return self.answering.rows(self.plain, 0)[held_out]
