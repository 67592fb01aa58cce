"""A path's way through its epochs: features first, then steps of all heads; validation says which one is told of."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.events import Predicted, Save
from core.learners.backbones import frozen_stages
from core.learners.course import Course
from core.learners.path_judging import Standing, judged, pieces
from core.learners.path_keeping import keep_path
from core.learners.path_walker import Walker
from core.training.beginning import length
from core.training.environment import environment_of_net
from core.training.looking import Look, counted, each_timed
from core.training.parts import HEAD
from core.training.plan import Plan
from core.training.predicting import Answers
from core.training.stepper import is_hopeless, recent
from core.training.surroundings import computing_on
from core.training.weights import Tensors


class PathCourse(Course):
    """Everything one run of a path works with."""

    pupil: Walker

    def __init__(self, pupil: Walker, plan: Plan):
        self._threads = torch.get_num_threads()
        super().__init__(pupil, plan)
        self.position.weights = pupil.net.weights_hash
        self._note = "reused"

    def look(self, epoch: int) -> Iterator[Look]:
        """Features of whatever is learned from and judged by: to look at pictures takes more than a step does."""
        kept = np.concatenate([self.lesson.splits["train"], self.lesson.splits["val"]])
        missing = self.pupil.features.missing(kept)
        self._note = "computed" if missing else "reused"
        with self.looking():
            looks = counted(self.pupil.features.gather(kept), missing)
            yield from each_timed(looks, partial(self.position.timed, "prefix"))

    def looking(self) -> AbstractContextManager[None]:
        """With all threads there are."""
        return computing_on(self._threads)

    def predictor(self, state: Tensors, used: Answers | None = None) -> Answers:
        """Steps are over, and whole pictures are looked at again."""
        torch.set_num_threads(self._threads)
        return super().predictor(state)

    def _recent(self, loss: float, losses: Mapping[str, float]) -> float:
        return recent(self.position.recent_loss, loss, losses["cross_entropy"])

    def hopeless(self) -> bool:
        """Whether even the head that loses least is far worse than guessing."""
        return self.position.recent_loss is not None and is_hopeless(self.position.recent_loss, len(self.classes))

    def kept(self) -> tuple[str, str | None]:
        return self._note, HEAD

    def answers(self, indices: np.ndarray) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
        """What the head says that these pictures find best: it leads from now on."""
        found = self.standing(indices)
        self.pupil.model.leader.fill_(found.best(self.recipe.early_stopping))
        weight, bias = self.pupil.model.state_of(int(self.pupil.model.leader)).values()
        for chunk in pieces(indices, self.pupil.model):
            yield chunk, torch.nn.functional.linear(self.pupil.rows(chunk), weight, bias)

    def standing(self, numbers: np.ndarray, counting: bool = False) -> Standing:
        """How all heads do on some pictures."""
        return judged(self.pupil.model, self.pupil.rows, numbers, self.lesson.source.labels, counting)

    def state_now(self) -> Tensors:
        leader = self.pupil.model.leader
        head = {**self.pupil.model.state_of(int(leader)), "number": leader}
        return {name: each.detach().cpu().clone() for name, each in head.items()}

    def completed(self, predicted: Predicted) -> Predicted:
        """With all that the best head was found among."""
        if predicted.split != "val":
            return predicted
        return replace(predicted, save=partial(self._save, save=predicted.save))

    def _save(self, folder: Path, save: Save | None) -> None:
        if save:
            save(folder)
        best = {"number": int(self.best["number"]), "epoch": self.position.best_epoch}
        train, val = self.standing(self.lesson.splits["train"]), self.standing(self.lesson.splits["val"], counting=True)
        keep_path(folder, self.pupil, best, train, val)

    def described(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        heads, _ = super().described()
        stages = [*frozen_stages([self.pupil.net]), *heads]
        return stages, stages

    def _gradient(self, stage: str) -> float:
        """Of the heads that have not lost their way."""
        found = [each.grad for each in self.pupil.stages[stage].parameters() if each.grad is not None]
        return length(each.nan_to_num(0.0, 0.0, 0.0) for each in found)

    def environment(self) -> dict[str, Any]:
        return environment_of_net(self.recipe, self.pupil.net, self.lesson, self.device)

    @property
    def began_with(self) -> str:
        return self.recipe.backbone
