"""A pupil's way through its epochs, step by step: losses, rates, what was best, and all that a resume needs.

What `core.training.session` is for a network on timm, in small: no strategy, no regularizers, no team.
"""

import math
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
from core.data.batches import STEP, draw, prefetched
from core.errors import DataError, TrainingError
from core.events import Wish
from core.learners.pupil import Pupil
from core.training.judging import Judged, Judging
from core.training.memory import ran_out
from core.training.modes import at_rest, set_modes
from core.training.plan import Plan
from core.training.session import Ending
from core.training.state import Position, optimizer_memory, read_state, remind_optimizer, write_state
from core.training.team import ALONE
from core.training.weights import Tensors, hash_of

JUDGED_AT_ONCE = 256


class Course:
    """Everything one run works with; `position` and the tensors in it are the whole state."""

    def __init__(self, pupil: Pupil, known: dict[str, Any] | None):
        self.began, self.earlier = time.monotonic(), 0.0
        self.pupil, self.recipe, self.lesson = pupil, pupil.recipe, pupil.lesson
        self.plan = Plan.from_json(known) if known else _plan()
        torch.set_num_threads(self.plan.compute_threads)
        self.steps_per_epoch = len(pupil.batches(0))
        self.schedule = SCHEDULES.build(self.recipe.schedule)
        self.optimizer = OPTIMIZERS.build(self.recipe.optimizer).build(_groups(pupil), self.recipe.lr)
        self._start = {name: each.detach().clone() for name, each in pupil.model.named_parameters()}
        weights = hash_of(pupil.model.state_dict())
        self.position = Position(fingerprint=self.lesson.source.fingerprint, weights=weights)
        self.best: Tensors = {}
        self.judged: Judged | None = None

    @property
    def elapsed(self) -> float:
        return self.earlier + time.monotonic() - self.began

    def begin_epoch(self, epoch: int) -> list[float]:
        """Freeze and wake the stages; returns their scales."""
        scales = self.pupil.scales(epoch)
        for scale, stage, group in zip(scales, self.pupil.stages.values(), self.optimizer.param_groups, strict=True):
            group["scale"] = scale
            stage.requires_grad_(scale > 0)
        set_modes(self.pupil.model, drift=False)
        return scales

    def batches(self, epoch: int) -> Iterator[tuple[np.ndarray, Any]]:
        """What is left of an epoch, ready to be learned from; waiting for it is counted as data."""
        todo = self.pupil.batches(epoch)[self.position.batch :]
        ready = prefetched(partial(self.pupil.feed, epoch=epoch), todo, self.plan.threads)
        for batch in todo:
            with self.position.timed("data"):
                fed = next(ready)
            yield batch, fed

    def learn(self, fed: Any, pictures: int) -> float:
        """One optimizer step; returns its rate."""
        position = self.position
        lr = self._set_rates()
        torch.manual_seed(int(draw(STEP, self.recipe.seed, position.epoch, position.batch).integers(2**62)))
        with position.timed("learning"):
            self._step(fed, pictures)
        position.batch += 1
        position.step += 1
        return lr

    def _set_rates(self) -> float:
        through = self.position.epoch + self.position.batch / self.steps_per_epoch
        lr = self.recipe.lr * self.schedule.at(through, self.recipe.epochs, self.position.val_losses)
        for group in self.optimizer.param_groups:
            group["lr"] = lr * group["scale"]
        return lr

    def _step(self, fed: Any, pictures: int) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        try:
            learned = self.pupil.losses(fed, self.position.epoch)
            loss = torch.stack([*learned.losses.values()]).sum()
            loss.backward()
        except RuntimeError as error:
            if not ran_out(error):
                raise
            raise TrainingError("There is not enough memory for a batch; choose a smaller batch_size.") from None
        self.position.recent_loss = float(loss.detach())
        if math.isfinite(self.position.recent_loss):
            self.optimizer.step()
        for name, value in learned.losses.items():
            self.position.add(f"loss {name}", float(value.detach()) * pictures)
        self.position.add("pictures", pictures)
        self.position.add("right", learned.right)
        self.position.add("answers", learned.answers)

    def ending(self, wish: Wish) -> Ending | None:
        """Whether, and why, the run ends after this step."""
        limit = self.recipe.time_limit
        if self.position.recent_loss is not None and not math.isfinite(self.position.recent_loss):
            return self._astray()
        if wish == "stop":
            return Ending("stopped", "Stopped on request.")
        if limit is not None and self.elapsed >= limit:
            return Ending("done", f"The time limit of {limit:g} s was reached.")
        return None

    def _astray(self) -> Ending:
        where = f"epoch {self.position.epoch + 1}, step {self.position.step}"
        return Ending("diverged", f"The loss left all bounds in {where}; a lower learning rate may help.")

    def diverged(self, val_loss: float) -> Ending | None:
        """What the last step of an epoch broke, only validation sees."""
        return None if math.isfinite(val_loss) else self._astray()

    def deserves_validation(self, ending: Ending | None) -> bool:
        """After a whole epoch; and after a part of one if nothing better is there to be kept."""
        if ending and ending.state == "diverged":
            return False
        return self.position.batch >= self.steps_per_epoch or self.position.best_epoch is None

    def evaluate(self) -> tuple[float, float]:
        """Mean cross-entropy and accuracy on the validation pictures; `judged` says more."""
        indices = self.lesson.splits["val"]
        judging, labels, loss, right = Judging(indices, torch.device("cpu")), self.lesson.source.labels, 0.0, 0
        with self.position.timed("evaluation"), at_rest(self.pupil.model):
            answers = self.pupil.answers()
            for chunk in np.split(indices, range(JUDGED_AT_ONCE, len(indices), JUDGED_AT_ONCE)):
                logits = torch.from_numpy(answers.logits_of(self.lesson.canvases[chunk]))
                true = torch.from_numpy(labels[chunk])
                loss += float(functional.cross_entropy(logits, true, reduction="sum"))
                right += int((logits.argmax(1) == true).sum())
                judging.add(chunk, logits)
        self.judged = judging.judged(labels[indices], ALONE)
        return loss / len(indices), right / len(indices)

    def improved(self, epoch: int, loss: float, accuracy: float) -> bool:
        """Whether this is the best epoch so far: one that can be, by what early stopping watches, else by accuracy."""
        position, stopping = self.position, self.recipe.early_stopping
        ready = self.pupil.is_ready(epoch)
        rank = [loss, -accuracy] if stopping and stopping.on == "loss" else [-accuracy, loss]
        rank = [float(not ready), *rank]
        better = position.best_rank is None or rank < position.best_rank
        position.waited = 0 if better or not ready else position.waited + 1
        if better:
            position.best_epoch, position.best_rank = epoch, rank
            self.best = {name: each.detach().cpu().clone() for name, each in self.pupil.model.state_dict().items()}
        return better

    def moved(self, stage: str) -> dict[str, float]:
        """How strongly a stage was pulled in the last step, and how far it is from where it began."""
        names = {id(each): name for name, each in self.pupil.model.named_parameters()}
        own = list(self.pupil.stages[stage].parameters())
        pulls = [each.grad for each in own if each.grad is not None]
        ways = [each.detach() - self._start[names[id(each)]] for each in own]
        return {"gradient": _length(pulls), "moved": _length(ways), "norm_drift": 0.0}

    def end_epoch(self, val_loss: float) -> None:
        self.position.val_losses.append(val_loss)
        self.position.epoch, self.position.batch, self.position.sums = self.position.epoch + 1, 0, {}

    def patience_ended(self) -> Ending | None:
        stopping, waited = self.recipe.early_stopping, self.position.waited
        if stopping is None or waited < stopping.patience:
            return None
        return Ending("done", f"Validation {stopping.on} has not improved for {waited} epochs.")

    def save_best(self, folder: Path) -> None:
        self.pupil.save(folder, self.best)

    def save(self, folder: Path) -> None:
        """The whole state, between two steps."""
        self.position.elapsed = self.elapsed
        tensors = {
            "model": dict(self.pupil.model.state_dict()),
            "optimizer": optimizer_memory(self.optimizer),
            "best": self.best,
        }
        write_state(folder, tensors, self.position)

    def took_up(self, state: Path | None) -> bool:
        """Go on from a saved state, if there is one."""
        if state is None:
            return False
        tensors, position = read_state(state)
        if position.fingerprint != self.position.fingerprint:
            raise DataError(f"The pictures of {self.recipe.dataset} have changed since the run began; it cannot go on.")
        if position.weights != self.position.weights:
            raise TrainingError("What the run began with has changed since; it cannot go on.")
        self.pupil.model.load_state_dict(tensors["model"])
        remind_optimizer(self.optimizer, tensors.get("optimizer", {}))
        self.best, self.position, self.earlier = tensors.get("best", {}), position, position.elapsed
        return True


def _length(tensors: list[torch.Tensor]) -> float:
    return math.sqrt(sum(float(each.square().sum()) for each in tensors))


def _plan() -> Plan:
    return Plan(threads=1, compute_threads=torch.get_num_threads(), why="float32: a step is small")


def _groups(pupil: Pupil) -> list[dict[str, Any]]:
    """A group of parameters for each stage."""
    return [
        {
            "params": list(module.parameters()),
            "names": [f"{stage}.{name}" for name, _ in module.named_parameters()],
            "scale": 1.0,
        }
        for stage, module in pupil.stages.items()
    ]
