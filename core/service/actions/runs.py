"""The runs as they are: listed, shown, renamed, removed."""

from collections.abc import Iterable
from typing import Any

from core.home import SAMPLE
from core.runs.states import HELD
from core.runs.store import EVENTS_AT_ONCE, RunRow
from core.service import showing
from core.service.actions.manners import manner_of
from core.service.actions.queue import QueueActions
from core.service.queueing import ON_THE_WAY, standing

POINTS = 300
"""As many as a curve on a screen can show."""


class RunActions(QueueActions):
    """What is known of runs, and what people write on them."""

    def runs(self, limit: int = -1, before: str | None = None, state: str | None = None) -> list[dict[str, Any]]:
        """A page of runs, newest first; `before` is the last run of the page above."""
        above = self.record.find(before).number if before else None
        return self._placed([showing.brief(row) for row in self.record.page(limit, above, state)])

    @manner_of("show")
    def glance(self, run: str) -> dict[str, Any]:
        """A run's line in the list alone: cheap enough to ask several times a second."""
        return self._placed([showing.brief(self.record.find(run))])[0]

    def show(self, run: str) -> dict[str, Any]:
        return self._placed([showing.full(self.record, self.record.find(run))])[0]

    def follow(self, run: str, points: int = POINTS) -> dict[str, Any]:
        """A run as it stands, with its curves in at most so many points: cheap, however many follow one run.

        What it says is read once a second at most; those who follow it share what is answered, and must not change it.
        """
        from core.service.stories import stories_of

        line = self.glance(run)  # before the story: whoever has ended has said everything
        ended = line["state"] not in ON_THE_WAY
        told = stories_of(self.record.store).told(line["run"], points, ended)
        looking = told["looking"] if line["state"] in HELD else None  # who died meanwhile looks no more
        return {**line, **self._standing(line), **told, "looking": looking}

    def lineup(self) -> dict[str, Any]:
        """The runs at work, and those that wait in the order of their turns."""
        waiting = sorted(self.runs(state="queued"), key=lambda line: (line["position"] is None, line["position"]))
        at_work = self._placed([showing.brief(row) for row in self._at_work()])
        return {
            "at_work": [{**line, **self._standing(line)} for line in at_work],
            "waiting": [{**line, **self._standing(line)} for line in waiting],
        }

    def _standing(self, line: dict[str, Any]) -> dict[str, Any]:
        """What its state means, and what whoever looks may ask for: of another's run and of the sample, nothing."""
        own = line["run"] != SAMPLE and self.record.viewer in (None, line["owner"])
        return {**standing(line["state"]), **({} if own else {"may": []})}

    def _at_work(self) -> list[RunRow]:
        return [row for state in sorted(HELD) for row in self.record.page(state=state) if row.state in HELD]

    def _placed(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Runs that wait have a place in the queue."""
        queue = self.queue() if any(line["state"] == "queued" for line in lines) else {}
        return [{**line, **queue.get(line["run"], {"position": None, "starts_in": None})} for line in lines]

    @manner_of("follow")
    def events(self, run: str, after: int = 0, limit: int = EVENTS_AT_ONCE) -> list[dict[str, Any]]:
        """What the run said after event number `after`, at most 500 at once."""
        return self.record.store.events(self.record.find(run).id, after, limit)

    def delete(self, run: str) -> dict[str, Any]:
        row = self.record.find_own(run)
        self.record.delete(row.id)
        return {"run": row.id, "state": "deleted"}

    def rename(self, run: str, name: str) -> dict[str, Any]:
        row = self.record.find_own(run)
        return {"run": row.id, "name": self.record.rename(row.id, name)}

    def note(self, run: str, note: str) -> dict[str, Any]:
        row = self.record.find_own(run)
        return {"run": row.id, "note": self.record.note(row.id, note)}

    def tag(self, run: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> dict[str, Any]:
        row = self.record.find_own(run)
        return {"run": row.id, "tags": self.record.tag(row, add, remove)}
