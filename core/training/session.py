"""A network's way through its run, all working parts in one place: what is built, what feeds it, and what steps it.

The loop says when; the session knows how.
"""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.catalog.picture_sizes import sizes_in_words
from core.catalog.regularizers import REGULARIZERS, State
from core.catalog.strategies import STRATEGIES
from core.data.pixels import Canvases, Preparation, measured_colours
from core.errors import RecipeError, TrainingError
from core.home import Home
from core.recipe import Recipe
from core.training.answering import logits_from_features
from core.training.attempt import Attempt
from core.training.calibrating import Work
from core.training.compiling import Compiled
from core.training.counting import FORWARD_AND_BACKWARD
from core.training.endings import Ending
from core.training.environment import environment_of_net
from core.training.feeding import Fed, Feeder, mixes
from core.training.lesson import Lesson
from core.training.looking import Look, each_timed
from core.training.memory import hold_freed_memory, in_halves
from core.training.model import build, save_timm
from core.training.objective import Objective
from core.training.optimizer import apply_scales
from core.training.plan import Plan, make_plan
from core.training.pooling import pools_its_own_way
from core.training.predicting import Answers, Predictor, open_predictor
from core.training.stages import described, stages_of
from core.training.state import Position
from core.training.stepper import Stepper
from core.training.team import Team
from core.training.weights import Tensors, hash_of


class Session(Attempt[Fed]):
    """A network in training; with a team, one of several that learn the same."""

    def __init__(self, recipe: Recipe, device: torch.device, home: Home, plan: Plan | None, team: Team):
        super().__init__(recipe, device, team)
        if recipe.workers != team.size:
            raise RecipeError("workers", recipe.workers, f"this engine trains in {team.size} at a time, choose that")
        hold_freed_memory()
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
        self.feeder = Feeder(recipe, self.net, self.lesson, self.plan, device, team, self._whole_network())
        self.objective = Objective(recipe, self.net, self.lesson, self.regularizers, device)
        self.stepper = Stepper(
            recipe, self.net, self.feeder, self.objective, self.regularizers, team, self.steps_per_epoch
        )
        self.model, self.optimizer, self.notices = self.net.model, self.stepper.optimizer, self.stepper.notices
        self._applied: list[float] = []
        self.position = Position(fingerprint=self.lesson.source.fingerprint, weights=self.net.weights_hash)
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
        if self.team.size == 1:
            return
        own = f"{self.lesson.source.fingerprint} {hash_of(self.net.model.state_dict())}".encode()
        if self.team.summed([self.team.told(own) != own])[0]:
            raise TrainingError(
                f"Not all machines have the same pictures of {self.recipe.dataset} and the same weights of "
                f"{self.recipe.backbone}; give them the same and start the run anew."
            )

    def _planned(self, known: Plan | None) -> Plan:
        """The first member's plan: it alone measures, while the others leave it the machine."""
        if self.team.rank == 0 and known is None:
            known = make_plan(self.recipe, self._work(), self.lesson.home.cache)
        plan = known or Plan()
        return Plan.from_json(json.loads(self.team.told(json.dumps(plan.to_json()).encode())))

    def _whole_network(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """What pictures pass through where nothing is cut off."""
        if not self.plan.compiled:
            return self.net.model
        share = math.ceil(self.batch_size / self.team.size)
        return Compiled(self.net.model, (share, 3, *self.net.preparation.size), self.plan.graphs)

    def _note_what_differs(self) -> None:
        """Say where the recipe's wish could not be followed to the letter."""
        asked, have = self.recipe.pictures_per_step, self.batch_size
        if asked > have:
            message = f"A batch of {asked} is more than the {have} training pictures: {have} it is."
            self.notices.append(("batch_size", message))
        if self.recipe.pooling == "avg" and pools_its_own_way(self.net.blueprint.model_args):
            message = f"{self.recipe.backbone} can only pool in a way of its own, and does."
            self.notices.append(("pooling", message))
        if self.net.adapted and self.net.adapted.skipped:
            message = (
                f"{self.net.adapted.skipped} layers cannot take adapters and stay as they are: grouped convolutions, "
                "and weights that are not multiplied by as they are."
            )
            self.notices.append(("lora", message))
        sizes = self.feeder.sizes
        if grown := sizes_in_words(sizes.over(self.recipe.epochs)):
            self.notices.append(("picture_size", grown))
        elif sizes.refused:
            height, width = sizes.full
            message = f"{self.recipe.backbone} takes no smaller pictures: they stay {height} x {width} in every epoch."
            self.notices.append(("picture_size", message))

    def _work(self) -> Work:
        recipe, batch_size = self.recipe, math.ceil(self.batch_size / self.team.size)
        varied = bool(recipe.augmentation) and not recipe.views
        kept = recipe.frozen_norms == "hold" and not varied and not mixes(recipe)
        learning = frozenset(self._ever_learning())
        steps, whole = self._whole_steps(kept), self._steps_with_everything()
        judged = len(self.lesson.splits["val"]) if kept else 0
        return Work(self.net, self.device, learning, kept, batch_size, steps, whole=whole, judged_once=judged)

    def _whole_steps(self, kept: bool) -> int:
        """About how many steps compute the whole network: what a lone head learns from takes a third of one."""
        parts = len(self.net.parts)
        deep = sum(any(self.strategy.lr_scales(parts, epoch)[:-1]) for epoch in range(self.recipe.epochs))
        alone = self.recipe.epochs - deep
        views = self.recipe.views if self.recipe.augmentation else 1
        looked_at = min(views, alone) if kept else alone
        return math.ceil(self.steps_per_epoch * (deep + looked_at / FORWARD_AND_BACKWARD))

    def _steps_with_everything(self) -> int:
        """Those in which every part learns from pictures at their full size: they compute one and the same."""
        parts, strategy = len(self.net.parts), self.strategy
        large = (epoch for epoch in range(self.recipe.epochs) if strategy.picture_share(epoch) == 1)
        return self.steps_per_epoch * sum(all(strategy.lr_scales(parts, epoch)) for epoch in large)

    def begin_epoch(self, epoch: int) -> list[float]:
        """Freeze and wake what the strategy says; returns its scales."""
        scales = self.strategy.lr_scales(len(self.net.parts), epoch)
        if scales != self._applied:
            apply_scales(self.optimizer, self.net, scales, self.recipe.frozen_norms == "drift")
            self._applied = scales
        if self.position.batch:
            self.stepper.set_rates(self.position, self.position.batch - 1)  # resumed: as the last step had them
        torch.set_num_threads(self.plan.compute_threads)
        with self.position.timed("prefix"):
            self.feeder.begin_epoch(epoch, self.position.kept)
        return scales

    def look(self, epoch: int) -> Iterator[Look]:
        yield from each_timed(self.feeder.look(epoch), partial(self.position.timed, "prefix"))
        torch.set_num_threads(self.feeder.compute_threads)

    def patience_ended(self) -> Ending | None:
        if self.position.epoch <= self.strategy.settles():
            self.position.waited = 0
        return super().patience_ended()

    def feed(self, epoch: int) -> Iterator[Fed]:
        todo = self.lesson.batches(self.recipe, self.batch_size, epoch)[self.position.batch :]
        return self.feeder.batches(todo, epoch)

    def learn(self, given: Fed) -> float:
        lr = self.stepper.learn(given, self.position)
        self.loss = self.stepper.loss
        return lr

    def catch_up(self) -> None:
        self.stepper.read_losses(self.position, at_once=True)

    def hopeless(self) -> bool:
        return self.stepper.hopeless(self.position)

    def answers(self, indices: np.ndarray) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
        for fed in self.feeder.evaluation(indices):
            compute = partial(self.feeder.logits, are_features=fed.are_features)
            yield fed.indices, in_halves(compute, self.feeder.tensor(fed))

    @contextmanager
    def evaluated(self) -> Iterator[None]:
        """The weights as they are to be judged and saved: averaged ones where the recipe asks for them."""
        with ExitStack() as stack:
            for regularizer, state in zip(self.regularizers, self.stepper.states, strict=True):
                stack.enter_context(regularizer.evaluated(self.net, state))
            yield

    def state_now(self) -> Tensors:
        return self.net.plain_state()

    def write(self, folder: Path, state: Tensors) -> None:
        save_timm(folder, self.net, state, self.recipe)

    def predictor(self, state: Tensors, used: Answers | None = None) -> Answers:
        """One that still has its norms takes up other weights sooner than a second could be read back."""
        torch.set_num_threads(self.plan.compute_threads)
        if used is None or not self._answers_from_features:
            return super().predictor(state)
        assert isinstance(used, Predictor)
        used.model.load_state_dict(state)
        used.model.train().eval()  # some transformers forget only here what they keep for evaluation
        return used

    def open(self, folder: Path) -> Predictor:
        return open_predictor(folder, str(self.device), light=not self._answers_from_features)

    @property
    def _answers_from_features(self) -> bool:
        """Whether final answers come from what was kept, and hardly from the network itself."""
        return self.feeder.answering is not None

    def logits_of(self, held_out: np.ndarray, predictor: Answers, state: Tensors) -> Iterator[np.ndarray]:
        known = isinstance(predictor, Predictor)
        said = logits_from_features(self.feeder, predictor, state, held_out) if known else None
        yield from super().logits_of(held_out, predictor, state) if said is None else said

    def memories(self) -> dict[str, Tensors]:
        return dict(self._states())

    def remember(self, tensors: dict[str, Tensors]) -> None:
        for name, state in self._states():
            for each, tensor in tensors.get(name, {}).items():
                if each in state:
                    state[each].copy_(tensor)
                else:  # what has come to be since the state began
                    state[each] = tensor.to(self.device)

    def _states(self) -> Iterator[tuple[str, State]]:
        for choice, state in zip(self.recipe.regularizers, self.stepper.states, strict=True):
            yield f"regularizer {choice.name}", state

    def described(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        ever = self._ever_learning()
        return described(self.net.parts, self.model, ever), described(self.net.stages, self.model, ever)

    def _ever_learning(self) -> set[str]:
        """The parameters that learn in any epoch of the run."""
        learning: set[str] = set()
        for epoch in range(self.recipe.epochs):
            scales = self.strategy.lr_scales(len(self.net.parts), epoch)
            for part, scale in zip(self.net.parts, scales, strict=True):
                learning |= {name for name in part.parameters if scale > 0 and self.net.can_learn(name)}
        return learning

    def stages_now(self) -> list[dict[str, Any]]:
        return list(stages_of(self.net, self.optimizer, self.position.sums))

    def environment(self) -> dict[str, Any]:
        return environment_of_net(self.recipe, self.net, self.lesson, self.device)

    @property
    def began_with(self) -> str:
        return self.recipe.backbone

    def extras(self) -> dict[str, float]:
        return {key: value for each in self.regularizers for key, value in each.report(self.net).items()}

    def kept(self) -> tuple[str, str | None]:
        return self.feeder.note, self.feeder.cut.boundary if self.feeder.cut else None
