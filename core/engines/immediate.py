"""The immediate engine: a run happens in the calling process, now, and has ended when `submit` returns."""

from collections.abc import Callable
from typing import Any, ClassVar

from core.engines.base import execute
from core.engines.devices import choose
from core.errors import RecipeError, RecordError
from core.events import Event
from core.recipe import Recipe
from core.runs import liveness
from core.runs.log import RunLog
from core.runs.queue import in_order
from core.runs.record import Record


class Immediate:
    """For the terminal, for tests, for notebooks and for debugging."""

    name: ClassVar[str] = "immediate"

    def __init__(self, record: Record):
        self.record = record

    def submit(self, run: str, device: str, on_event: Callable[[Event], None] = lambda event: None) -> None:
        """Train a run that the record holds as queued."""
        recipe = Recipe.parse(self.record.store.recipe(run))
        with liveness.held(self.record.folder(run)):
            attempt = self.record.store.begin(run, "It is being trained by the process that asked for it.", device)
            if attempt is None:
                raise RecordError(f"The run {run} does not wait to be trained; resume it first.")
            desk = self.record.desk(run, attempt)
            desk.begin()
            execute(recipe, RunLog(desk, on_event=on_event), device)

    def insist(self) -> None:
        """There is always somebody: the process that asks."""

    def wake(self) -> None:
        """Train all that waits, here and now."""
        while waiting := in_order(self.record.store.waiting(self.name), {}, self.record.store.served()):
            try:
                device = choose(waiting[0].device)
            except RecipeError as error:
                self.record.store.move(waiting[0].run, "failed", str(error), only_from="queued")
            else:
                self.submit(waiting[0].run, device)

    def wake_if_needed(self) -> None:
        """What another process left waiting is its own affair: looking at the record must not begin to train."""

    def status(self) -> dict[str, Any]:
        return {
            "engine": self.name,
            "alive": True,
            "slots": 1,
            "places": ["here"],
            "running": [row.id for row in self.record.store.at_work(self.name)],
            "queued": [each.run for each in self.record.store.waiting(self.name)],
            "log": "",
        }
