"""One attempt at a run, as the loop sees it: where it is, how it ends, which epoch is best, and what a resume needs.

Who learns, and how, is told by what extends it: a network by `core.training.session`, other learners that take steps by
`core.learners.course`. Nothing here knows who listens or where things are stored.
"""

import math
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import torch
from torch import nn

from core.errors import DataError, TrainingError
from core.events import Predicted, Wish
from core.recipe import Recipe
from core.training.endings import STOPPED, Ending, out_of_time, patience_ended, paused, rank_of, verdict_on, went_astray
from core.training.judging import Judged, Judging
from core.training.lesson import Lesson
from core.training.looking import SIGN_OF_LIFE, Look, each_timed
from core.training.modes import at_rest
from core.training.plan import Plan
from core.training.predicting import Answers
from core.training.state import Position, optimizer_memory, read_state, remind_optimizer, write_state
from core.training.team import ALONE, Team, Verdict
from core.training.weights import Tensors

PREDICTED_AT_ONCE = 32


class Batch(Protocol):
    """What is learned from in one step."""

    @property
    def of(self) -> int:
        """How many pictures it has, counting those that others of the team learn from."""
        ...


Given = TypeVar("Given", bound=Batch)


class Attempt(ABC, Generic[Given]):
    """Everything one run works with; `position` and the tensors in it are the whole state."""

    lesson: Lesson
    model: nn.Module
    optimizer: torch.optim.Optimizer
    """Each of its groups knows its `scale`, and the `names` of its parameters."""
    plan: Plan
    position: Position
    steps_per_epoch: int

    def __init__(self, recipe: Recipe, device: torch.device, team: Team = ALONE):
        self.began, self.earlier = time.monotonic(), 0.0
        self.recipe, self.device, self.team = recipe, device, team
        self.notices: list[tuple[str, str]] = []
        self.loss: float | None = None
        """That of the last step, unless reading it would have made a GPU wait."""
        self.best: Tensors = {}
        self.judged: Judged | None = None

    @property
    def elapsed(self) -> float:
        return self.earlier + time.monotonic() - self.began

    @property
    def classes(self) -> tuple[str, ...]:
        return self.lesson.source.classes

    @abstractmethod
    def begin_epoch(self, epoch: int) -> list[float]:
        """Freeze and wake what is due; returns the scale of each part."""

    def look(self, epoch: int) -> Iterator[Look]:
        """Look at pictures of which something is kept before an epoch's first step; after each batch, how far it is."""
        return iter(())

    def make_ready(self, epoch: int) -> None:
        """Everything up to an epoch's first step, for whoever has no ear for how far it is."""
        self.begin_epoch(epoch)
        for _ in self.look(epoch):
            pass

    @abstractmethod
    def feed(self, epoch: int) -> Iterator[Given]:
        """What is left of an epoch, made ready ahead."""

    @abstractmethod
    def learn(self, given: Given) -> float:
        """One optimizer step on one batch; returns its rate."""

    @abstractmethod
    def catch_up(self) -> None:
        """Read all figures that the steps so far have left on the device."""

    @abstractmethod
    def hopeless(self) -> bool:
        """Whether the losses say that nothing more can come of it."""

    @abstractmethod
    def answers(self, indices: np.ndarray) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
        """What is said now of some pictures (this member's share of them), in batches: their numbers and logits."""

    @abstractmethod
    def state_now(self) -> Tensors:
        """The weights to keep, if this epoch is the best."""

    @abstractmethod
    def write(self, folder: Path, state: Tensors) -> None:
        """Save weights that were kept, as `predict` wants to find them."""

    @abstractmethod
    def open(self, folder: Path) -> Answers:
        """What `write` wrote, ready to answer."""

    @abstractmethod
    def described(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The parts that learn at a pace of their own, and the stages: name, size, and how much of it ever learns."""

    @abstractmethod
    def stages_now(self) -> list[dict[str, Any]]:
        """Per stage: how fast it learned, how strongly it was pulled, and how far it is from where it began."""

    @abstractmethod
    def environment(self) -> dict[str, Any]:
        """What it takes to do this again."""

    @property
    @abstractmethod
    def began_with(self) -> str:
        """Whose weights it began with, in words."""

    def is_ready(self, epoch: int) -> bool:
        """Whether this epoch can be the best; before, only the lack of anything better counts."""
        return True

    def evaluated(self) -> AbstractContextManager[None]:
        """The weights as they are to be judged and saved."""
        return nullcontext()

    def extras(self) -> dict[str, float]:
        """Further figures of an epoch."""
        return {}

    def kept(self) -> tuple[str, str | None]:
        """What a frozen prefix's features cost in this epoch, and where the network was cut to keep them."""
        return "none", None

    def completed(self, predicted: Predicted) -> Predicted:
        """What the best weights say of a split, with whatever else is to be kept beside it."""
        return predicted

    def memories(self) -> dict[str, Tensors]:
        """What belongs to the state beside the weights, the optimizer's memory and the best."""
        return {}

    def remember(self, tensors: dict[str, Tensors]) -> None:
        """Take up what `memories` gave."""

    def batches(self, epoch: int) -> Iterator[Given]:
        """What is left of an epoch, ready to be learned from; waiting for it is counted as data."""
        return each_timed(self.feed(epoch), partial(self.position.timed, "data"))

    def verdict(self, wish: Wish) -> Verdict:
        """What all members do after this step."""
        return self.team.agree(verdict_on(wish, late=self.late, hopeless=self.hopeless()))

    @property
    def late(self) -> bool:
        """Whether the time limit is reached."""
        return self.recipe.time_limit is not None and self.elapsed >= self.recipe.time_limit

    def ending(self, verdict: Verdict) -> Ending | None:
        """Whether, and why, the run ends now."""
        if verdict == "pause":
            return paused(self.position)
        if verdict == "diverged":
            return went_astray(self.position)
        if verdict == "stop":
            return STOPPED
        return out_of_time(self.recipe.time_limit) if verdict == "late" else None

    def ending_before_steps(self, wish: Wish) -> Ending | None:
        """Whether the run ends while it looks at pictures; not for the time limit, before there is anything to keep.

        A team, whose members look at different numbers of them, hears its owner at the next step.
        """
        if self.team.size > 1:
            return None
        late = self.late and self.position.best_epoch is not None
        return self.ending(verdict_on(wish, late=late, hopeless=False))

    def diverged(self, val_loss: float) -> Ending | None:
        """Whether the run has gone astray: what the last step of an epoch broke, only validation sees."""
        return went_astray(self.position) if self.hopeless() or not math.isfinite(val_loss) else None

    def deserves_validation(self, ending: Ending | None) -> bool:
        """After a whole epoch; and after a part of one if nothing better is there to be kept."""
        if ending and ending.state in ("diverged", "paused"):
            return False
        return self.position.batch >= self.steps_per_epoch or self.position.best_epoch is None

    def patience_ended(self) -> Ending | None:
        return patience_ended(self.recipe.early_stopping, self.position.waited)

    def evaluate(self, split: str) -> Generator[Look, None, tuple[float, float]]:
        """Mean cross-entropy and accuracy over a split, of which each member judges its share; `judged` says more.

        Now and then, how far it is: whoever listens does so outside of what holds while it judges.
        """
        self.catch_up()
        indices = self.lesson.splits[split]
        judging = Judging(indices, self.lesson.source.labels[indices], self.device)
        answers, going_on = self.answers(indices), True
        while going_on:
            with self.position.timed("evaluation"), at_rest(self.model), torch.inference_mode():
                going_on = judging.go_on(answers, SIGN_OF_LIFE)
            if going_on:
                yield Look(judging.pictures, len(self.team.share(indices)), purpose="judging")
        self.judged = judging.judged(self.team)
        loss, right = self.team.summed([judging.loss, judging.right])
        return loss / len(indices), right / len(indices)

    def improved(self, epoch: int, loss: float, accuracy: float) -> bool:
        """Whether this is the best epoch so far; its weights are kept then."""
        position, ready = self.position, self.is_ready(epoch)
        rank = rank_of(self.recipe.early_stopping, loss, accuracy, ready)
        better = position.best_rank is None or rank < position.best_rank
        position.waited = 0 if better or not ready else position.waited + 1
        if better:
            position.best_epoch, position.best_rank = epoch, rank
            self.best = self.state_now()
        return better

    def end_epoch(self, val_loss: float) -> None:
        self.position.val_losses.append(val_loss)
        self.position.epoch, self.position.batch, self.position.sums = self.position.epoch + 1, 0, {}

    def save_best(self, folder: Path) -> None:
        self.write(folder, self.best)

    def predictor(self, state: Tensors, used: Answers | None = None) -> Answers:
        """What `predict` would open: read back from its saved form, in float32.

        One that was `used` has given all its answers, and may be given other weights where that says the same.
        """
        with tempfile.TemporaryDirectory() as folder:
            self.write(Path(folder), state)
            return self.open(Path(folder))

    def predict(self, held_out: np.ndarray, predictor: Answers, state: Tensors) -> Generator[Look, None, np.ndarray]:
        """What a predictor that was opened with this state says of some pictures; now and then, how far it is."""
        said: list[np.ndarray] = []
        told = time.monotonic()
        for some in each_timed(self.logits_of(held_out, predictor, state), partial(self.position.timed, "predictions")):
            said.append(some)
            if time.monotonic() - told >= SIGN_OF_LIFE:
                yield Look(sum(map(len, said)), len(held_out), purpose="judging")
                told = time.monotonic()
        return np.concatenate(said)

    def logits_of(self, held_out: np.ndarray, predictor: Answers, state: Tensors) -> Iterator[np.ndarray]:
        """The same, some pictures at a time."""
        for chunk in np.split(held_out, range(PREDICTED_AT_ONCE, len(held_out), PREDICTED_AT_ONCE)):
            yield predictor.logits_of(self.lesson.canvases[chunk])

    def save(self, folder: Path) -> None:
        """The whole state, between two steps."""
        self.catch_up()
        self.position.elapsed = self.elapsed
        tensors = {
            "model": dict(self.model.state_dict()),
            "optimizer": optimizer_memory(self.optimizer),
            "best": self.best,
            **self.memories(),
        }
        write_state(folder, tensors, self.position)

    def took_up(self, state: Path | None) -> bool:
        """Go on from a saved state, if there is one: the first member's is everyone's."""
        with self.team.handed(state) as folder:
            if folder:
                self._restore(folder)
        return folder is not None

    def _restore(self, folder: Path) -> None:
        """Take up a saved state, if the pictures and the weights to begin with are still the same."""
        tensors, position = read_state(folder)
        if position.fingerprint != self.position.fingerprint:
            raise DataError(f"The pictures of {self.recipe.dataset} have changed since the run began; it cannot go on.")
        if position.weights != self.position.weights:
            raise TrainingError(f"The weights of {self.began_with} have changed since the run began; it cannot go on.")
        self.model.load_state_dict(tensors["model"])
        remind_optimizer(self.optimizer, tensors.get("optimizer", {}))
        self.remember(tensors)
        self.best = tensors.get("best", {})
        self.position, self.earlier = position, position.elapsed
