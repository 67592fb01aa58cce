"""learn(): an attempt becomes a stream of events. Read it from top to bottom; that is all there is."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

from core.events import Event, Wish
from core.home import Home
from core.recipe import Recipe
from core.training.attempt import Attempt
from core.training.endings import Ending
from core.training.environment import device_of
from core.training.plan import Plan
from core.training.reporting import (
    epoch_ended,
    finished,
    improved,
    judging,
    looked,
    notices,
    predictions,
    started,
    step,
)
from core.training.session import Session
from core.training.team import ALONE, Team


def train(
    recipe: Recipe,
    device: str = "auto",
    plan: dict[str, Any] | None = None,
    state: Path | None = None,
    team: Team = ALONE,
    home: Home | None = None,
) -> Generator[Event, Wish, None]:
    """A network learns, and says so."""
    known = Plan.from_json(plan) if plan else None
    yield from learn(Session(recipe, device_of(device), home or Home.from_environment(), known, team), state)


def learn(attempt: Attempt[Any], state: Path | None) -> Generator[Event, Wish, None]:
    """Learn, and say so. Answer an event with "stop" or "pause" to end early; with nothing to go on."""
    resumed = attempt.took_up(state)
    epochs, position = attempt.recipe.epochs, attempt.position
    yield started(attempt, resumed)
    yield from notices(attempt)

    ending = None
    while ending is None and position.epoch < epochs:
        epoch = position.epoch
        scales = attempt.begin_epoch(epoch)
        ending = yield from look(attempt, epoch)
        if ending:
            break
        for batch in attempt.batches(epoch):
            lr = attempt.learn(batch)
            yield from notices(attempt)
            ending = attempt.ending(attempt.verdict((yield step(attempt, epoch, lr, batch.of))))
            if ending:
                break
        if attempt.deserves_validation(ending):
            with attempt.evaluated():
                loss, accuracy = yield from judging(attempt, attempt.evaluate("val"))
                if diverged := attempt.diverged(loss):
                    ending = diverged
                    break
                better = attempt.improved(epoch, loss, accuracy)
            yield epoch_ended(attempt, epoch, scales, loss, accuracy)
            if better:
                yield improved(attempt, epoch, loss, accuracy)
            attempt.end_epoch(loss)
            ending = ending or attempt.patience_ended()
    yield from predictions(attempt, ending)
    yield finished(attempt, ending or Ending("done", f"All {epochs} epochs are done."))


def look(attempt: Attempt[Any], epoch: int) -> Generator[Event, Wish, Ending | None]:
    """Have what is frozen look at pictures before the epoch's first step; returns whether the run ends meanwhile."""
    yield from notices(attempt)
    for each in attempt.look(epoch):
        if ending := attempt.ending_before_steps((yield looked(attempt, each))):
            return ending
    return None
