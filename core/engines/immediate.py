"""The immediate engine: a run happens in the calling process, now, and has ended when `submit` returns."""

from collections.abc import Callable

from core.engines.base import execute
from core.events import Event
from core.recipe import Recipe
from core.runs.log import RunLog
from core.runs.record import Record


class Immediate:
    """For the terminal, for tests and for debugging."""

    def __init__(self, record: Record):
        self.record = record

    def submit(self, run: str, device: str, on_event: Callable[[Event], None] = lambda event: None) -> None:
        """Train a run that the record holds as queued, or resume one."""
        recipe = Recipe.parse(self.record.store.recipe(run))
        execute(recipe, RunLog(self.record, run, on_event=on_event), device)
