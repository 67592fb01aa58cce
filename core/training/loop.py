"""train(): a recipe becomes a stream of events. Read it from top to bottom; that is all there is."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

from core.events import Event, Wish
from core.home import Home
from core.recipe import Recipe
from core.training.plan import Plan
from core.training.reporting import device_of, epoch_ended, finished, improved, notices, predictions, started, step
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
    """Learn, and say so. Answer an event with "stop" or "pause" to end early; with nothing to go on."""
    known = Plan.from_json(plan) if plan else None
    session = Session(recipe, device_of(device), home or Home.from_environment(), known, team)
    resumed = session.took_up(state)
    position = session.position
    yield started(session, resumed)
    yield from notices(session)

    ending = None
    while ending is None and position.epoch < recipe.epochs:
        epoch = position.epoch
        scales = session.begin_epoch(epoch)
        for fed in session.batches(epoch):
            lr = session.learn(fed)
            yield from notices(session)
            verdict = session.verdict((yield step(session, epoch, lr, fed.of)))
            if verdict == "pause":
                yield finished(session, "paused", f"Paused in epoch {epoch + 1}, after step {position.step}.")
                return
            ending = session.ending(verdict)
            if ending:
                break
        if session.deserves_validation(ending):
            with session.evaluated():
                loss, accuracy = session.evaluate("val")
                if diverged := session.diverged(loss):
                    ending = diverged
                    break
                better = session.improved(epoch, loss, accuracy)
            yield epoch_ended(session, epoch, scales, loss, accuracy)
            if better:
                yield improved(session, epoch, loss, accuracy)
            session.end_epoch(loss)
            ending = ending or session.patience_ended()
    yield from predictions(session, ending)
    yield finished(session, *(ending or ("done", f"All {recipe.epochs} epochs are done.")))
