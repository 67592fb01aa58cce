"""A pupil's way through its epochs: what `core.training.session` is for a network on timm, in small.

No strategy, no regularizers and no team; the loop, what events say and what a resume needs are the same.
"""

import math
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
from core.data.batches import STEP, draw, prefetched
from core.errors import RecipeError, TrainingError
from core.events import Event, Wish
from core.home import Home
from core.learners.pupil import Learned, Pupil
from core.recipe import Recipe
from core.training.attempt import Attempt
from core.training.beginning import length
from core.training.chance import draw_from
from core.training.environment import device_of, environment
from core.training.loop import learn
from core.training.memory import ran_out
from core.training.modes import set_modes
from core.training.origins import origin_of
from core.training.plan import Plan
from core.training.predicting import Answers, open_as
from core.training.state import Position
from core.training.unread import Unread
from core.training.weights import Tensors, hash_of

JUDGED_AT_ONCE = 256


def study(
    pupil_of: Callable[[Recipe, torch.device, Home], Pupil],
    recipe: Recipe,
    device: str = "auto",
    plan: dict[str, Any] | None = None,
    state: Path | None = None,
    home: Home | None = None,
    **others: Any,
) -> Generator[Event, Wish, None]:
    """A pupil learns, and says so."""
    if recipe.workers != 1:
        raise RecipeError("workers", recipe.workers, f"{recipe.learner.name} learns alone, choose 1")
    pupil = pupil_of(recipe, device_of(device), home or Home.from_environment())
    yield from learn(Course(pupil, Plan.from_json(plan) if plan else planned()), state)


@dataclass(frozen=True)
class Served:
    """One batch as the pupil wants it."""

    content: Any
    of: int


@dataclass(frozen=True)
class Came:
    """What one step came to, still on the device."""

    learned: Learned
    loss: torch.Tensor
    pictures: int


class Course(Attempt[Served]):
    """Everything one run of a pupil works with."""

    def __init__(self, pupil: Pupil, plan: Plan):
        super().__init__(pupil.recipe, pupil.device)
        self.pupil, self.lesson, self.model, self.plan = pupil, pupil.lesson, pupil.model, plan
        self.notices += pupil.notices
        torch.set_num_threads(plan.compute_threads)
        self.steps_per_epoch = len(pupil.batches(0))
        self.schedule = SCHEDULES.build(self.recipe.schedule)
        self.optimizer = OPTIMIZERS.build(self.recipe.optimizer).build(_groups(pupil), self.recipe.lr)
        self._start = {name: each.detach().clone() for name, each in pupil.model.named_parameters()}
        weights = hash_of(pupil.model.state_dict())
        self.position = Position(fingerprint=self.lesson.source.fingerprint, weights=weights)
        self._unread: Unread[Came] = Unread(pupil.device)

    def begin_epoch(self, epoch: int) -> list[float]:
        scales = self.pupil.scales(epoch)
        for scale, stage, group in zip(scales, self.pupil.stages.values(), self.optimizer.param_groups, strict=True):
            group["scale"] = scale
            stage.requires_grad_(scale > 0)
        set_modes(self.model, drift=False)
        if self.position.batch:
            self._set_rates(self.position.batch - 1)  # resumed: as the last step had them
        return scales

    def feed(self, epoch: int) -> Iterator[Served]:
        def serve(batch: np.ndarray) -> Served:
            return Served(self.pupil.feed(batch, epoch), of=len(batch))

        return prefetched(serve, self.pupil.batches(epoch)[self.position.batch :], self.plan.threads)

    def learn(self, given: Served) -> float:
        position = self.position
        lr = self._set_rates(position.batch)
        draw_from(int(draw(STEP, self.recipe.seed, position.epoch, position.batch).integers(2**62)), self.device)
        with position.timed("learning"):
            self._unread.add(self._take_gradients(given))
            self._read()
            if not self.hopeless():
                self.optimizer.step()
                self.pupil.stepped([group["lr"] for group in self.optimizer.param_groups])
        position.batch += 1
        position.step += 1
        if position.batch == self.steps_per_epoch:
            self._note_gradients()
        return lr

    def _note_gradients(self) -> None:
        """Those of an epoch's last step, which a run that is resumed after it no longer has."""
        for name in self.pupil.stages:
            self.position.add(f"gradient {name}", self._gradient(name))

    def _set_rates(self, batch: int) -> float:
        through = self.position.epoch + batch / self.steps_per_epoch
        lr = self.recipe.lr * self.schedule.at(through, self.recipe.epochs, self.position.val_losses)
        for group in self.optimizer.param_groups:
            group["lr"] = lr * group["scale"]
        return lr

    def _take_gradients(self, given: Served) -> Came:
        self.optimizer.zero_grad(set_to_none=True)
        try:
            learned = self.pupil.losses(given.content, self.position.epoch)
            loss = torch.stack([*learned.losses.values()]).sum()
            (loss if learned.descent is None else learned.descent).backward()
        except (RuntimeError, MemoryError) as error:
            if not ran_out(error):
                raise
            raise TrainingError("There is not enough memory for a batch; choose a smaller batch_size.") from None
        still = {name: each.detach() for name, each in learned.losses.items()}
        return Came(replace(learned, losses=still, descent=None), loss.detach(), given.of)

    def _read(self, at_once: bool = False) -> None:
        """Bring figures over from the device, where they are due."""
        self.loss = None
        for came in self._unread.due(at_once):
            losses = {name: float(value) for name, value in came.learned.losses.items()}
            self.position.count(losses, float(came.learned.right), came.pictures)
            self.position.add("answers", came.learned.answers)
            self.loss = float(came.loss)
            self.position.recent_loss = self._recent(self.loss, losses)

    def _recent(self, loss: float, losses: Mapping[str, float]) -> float:
        """What there is hope by."""
        return loss

    def catch_up(self) -> None:
        self._read(at_once=True)

    def hopeless(self) -> bool:
        return self.position.recent_loss is not None and not math.isfinite(self.position.recent_loss)

    def answers(self, indices: np.ndarray) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
        answers = self.pupil.answers()
        for chunk in np.split(indices, range(JUDGED_AT_ONCE, len(indices), JUDGED_AT_ONCE)):
            yield chunk, torch.from_numpy(answers.logits_of(self.lesson.canvases[chunk])).to(self.device)

    def is_ready(self, epoch: int) -> bool:
        return self.pupil.is_ready(epoch)

    def state_now(self) -> Tensors:
        return {name: each.detach().cpu().clone() for name, each in self.model.state_dict().items()}

    def write(self, folder: Path, state: Tensors) -> None:
        self.pupil.save(folder, state)

    def open(self, folder: Path) -> Answers:
        return open_as(self.recipe.learner.name, folder, str(self.device))

    def described(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        stages = [self._described(name, place) for place, name in enumerate(self.pupil.stages)]
        return stages, stages

    def _described(self, name: str, place: int) -> dict[str, Any]:
        size = sum(each.numel() for each in self.pupil.stages[name].parameters())
        ever = any(self.pupil.scales(epoch)[place] for epoch in range(self.recipe.epochs))
        return {"name": name, "parameters": size, "trained": size if ever else 0}

    def stages_now(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "scale": group["scale"],
                "lr": group["lr"],
                "gradient": self.position.sums.get(f"gradient {name}", self._gradient(name)),
                "moved": self._moved(name),
                "norm_drift": 0.0,
            }
            for name, group in zip(self.pupil.stages, self.optimizer.param_groups, strict=True)
        ]

    def _gradient(self, stage: str) -> float:
        """How strongly a stage was pulled in the last step."""
        own = self.pupil.stages[stage].parameters()
        return length(each.grad for each in own if each.grad is not None)

    def _moved(self, stage: str) -> float:
        """How far a stage is from where it began."""
        names = {id(each): name for name, each in self.model.named_parameters()}
        own = self.pupil.stages[stage].parameters()
        return length(each.detach() - self._start[names[id(each)]] for each in own)

    def environment(self) -> dict[str, Any]:
        return environment(
            self.recipe,
            self.lesson,
            self.device,
            licence="none: it begins at chance",
            weights=self.position.weights,
            origin=origin_of(self.recipe, self.lesson.home),
        )

    @property
    def began_with(self) -> str:
        return f"the new {self.recipe.learner.name}"

    def extras(self) -> dict[str, float]:
        return self.pupil.extras()


def planned() -> Plan:
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
