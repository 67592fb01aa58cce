"""The immediate engine: a run happens in the calling process, now, and has ended when `submit` returns."""

from collections.abc import Callable

from core.engines.base import execute
from core.errors import RecordError
from core.events import Event
from core.recipe import Recipe
from core.runs import liveness
from core.runs.log import RunLog
from core.runs.record import Record


class Immediate:
    """For the terminal, for tests and for debugging."""

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
