"""Small real runs: digits, a tiny network of each family, and a way to take one apart between any two steps."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch

from core.events import EpochEnded, Event, Finished, Step
from core.home import Home
from core.recipe import Recipe
from core.training.loop import train
from core.training.session import Session
from core.training.team import ALONE, Team

FAMILIES = ("thaw_small", "test_efficientnet", "test_vit", "test_convnext")
"""A residual network (with its weights), a MobileNet, a transformer and a modern convolutional one, all tiny."""


def of_family(recipe: Recipe, family: str) -> Recipe:
    return replace(recipe, backbone=family, pretrained=family == "thaw_small")


Said = TypeVar("Said", bound=Event)


@dataclass
class Outcome:
    """What a run said, the weights it ended with, and those after each epoch."""

    events: list[Event]
    weights: dict[str, torch.Tensor]
    after: list[dict[str, torch.Tensor]]
    snapshot: Path | None = None

    def said(self, kind: type[Said]) -> list[Said]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def finished(self) -> Finished:
        return self.said(Finished)[0]

    @property
    def losses(self) -> list[float]:
        return [event.train_loss for event in self.said(EpochEnded)]


@pytest.fixture
def tiny() -> Recipe:
    return Recipe.parse(
        {
            "dataset": "digits",
            "backbone": "test_resnet",
            "pretrained": False,
            "image_size": 32,
            "examples_per_class": 3,
            "batch_size": 8,
            "epochs": 3,
            "schedule": "constant",
        }
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


class Runner:
    """Trains to the end, or until a step at which the state is saved and the run pauses; keeps every session."""

    def __init__(self, home: Home, folder: Path, team: Team = ALONE):
        self.home, self.folder, self.team = home, folder, team
        self.sessions: list[Session] = []

    def __call__(
        self,
        recipe: Recipe,
        *,
        pause_at: int | None = None,
        state: Path | None = None,
        plan: dict[str, Any] | None = None,
        where: Home | None = None,
    ) -> Outcome:
        outcome = Outcome([], {}, [])
        home = where or self.home
        learning, wish = train(recipe, "cpu", plan=plan, state=state, team=self.team, home=home), None
        while True:
            try:
                event = learning.send(wish)
            except StopIteration:
                outcome.weights = self.weights()
                return outcome
            wish = None
            outcome.events.append(event)
            if isinstance(event, Step) and event.step == pause_at and event.save:
                outcome.snapshot = self.folder / f"snapshot at {pause_at}"
                event.save(outcome.snapshot)
                wish = "pause"
            if isinstance(event, EpochEnded):
                outcome.after.append(self.weights())

    def weights(self) -> dict[str, torch.Tensor]:
        return {name: tensor.detach().clone() for name, tensor in self.sessions[-1].net.model.state_dict().items()}


@pytest.fixture
def run(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    runner = Runner(home, tmp_path)
    monkeypatch.setattr(Session, "__init__", remembering(runner))
    return runner


def remembering(runner: Runner) -> Callable[..., None]:
    """How a session begins, if the runner is to keep it."""
    begin = Session.__init__

    def remembered(self: Session, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        runner.sessions.append(self)

    return remembered


def differing(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> set[str]:
    """The names of the tensors that differ in a single bit."""
    assert one.keys() == other.keys()
    return {name for name in one if not torch.equal(one[name], other[name])}
