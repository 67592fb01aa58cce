"""train(): a recipe becomes a stream of events. Read it from top to bottom; that is all there is."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

from core.events import Event, Improved, Wish
from core.home import Home
from core.recipe import Recipe
from core.training.plan import Plan
from core.training.reporting import device_of, epoch_ended, finished, notices, predictions, started, step
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
    position = session.position
    if state:
        session.restore(state)
        position = session.position
    yield started(session, resumed=state is not None)
    yield from notices(session)

    ending = None
    while ending is None and position.epoch < recipe.epochs:
        epoch = position.epoch
        scales = session.begin_epoch(epoch)
        for fed in session.batches(epoch):
            lr = session.learn(fed)
            yield from notices(session)
            if session.hopeless:
                ending = (
                    "diverged",
                    f"The loss left all bounds in epoch {epoch + 1}, step {position.step}; a lower rate may help.",
                )
                break
            wish = team.agree((yield step(session, epoch, lr, len(fed.indices))))
            if wish == "pause":
                yield finished(session, "paused", f"Paused in epoch {epoch + 1}, after step {position.step}.")
                return
            if wish == "stop" or session.out_of_time:
                ending = ("stopped", "Stopped on request.") if wish else ("done", "The time limit was reached.")
                break
        if ending is None or (position.best_epoch is None and ending[0] != "diverged"):
            with session.evaluated():
                loss, accuracy = session.evaluate("val")
                better = session.improved(epoch, loss, accuracy)
            position.val_losses.append(loss)
            yield epoch_ended(session, epoch, scales, loss, accuracy)
            if better:
                yield Improved(
                    elapsed=session.elapsed, epoch=epoch, val_loss=loss, val_accuracy=accuracy, save=session.save_best
                )
            position.epoch, position.batch, position.sums = epoch + 1, 0, {}
            if ending is None and session.patience_is_over:
                ending = "done", f"Validation has not improved for {position.waited} epochs."
    if position.best_epoch is not None:
        yield from predictions(session, with_last=ending is None or ending[0] != "diverged")
    yield finished(session, *(ending or ("done", f"All {recipe.epochs} epochs are done.")))
