"""execute(): a recipe learns, the log listens. Engines differ only in who calls it, and where."""

import traceback
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.catalog.learners import LEARNERS
from core.errors import DiskFull, ExplorerError, Superseded
from core.events import Event, Wish
from core.recipe import Recipe
from core.runs.log import RunLog
from core.runs.states import State

if TYPE_CHECKING:
    from core.training.team import Team

Learning = Generator[Event, Wish, Any]


def learner_of(recipe: Recipe) -> Callable[..., Learning]:
    """The generator that the recipe's learner names; what it needs loads here, in the worker, never in a page."""
    module, _, function = LEARNERS.entry(recipe.learner.name).generator.partition(":")
    return getattr(import_module(module), function)


def execute(recipe: Recipe, log: RunLog, device: str, team: "Team | None" = None) -> None:
    """Let a recipe learn; the log keeps what it says, and passes on what its owner wishes.

    Whoever calls it has begun an attempt at the run, and holds the run's lock. With a `team`, other processes do the
    same at the same time.
    """
    others = {} if team is None else {"team": team}
    try:
        learner = learner_of(recipe)
        with _given_back():
            _listen(learner(recipe, device, plan=log.plan, state=log.state, home=log.home, **others), log)
    except Superseded:
        return  # the run is in other hands by now
    except ExplorerError as error:
        log.finish(*last_word(error))
    except KeyboardInterrupt as interrupt:
        with suppress(ExplorerError):
            log.keep_better_weights(at_once=True)
        log.finish("stopped", str(interrupt) or "Interrupted from the keyboard.")
        raise
    except Exception as error:
        bug = "".join(traceback.format_exception_only(error)).strip()
        log.finish("failed", f"A bug: {bug}", traceback.format_exc())
        raise


def _given_back() -> AbstractContextManager[None]:
    """A notebook goes on computing in the process in which a run has learned."""
    from core.training.surroundings import given_back  # torch has been loaded by now

    return given_back()


def last_word(error: ExplorerError) -> tuple[State, str]:
    """What becomes of a run that could not go on, for a reason that somebody can mend."""
    if isinstance(error, DiskFull):
        return "paused", f"{error} It can be resumed from its last snapshot."
    return "failed", str(error)


def _listen(learning: Learning, log: RunLog) -> None:
    wish: Wish = None
    try:
        with suppress(StopIteration):
            while True:
                wish = log.take(learning.send(wish))
    finally:
        learning.close()
