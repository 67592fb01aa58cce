"""The least that learns by steps goes through the loop like everybody: it ends, pauses, resumes and keeps its best."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from core.data.pixels import Preparation
from core.errors import DataError, TrainingError
from core.events import EpochEnded, Event, Finished, Improved, Looked, Predicted, Started, Step, Wish
from core.home import Home
from core.recipe import EarlyStopping, Recipe
from core.training.attempt import Attempt
from core.training.endings import Ending
from core.training.folders import opening, write_folder
from core.training.lesson import Lesson
from core.training.looking import Look
from core.training.loop import learn
from core.training.plan import Plan
from core.training.predicting import Predictor, normalised
from core.training.reporting import looked
from core.training.state import Position
from core.training.team import Alone
from core.training.weights import Tensors, hash_of

PIXELS = Preparation(size=(8, 8), fit="squash", mean=(0.5,) * 3, std=(0.5,) * 3)


@dataclass(frozen=True)
class Shown:
    pictures: torch.Tensor
    labels: torch.Tensor

    @property
    def of(self) -> int:
        return len(self.labels)


class OneLayer(Attempt[Shown]):
    """A linear layer on the pixels; only from some epoch on can it be its best."""

    def __init__(self, recipe: Recipe, home: Home, ready_from: int = 0):
        super().__init__(recipe, torch.device("cpu"))
        self.lesson, self.plan, self.ready_from = Lesson.load(recipe, home), Plan(), ready_from
        self.lesson.prepare(PIXELS)
        torch.manual_seed(recipe.seed)
        self.model = layer(len(self.classes))
        group = {"params": [*self.model.parameters()], "names": ["weight", "bias"], "scale": 1.0}
        self.optimizer = torch.optim.SGD([group], recipe.lr, momentum=0.9)
        self.steps_per_epoch = len(self.lesson.batches(recipe, recipe.batch_size, 0))
        weights = hash_of(self.model.state_dict())
        self.position = Position(fingerprint=self.lesson.source.fingerprint, weights=weights)

    def begin_epoch(self, epoch: int) -> list[float]:
        return [1.0]

    def feed(self, epoch: int) -> Iterator[Shown]:
        for batch in self.lesson.batches(self.recipe, self.recipe.batch_size, epoch)[self.position.batch :]:
            yield Shown(self.seen(batch), torch.from_numpy(self.lesson.source.labels[batch]))

    def seen(self, numbers: np.ndarray) -> torch.Tensor:
        return normalised(self.lesson.canvases[numbers], PIXELS, "cpu")

    def learn(self, given: Shown) -> float:
        self.optimizer.zero_grad()
        logits = self.model(given.pictures)
        loss = functional.cross_entropy(logits, given.labels)
        loss.backward()
        self.optimizer.step()
        self.loss = self.position.recent_loss = float(loss.detach())
        right = int((logits.argmax(1) == given.labels).sum())
        self.position.count({"cross_entropy": self.loss}, right, given.of)
        self.position.batch, self.position.step = self.position.batch + 1, self.position.step + 1
        return self.recipe.lr

    def catch_up(self) -> None:
        """Every loss was read when it came."""

    def hopeless(self) -> bool:
        return (self.position.recent_loss or 0.0) > 1000

    def answers(self, indices: np.ndarray) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
        yield indices, self.model(self.seen(indices))

    def state_now(self) -> Tensors:
        return {name: each.detach().clone() for name, each in self.model.state_dict().items()}

    def write(self, folder: Path, state: Tensors) -> None:
        write_folder(folder, state, {"label_names": list(self.classes)}, {"preparation": PIXELS.to_json()})

    def open(self, folder: Path) -> Predictor:
        with opening(folder, "the layer") as saved:
            model = layer(len(saved.classes))
            model.load_state_dict(saved.tensors)
            return Predictor(model, saved.classes, saved.preparation)

    def described(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        size = sum(each.numel() for each in self.model.parameters())
        parts = [{"name": "layer", "parameters": size, "trained": size}]
        return parts, parts

    def stages_now(self) -> list[dict[str, Any]]:
        return []

    def environment(self) -> dict[str, Any]:
        return {}

    @property
    def began_with(self) -> str:
        return "one layer"

    def is_ready(self, epoch: int) -> bool:
        return epoch >= self.ready_from


def layer(classes: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, classes))


@pytest.fixture
def recipe() -> Recipe:
    return Recipe.parse({"dataset": "digits", "examples_per_class": 20, "batch_size": 20, "epochs": 4, "lr": 0.05})


def listen(attempt: OneLayer, wish_at: tuple[int, Wish] | None = None, state: Path | None = None) -> list[Event]:
    events, learning, wish = [], learn(attempt, state), None
    while True:
        try:
            events.append(learning.send(wish))
        except StopIteration:
            return events
        at = events[-1].step if isinstance(events[-1], Step) else 0
        wish = wish_at[1] if wish_at and at == wish_at[0] else None


def snapshot(recipe: Recipe, home: Home, step: int) -> Path:
    """Of a run that paused after a step."""
    attempt = OneLayer(recipe, home)
    events = listen(attempt, (step, "pause"))
    assert [event.state for event in events if isinstance(event, Finished)] == ["paused"]
    attempt.save(home.folder / f"snapshot {step}")
    return home.folder / f"snapshot {step}"


def of_kind(kind: type, events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_it_learns_and_says_what_every_run_says(recipe: Recipe, home: Home):
    events = listen(OneLayer(recipe, home))
    assert isinstance(events[0], Started) and events[0].parameters == {"trained": 1930, "total": 1930}
    assert [each.step for each in of_kind(Step, events)] == list(range(1, 4 * events[0].steps_per_epoch + 1))
    assert [each.epoch for each in of_kind(EpochEnded, events)] == [0, 1, 2, 3]
    assert {(each.split, each.weights) for each in of_kind(Predicted, events)} >= {("test", "best"), ("test", "last")}
    assert all(each.accuracy > 0.8 for each in of_kind(Predicted, events))
    assert (events[-1].state, events[-1].reason) == ("done", "All 4 epochs are done.")  # type: ignore[attr-defined]


@pytest.mark.parametrize("step", [1, 10, 11, 25])
def test_paused_after_any_step_and_resumed_it_ends_with_the_same_bits(recipe: Recipe, home: Home, step: int):
    whole, resumed = OneLayer(recipe, home), OneLayer(recipe, home)
    listen(whole)
    events = listen(resumed, state=snapshot(recipe, home, step))
    assert isinstance(events[0], Started) and events[0].resumed
    assert hash_of(resumed.state_now()) == hash_of(whole.state_now())
    assert (resumed.position.best_epoch, hash_of(resumed.best)) == (whole.position.best_epoch, hash_of(whole.best))


def test_a_snapshot_of_a_time_when_every_epoch_could_be_the_best_goes_on_as_well(recipe: Recipe, home: Home):
    whole, resumed, state = OneLayer(recipe, home), OneLayer(recipe, home), snapshot(recipe, home, 11)
    told = json.loads((state / "position.json").read_text())
    assert told["best_rank"][0] == 0.0 and len(told["best_rank"]) == 3
    (state / "position.json").write_text(json.dumps({**told, "best_rank": told["best_rank"][1:]}))
    listen(whole)
    listen(resumed, state=state)
    assert resumed.position.best_rank == whole.position.best_rank


def test_stopped_it_judges_and_tells_what_there_is(recipe: Recipe, home: Home):
    events = listen(OneLayer(recipe, home), (3, "stop"))
    assert [type(each) for each in events[-7:-5]] == [EpochEnded, Improved]
    assert of_kind(Finished, events)[0].state == "stopped" and len(of_kind(Predicted, events)) == 4


def test_a_rate_beyond_all_bounds_ends_as_diverged_and_is_never_the_best(recipe: Recipe, home: Home):
    events = listen(OneLayer(replace(recipe, lr=1e12), home))
    assert of_kind(Finished, events)[0].state == "diverged"
    assert all(math.isfinite(each.val_loss) for each in of_kind(Improved, events))


def test_an_epoch_that_is_not_ready_is_best_only_for_lack_of_another(recipe: Recipe, home: Home):
    attempt = OneLayer(recipe, home, ready_from=2)
    assert [attempt.improved(epoch, 0.1, accuracy) for epoch, accuracy in enumerate((0.9, 0.8, 0.1, 0.2))] == [
        True, False, True, True,
    ]  # fmt: skip
    assert attempt.position.best_epoch == 3


def test_patience_begins_when_an_epoch_can_be_the_best(recipe: Recipe, home: Home):
    stopping = EarlyStopping(on="accuracy", patience=2)
    attempt, endings = OneLayer(replace(recipe, early_stopping=stopping), home, ready_from=3), []
    for epoch in range(6):
        attempt.improved(epoch, 1.0, 0.5)
        endings.append(attempt.patience_ended())
    assert [each is None for each in endings] == [True] * 5 + [False]


def test_only_a_whole_epoch_is_judged_or_one_before_which_there_is_nothing_to_keep(recipe: Recipe, home: Home):
    attempt = OneLayer(recipe, home)
    attempt.position.batch = 1
    assert attempt.deserves_validation(None)
    assert not attempt.deserves_validation(Ending("diverged", ""))
    attempt.improved(0, 1.0, 0.5)
    assert not attempt.deserves_validation(None)
    attempt.position.batch = attempt.steps_per_epoch
    assert attempt.deserves_validation(None)


def test_what_began_elsewhere_or_with_other_pictures_cannot_go_on(recipe: Recipe, home: Home):
    state = snapshot(recipe, home, 2)
    with pytest.raises(TrainingError, match="weights of one layer have changed since the run began"):
        listen(OneLayer(replace(recipe, seed=1), home), state=state)
    with pytest.raises(DataError, match="pictures of digit_sums have changed"):
        listen(OneLayer(replace(recipe, dataset="digit_sums"), home), state=state)


def test_while_it_looks_at_pictures_the_clock_counts_where_there_is_something_to_keep(recipe: Recipe, home: Home):
    attempt = OneLayer(replace(recipe, time_limit=0.5), home)
    attempt.began -= 1
    assert attempt.ending_before_steps(None) is None
    attempt.position.best_epoch = 0
    assert attempt.ending_before_steps(None) == Ending("done", "The time limit of 0.5 s was reached.")


def test_a_team_that_looks_at_pictures_hears_its_owner_at_the_next_step(recipe: Recipe, home: Home):
    """Its members look at different numbers of them, and none may leave the others waiting."""
    attempt = OneLayer(recipe, home)
    assert attempt.ending_before_steps("stop") is not None
    assert looked(attempt, Look(1, 2)).save
    attempt.team = Two()
    assert attempt.ending_before_steps("stop") is None
    assert not looked(attempt, Look(1, 2)).save, "nobody pauses here, however often that is asked"


def test_judging_that_takes_long_says_how_far_it_is_and_comes_to_the_same(
    recipe: Recipe, home: Home, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.training.attempt.SIGN_OF_LIFE", math.inf)
    quiet = listen(OneLayer(recipe, home))
    assert not of_kind(Looked, quiet)
    monkeypatch.setattr("core.training.attempt.SIGN_OF_LIFE", 0.0)
    attempt = OneLayer(recipe, home)
    told = listen(attempt)
    assert {type(each) for each in told} == {type(each) for each in quiet} | {Looked}
    assert all(each.purpose == "judging" and each.save is None for each in of_kind(Looked, told))
    for kind, figure in ((EpochEnded, "val_loss"), (EpochEnded, "val_accuracy"), (Predicted, "loss")):
        assert [vars(each)[figure] for each in of_kind(kind, told)] == [
            vars(each)[figure] for each in of_kind(kind, quiet)
        ]
    kinds = [type(each) for each in told]
    assert Looked in kinds[kinds.index(Step) : kinds.index(EpochEnded)]
    last = next(each for each in reversed(told) if isinstance(each, Looked))
    assert last.pictures == last.of == len(attempt.lesson.splits["test"])


def test_whoever_listens_while_it_judges_finds_nothing_at_rest(
    recipe: Recipe, home: Home, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.training.attempt.SIGN_OF_LIFE", 0.0)
    attempt = OneLayer(recipe, home)
    attempt.model.train()
    for _ in attempt.evaluate("val"):
        assert attempt.model.training and not torch.is_inference_mode_enabled()


class Two(Alone):
    size = 2
