"""learn(): features of frozen backbones once, then one candidate after the other; validation chooses.

Each candidate is an epoch of the run, so that the curves show the search. What is held out for the test is asked when
all is decided.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

from core.events import Event, Wish
from core.home import Home
from core.learners import telling
from core.learners.search import Search
from core.recipe import Recipe
from core.training.environment import device_of
from core.training.plan import Plan


def learn(
    recipe: Recipe,
    device: str = "auto",
    plan: dict[str, Any] | None = None,
    state: Path | None = None,
    home: Home | None = None,
    **others: Any,
) -> Generator[Event, Wish, None]:
    """Learn, and say so. A run that was paused begins anew: what takes long, the features, is kept."""
    known = Plan.from_json(plan) if plan else None
    search = Search(recipe, device_of(device), home or Home.from_environment(), known)
    yield telling.started(search)
    yield from telling.notices(search)

    if wish := (yield from _looked(search)):
        yield telling.finished(search, search.ending(wish))
        return
    for settings in search.begin():
        tried = search.attempt(settings)
        wish = yield telling.ended(search, tried)
        if search.improved(tried):
            wish = (yield telling.improved(search, tried)) or wish
        yield from telling.notices(search)
        if wish or search.late:
            break
    if wish != "pause":
        yield from telling.predictions(search)
    yield telling.finished(search, search.ending(wish))


def _looked(search: Search) -> Generator[Event, Wish, Wish]:
    """The backbones look at all pictures; returns a wish that came meanwhile, when what they saw is safely kept."""
    for look in search.gather():
        if wish := (yield telling.looked(search, look)):
            return wish
    return None
