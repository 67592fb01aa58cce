"""What every action needs: the home, its record, whoever trains, and whoever has torch."""

import copy
from functools import cached_property
from typing import Any, Self

from core.engines.assistant.asking import Assistant
from core.engines.choosing import Engine, open_engine
from core.home import Home
from core.runs.record import Record


class Bench:
    """One home. `apart` is for servers: torch never loads in this process, but in an assistant of its own."""

    def __init__(self, home: Home, apart: bool = False):
        self.home = home
        self.record = Record(home)
        self._assistant = Assistant(home) if apart else None
        self._whole: Bench | None = None

    def seen_by(self, person: str) -> Self:
        """The same bench in the hands of one person: what is others' own is as if it were not there."""
        seen = copy.copy(self)
        seen.home, seen.record, seen._whole = self.home.seen_by(person), self.record.seen_by(person), self
        return seen

    def owned_by(self, named: str) -> str:
        """Whose a new run is: nobody who came in by the door can name another."""
        return named if self.home.viewer is None else self.home.viewer

    @cached_property
    def engine(self) -> Engine:
        """Whoever trains in the background, as THAW_ENGINE says; it sees all runs, whoever asks for it."""
        return self._whole.engine if self._whole else open_engine(self.record)

    def ask(self, question: str, **given: Any) -> dict[str, Any]:
        """One of `core.engines.questions`: what only torch can tell."""
        if self._assistant:
            return self._assistant.ask(question, given, self.home.viewer)
        from core.engines.questions import answer

        return answer(self.home, question, given)

    def close(self) -> None:
        self.record.close()
        if self._assistant:
            self._assistant.close()
