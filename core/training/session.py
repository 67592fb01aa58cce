"""One run's working parts in one place: the network, what feeds it, what steps it, and where it is.

The loop says when; the session knows how. Nothing here knows who listens or where things are stored.
"""

import json
import math
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from torch.nn import functional

from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
from core.data.pixels import Canvases, Preparation, measured_colours
from core.errors import DataError, RecipeError, TrainingError
from core.events import Wish
from core.home import Home
from core.recipe import Recipe
from core.training.feeding import Fed, Feeder
from core.training.judging import Judged, Judging
from core.training.lesson import Lesson
from core.training.memory import in_halves
from core.training.model import build, save_timm
from core.training.modes import at_rest
from core.training.objective import Objective
from core.training.optimizer import apply_scales
from core.training.plan import Plan, make_plan
from core.training.pooling import pools_its_own_way
from core.training.predicting import Predictor, open_predictor
from core.training.state import Position, optimizer_memory, read_state, remind_optimizer, write_state
from core.training.stepper import Stepper
from core.training.team import VERDICTS, Team, Verdict
from core.training.weights import Tensors, hash_of


class Ending(NamedTuple):
    """How a run ends before its last epoch."""

    state: Literal["done", "stopped", "diverged"]
    reason: str


class Session:
    """Everything one run works with; `position` and the tensors in it are the whole state."""

    def __init__(self, recipe: Recipe, device: torch.device, home: Home, plan: Plan | None, team: Team):
        self.began, self.earlier = time.monotonic(), 0.0
        self.recipe, self.device, self.team = recipe, device, team
        if recipe.workers != team.size:
            raise RecipeError("workers", recipe.workers, f"this engine trains in {team.size} at a time, choose that")
        self.lesson = Lesson.load(recipe, home)
        self.net = build(recipe, self.lesson.source.classes, home)
        self._prepare_pictures()
        self.batch_size = min(recipe.pictures_per_step, len(self.lesson.splits["train"]))
        self.steps_per_epoch = len(self.lesson.batches(recipe, self.batch_size, 0))
        self.strategy = STRATEGIES.build(recipe.strategy)
        self.net.model.to(device)
        self._check_alike()
        self.plan = self._planned(plan)
        torch.set_num_threads(self.plan.compute_threads)
        self.net.model.to(memory_format=self.plan.layout)  # type: ignore[call-overload]
        self.net.remember_start()
        self.regularizers = [REGULARIZERS.build(each) for each in recipe.regularizers]
        self.feeder = Feeder(recipe, self.net, self.lesson, self.plan, device, team)
        self.objective = Objective(recipe, self.net, self.lesson, self.regularizers, device)
        self.stepper = Stepper(
            recipe, self.net, self.feeder, self.objective, self.regularizers, team, self.steps_per_epoch
        )
        self.position = Position(fingerprint=self.lesson.source.fingerprint, weights=self.net.weights_hash)
        self.best: Tensors = {}
        self.judged: Judged | None = None
        self._note_what_differs()

    def _prepare_pictures(self) -> None:
        preparation = self.net.preparation
        if self.recipe.normalisation == "measured":
            plain = Canvases(self.lesson.source, preparation, self.lesson.home.cache)
            mean, std = measured_colours(plain, self.lesson.splits["train"])
            self.net.preparation = Preparation(size=preparation.size, fit=preparation.fit, mean=mean, std=std)
        self.lesson.prepare(self.net.preparation)

    def _check_alike(self) -> None:
        """Members on several machines might learn other things, or begin elsewhere, and nobody would notice."""
        own = f"{self.lesson.source.fingerprint} {hash_of(self.net.model.state_dict())}".encode()
        if self.team.size > 1 and self.team.summed([self.team.told(own) != own])[0]:
            raise TrainingError(
                f"Not all machines have the same pictures of {self.recipe.dataset} and the same weights of "
                f"{self.recipe.backbone}; give them the same and start the run anew."
            )

    def _planned(self, known: Plan | None) -> Plan:
        """The first member's plan: it alone measures, while the others leave it the machine."""
        if self.team.rank == 0 and known is None:
            share = math.ceil(self.batch_size / self.team.size)
            known = make_plan(self.recipe, self.net, self.device, self._whole_steps(), share)
        plan = known or Plan()
        return Plan.from_json(json.loads(self.team.told(json.dumps(plan.to_json()).encode())))

    def _note_what_differs(self) -> None:
        """Say where the recipe's wish could not be followed to the letter."""
        asked, have = self.recipe.pictures_per_step, self.batch_size
        if asked > have:
            message = f"A batch of {asked} is more than the {have} training pictures: {have} it is."
            self.stepper.notices.append(("batch_size", message))
        if self.recipe.pooling == "avg" and pools_its_own_way(self.net.blueprint.model_args):
            message = f"{self.recipe.backbone} can only pool in a way of its own, and does."
            self.stepper.notices.append(("pooling", message))
        if self.net.adapted and self.net.adapted.skipped:
            message = (
                f"{self.net.adapted.skipped} layers cannot take adapters and stay as they are: grouped convolutions, "
                "and weights that are not multiplied by as they are."
            )
            self.stepper.notices.append(("lora", message))

    def _whole_steps(self) -> int:
        """About how many steps compute the whole network: epochs of a lone head compute it once, without gradients."""
        parts = len(self.net.parts)
        deep = sum(any(self.strategy.lr_scales(parts, epoch)[:-1]) for epoch in range(self.recipe.epochs))
        return math.ceil(self.steps_per_epoch * (deep + (deep < self.recipe.epochs) / 3))

    @property
    def elapsed(self) -> float:
        return self.earlier + time.monotonic() - self.began

    def verdict(self, wish: Wish) -> Verdict:
        """What all members do after this step: the gravest of what their owners, their clocks and the losses say."""
        limit = self.recipe.time_limit
        own: list[Verdict] = [wish]
        if limit is not None and self.elapsed >= limit:
            own.append("late")
        if self.stepper.hopeless(self.position):
            own.append("diverged")
        return self.team.agree(max(own, key=VERDICTS.index))

    def ending(self, verdict: Verdict) -> Ending | None:
        """Whether, and why, the run ends after this step."""
        if verdict == "diverged":
            return self._astray()
        if verdict == "stop":
            return Ending("stopped", "Stopped on request.")
        if verdict == "late":
            return Ending("done", f"The time limit of {self.recipe.time_limit:g} s was reached.")
        return None

    def diverged(self, val_loss: float) -> Ending | None:
        """Whether the run has gone astray: what the last step of an epoch broke, only validation sees."""
        if math.isfinite(val_loss) and not self.stepper.hopeless(self.position):
            return None
        return self._astray()

    def _astray(self) -> Ending:
        where = f"epoch {self.position.epoch + 1}, step {self.position.step}"
        return Ending("diverged", f"The loss left all bounds in {where}; a lower learning rate may help.")

    def deserves_validation(self, ending: Ending | None) -> bool:
        """After a whole epoch; and after a part of one if nothing better is there to be kept."""
        if ending and ending.state == "diverged":
            return False
        return self.position.batch >= self.steps_per_epoch or self.position.best_epoch is None

    def patience_ended(self) -> Ending | None:
        stopping, waited = self.recipe.early_stopping, self.position.waited
        if stopping is None or waited < stopping.patience:
            return None
        return Ending("done", f"Validation {stopping.on} has not improved for {waited} epochs.")

    def begin_epoch(self, epoch: int) -> list[float]:
        """Freeze and wake what the strategy says; returns its scales."""
        scales = self.strategy.lr_scales(len(self.net.parts), epoch)
        apply_scales(self.stepper.optimizer, self.net, scales, self.recipe.frozen_norms == "drift")
        if self.position.batch:
            self.stepper.set_rates(self.position, self.position.batch - 1)  # resumed: as the last step had them
        with self.position.timed("prefix"):
            self.feeder.begin_epoch(epoch)
        return scales

    def batches(self, epoch: int) -> Iterator[Fed]:
        """What is left of an epoch, ready to be learned from; waiting for it is counted as data."""
        todo = self.lesson.batches(self.recipe, self.batch_size, epoch)[self.position.batch :]
        ready = self.feeder.batches(todo, epoch)
        while True:
            with self.position.timed("data"):
                fed = next(ready, None)
            if fed is None:
                return
            yield fed

    def learn(self, fed: Fed) -> float:
        """One optimizer step on one batch; returns its rate."""
        return self.stepper.learn(fed, self.position)

    def evaluate(self, split: str) -> tuple[float, float]:
        """Mean cross-entropy and accuracy over a split, of which each member judges its share; `judged` says more."""
        self.stepper.read_losses(self.position, at_once=True)
        loss, right, indices = 0.0, 0, self.lesson.splits[split]
        judging = Judging(indices, self.device)
        with self.position.timed("evaluation"), at_rest(self.net.model), torch.inference_mode():
            for fed in self.feeder.evaluation(indices):
                logits = in_halves(partial(self.feeder.logits, are_features=fed.are_features), self.feeder.tensor(fed))
                labels = self.objective.labels_of(fed.indices)
                loss += float(functional.cross_entropy(logits, labels, reduction="sum"))
                right += int((logits.argmax(1) == labels).sum())
                judging.add(fed.indices, logits)
        self.judged = judging.judged(self.lesson.source.labels[indices], self.team)
        loss, right = self.team.summed([loss, right])
        return loss / len(indices), right / len(indices)

    @contextmanager
    def evaluated(self) -> Iterator[None]:
        """The weights as they are to be judged and saved: averaged ones where the recipe asks for them."""
        with ExitStack() as stack:
            for regularizer, state in zip(self.regularizers, self.stepper.states, strict=True):
                stack.enter_context(regularizer.evaluated(self.net, state))
            yield

    def improved(self, epoch: int, loss: float, accuracy: float) -> bool:
        """Whether this is the best epoch so far: by what early stopping watches, else by accuracy, then by loss."""
        position, stopping = self.position, self.recipe.early_stopping
        rank = [loss, -accuracy] if stopping and stopping.on == "loss" else [-accuracy, loss]
        better = position.best_rank is None or rank < position.best_rank
        position.waited = 0 if better else position.waited + 1
        if better:
            position.best_epoch, position.best_rank = epoch, rank
            self.best = self.net.plain_state()
        return better

    def end_epoch(self, val_loss: float) -> None:
        self.position.val_losses.append(val_loss)
        self.position.epoch, self.position.batch, self.position.sums = self.position.epoch + 1, 0, {}

    def save_best(self, folder: Path) -> None:
        save_timm(folder, self.net, self.best, self.recipe)

    def predictor(self, state: Tensors) -> Predictor:
        """The network that `predict` would open: read back from its saved form, in float32."""
        with tempfile.TemporaryDirectory() as folder:
            save_timm(Path(folder), self.net, state, self.recipe)
            return open_predictor(Path(folder), str(self.device))

    def save(self, folder: Path) -> None:
        """The whole state, between two steps."""
        self.stepper.read_losses(self.position, at_once=True)
        self.position.elapsed = self.elapsed
        tensors = {
            "model": dict(self.net.model.state_dict()),
            "optimizer": optimizer_memory(self.stepper.optimizer),
            "best": self.best,
            **{
                f"regularizer {choice.name}": state
                for choice, state in zip(self.recipe.regularizers, self.stepper.states, strict=True)
            },
        }
        write_state(folder, tensors, self.position)

    def took_up(self, state: Path | None) -> bool:
        """Go on from a saved state, if there is one: the first member's is everyone's."""
        with self.team.handed(state) as folder:
            if folder:
                self._restore(folder)
        return folder is not None

    def _restore(self, folder: Path) -> None:
        """Take up a saved state, if the pictures and the pretrained weights are still the same."""
        tensors, position = read_state(folder)
        if position.fingerprint != self.position.fingerprint:
            raise DataError(f"The pictures of {self.recipe.dataset} have changed since the run began; it cannot go on.")
        if position.weights != self.position.weights:
            raise TrainingError(
                f"The weights of {self.recipe.backbone} have changed since the run began; it cannot go on."
            )
        self.net.model.load_state_dict(tensors["model"])
        remind_optimizer(self.stepper.optimizer, tensors.get("optimizer", {}))
        for choice, state in zip(self.recipe.regularizers, self.stepper.states, strict=True):
            for name, tensor in tensors.get(f"regularizer {choice.name}", {}).items():
                state[name].copy_(tensor)
        self.best = tensors.get("best", {})
        self.position, self.earlier = position, position.elapsed
