"""Before an epoch's first step what is frozen looks at pictures: how far it is, is told, and whoever asks is heard."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.events import EpochEnded, Event, Finished, Improved, Looked, Notice, Predicted, Started, Step, Wish
from core.home import Home
from core.recipe import Recipe
from core.training.loop import train
from core.training.plan import Plan
from core.training.session import Session
from core.training.team import ALONE, Alone

AT_ONCE = 10
"""Pictures."""
PLAN = Plan(eval_batch=AT_ONCE, pace=1.0).to_json()
"""Of a machine on which it pays to keep anything."""


@dataclass
class Heard:
    events: list[Event] = field(default_factory=list)
    snapshot: Path | None = None

    def said(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def recipe(tiny: Recipe) -> Recipe:
    return replace(tiny, strategy="head", epochs=4)


@pytest.fixture
def listen(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Heard]:
    monkeypatch.setattr("core.training.attempt.SIGN_OF_LIFE", math.inf)  # judging, however slow, says nothing

    def listened(recipe: Recipe, at: tuple[int, int] = (0, 0), wish: Wish = None, state: Path | None = None) -> Heard:
        """All that is said; the look at this place, an epoch and a number from 1 on, is answered with a wish."""
        heard, answer, looks = Heard(), None, Counter[int]()
        learning = train(recipe, "cpu", plan=PLAN, state=state, home=home)
        while True:
            try:
                heard.events.append(learning.send(answer))
            except StopIteration:
                return heard
            answer, last = None, heard.events[-1]
            if isinstance(last, Looked) and last.save:
                epoch = len(heard.said(EpochEnded))
                looks[epoch] += 1
                if (epoch, looks[epoch]) == at:
                    answer, heard.snapshot = wish, home.folder / f"snapshot at {at}"
                    last.save(heard.snapshot)

    return listened


def test_every_picture_is_looked_at_before_the_first_step_and_by_a_second_run_none(recipe: Recipe, listen):
    first = listen(recipe)
    pictures = first.said(Started)[0].pictures
    of = pictures["train"] + pictures["val"]
    looks = first.said(Looked)
    kinds = [type(each) for each in first.events if isinstance(each, Looked | Step)]
    assert kinds == [Looked] * len(looks) + [Step] * (len(kinds) - len(looks))
    assert (looks[-1].pictures, looks[-1].of) == (of, of)
    assert len(looks) > 5 and all(0 < b.pictures - a.pictures <= AT_ONCE for a, b in pairwise(looks))
    second = listen(recipe)
    assert not second.said(Looked)
    assert [each.cache for each in second.said(EpochEnded)] == ["reused"] * 4
    assert [each.train_loss for each in second.said(EpochEnded)] == [each.train_loss for each in first.said(EpochEnded)]


def test_stopped_meanwhile_nothing_has_learned_and_what_was_seen_is_kept(recipe: Recipe, listen):
    stopped = listen(recipe, at=(0, 2), wish="stop")
    assert not stopped.said(Step) and not stopped.said(EpochEnded) and not stopped.said(Predicted)
    finished = stopped.said(Finished)[0]
    assert (finished.state, finished.best_epoch, finished.epochs) == ("stopped", None, 0)
    seen = stopped.said(Looked)[-1]
    assert listen(recipe).said(Looked)[0].of == seen.of - seen.pictures


def test_stopped_while_it_looks_at_further_views_the_best_so_far_is_told(recipe: Recipe, listen):
    stopped = listen(replace(recipe, augmentation=["flip"], views=2), at=(1, 1), wish="stop")
    assert [each.epoch for each in stopped.said(EpochEnded)] == [0]
    assert stopped.said(Finished)[0].state == "stopped"
    assert {each.weights for each in stopped.said(Predicted)} == {"best", "last"}


@pytest.mark.parametrize("epoch", [0, 1])
def test_paused_meanwhile_and_resumed_it_ends_as_if_nobody_had_asked(recipe: Recipe, listen, epoch: int):
    varied = replace(recipe, augmentation=["flip"], views=2)
    paused = listen(varied, at=(epoch, 2), wish="pause")
    finished = paused.said(Finished)[0]
    assert (finished.state, finished.reason) == ("paused", f"Paused before the first step of epoch {epoch + 1}.")
    assert len(paused.said(EpochEnded)) == epoch and not paused.said(Predicted)
    resumed, whole = listen(varied, state=paused.snapshot), listen(varied)
    assert resumed.said(Started)[0].resumed
    assert [each.epoch for each in resumed.said(EpochEnded)] == [0, 1, 2, 3][epoch:]
    for kind in (EpochEnded, Improved, Predicted):
        told = [figures(each) for each in whole.said(kind)]
        assert [figures(each) for each in resumed.said(kind)] == told[len(told) - len(resumed.said(kind)) :]


def test_a_time_limit_waits_until_there_is_something_to_keep(recipe: Recipe, listen):
    late = listen(replace(recipe, time_limit=1e-3))
    assert late.said(Looked)[-1].pictures == late.said(Looked)[-1].of
    assert len(late.said(Step)) == 1 and late.said(Finished)[0].best_epoch == 0
    assert "time limit" in late.said(Finished)[0].reason


def test_what_it_decided_is_told_before_it_looks(recipe: Recipe, listen, monkeypatch: pytest.MonkeyPatch):
    """A run that is paused meanwhile remembers the decision, and would never tell it."""
    monkeypatch.setattr("core.training.feeding.reason_against", lambda costs: "too many" if costs.views > 1 else None)
    heard = listen(replace(recipe, augmentation=["flip"], views=2))
    kinds = [type(each) for each in heard.events]
    assert heard.said(Notice)[0].message == "What is frozen computes its features in every epoch: too many."
    assert kinds.index(Notice) < kinds.index(Looked) < kinds.index(Step), "validation's are kept"


def test_views_to_come_are_told(recipe: Recipe, listen):
    heard = listen(replace(recipe, augmentation=["flip"], views=3))
    train = heard.said(Started)[0].pictures["train"]
    later = dict.fromkeys(each.later for each in heard.said(Looked))
    assert list(later) == [2 * train, train, 0]


def test_a_member_whose_home_is_its_own_looks_at_its_share_and_then_at_the_rest(recipe: Recipe, home: Home):
    session = Session(recipe, torch.device("cpu"), home, Plan.from_json(PLAN), ALONE)
    session.begin_epoch(0)
    assert session.feeder.frozen
    session.feeder.team = session.feeder.frozen.team = Half()
    looks = list(session.feeder.look(0))
    whole = sum(len(session.lesson.splits[split]) for split in ("train", "val"))
    assert {each.of for each in looks} == {whole // 2, whole} and looks[-1].pictures == whole
    assert all(each.pictures <= each.of for each in looks)


class Half(Alone):
    """One of two, each of whom keeps its features where the other does not see them."""

    size = 2

    def share(self, numbers: np.ndarray) -> np.ndarray:
        return numbers[: len(numbers) // 2]


def figures(event: Event) -> dict[str, Any]:
    timed = ("elapsed", "seconds", "pictures_per_second", "cache")
    return {name: value for name, value in event.to_json().items() if name not in timed}
