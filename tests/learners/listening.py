"""Hearing a learner out, asking it to pause or to stop after a step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from core.engines.base import learner_of
from core.events import Event, Step, Wish
from core.home import Home
from core.recipe import Recipe

Said = TypeVar("Said", bound=Event)


@dataclass
class Heard:
    """What was said, and the state that was saved where it paused."""

    events: list[Event] = field(default_factory=list)
    snapshot: Path | None = None

    def said(self, kind: type[Said]) -> list[Said]:
        return [event for event in self.events if isinstance(event, kind)]


def hear(
    recipe: Recipe,
    home: Home,
    *,
    wish_at: tuple[int, Wish] | None = None,
    state: Path | None = None,
    plan: dict[str, Any] | None = None,
    during: Callable[[Event], None] = lambda event: None,
) -> Heard:
    """Everything a learner says; `wish_at` is the step that is answered with a wish."""
    heard, wish = Heard(), None
    learning = learner_of(recipe)(recipe, "cpu", plan=plan, state=state, home=home)
    while True:
        try:
            event = learning.send(wish)
        except StopIteration:
            return heard
        heard.events.append(event)
        during(event)
        wish = None
        if wish_at and isinstance(event, Step) and event.step == wish_at[0] and event.save:
            wish = wish_at[1]
            heard.snapshot = home.folder / f"snapshot {event.step}"
            event.save(heard.snapshot)
