"""Workbench: every action on one home, for pages and the terminal alike; plain values in, plain values out.

What an action needs loads with its first use, so that the door itself opens in a moment.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.engines.choosing import Engine, open_engine
from core.errors import ExplorerError, NotFound, RecordError, shown
from core.events import Event
from core.home import Home
from core.runs.record import Record
from core.runs.store import EVENTS_AT_ONCE
from core.runs.sweeps import SweepStore
from core.service import queueing, reusing, showing

if TYPE_CHECKING:
    from core.recipe import Recipe


def open_workbench(home: Home | None = None) -> "Workbench":
    return Workbench(home or Home.from_environment())


class Workbench:
    """What can be done, in one home. May be used from several threads."""

    def __init__(self, home: Home):
        self.home = home
        self.record = Record(home)

    @cached_property
    def engine(self) -> Engine:
        """Whoever trains in the background, as THAW_ENGINE says."""
        return open_engine(self.record)

    def datasets(self) -> list[dict[str, Any]]:
        from core.data.finding import find_datasets

        return [found.to_json() for found in find_datasets(self.home)]

    def import_dataset(self, path: str, name: str) -> dict[str, Any]:
        from core.data.importing import import_dataset

        return import_dataset(Path(path).expanduser(), name, self.home).to_json()

    def audit(self, name: str) -> dict[str, Any]:
        from core.data.audit import audit
        from core.data.finding import open_source
        from core.data.splits import split

        source = open_source(name, self.home)
        return audit(source, split(source)).to_json()

    def backbones(self, word: str | None = None) -> list[dict[str, Any]]:
        from core.service.listing import backbones

        return backbones(word)

    def choices(self, kind: str | None = None) -> dict[str, list[dict[str, Any]]]:
        from core.service.listing import choices

        return choices(kind)

    def doctor(self) -> dict[str, Any]:
        from core.service.doctor import doctor

        return doctor(self.record, self.datasets)

    def check(self, given: "Recipe | Mapping[str, Any]") -> "Recipe":
        """The recipe in full, or an error: every choice can be made, the dataset and the backbone are known here."""
        from core.service.checking import check

        return check(self.record, given)

    def preview(self, given: "Recipe | Mapping[str, Any]", sheet: str | None = None) -> dict[str, Any]:
        """What a recipe would do, before anything is trained; its first batch as one picture, if a file is named."""
        from core.training.preview import preview  # torch loads here

        seen = preview(self.check(given), self.home)
        if sheet is None:
            return {**seen.to_json(), "sheet": None}
        from core.data.sheet import contact_sheet

        path = Path(sheet).expanduser()
        try:
            contact_sheet(seen.pictures).save(path)
        except (OSError, ValueError) as error:
            raise RecordError(
                f"{shown(sheet)} can't be written ({error}); name a .png file in a folder that is there."
            ) from None
        return {**seen.to_json(), "sheet": str(path)}

    def train(
        self,
        given: "Recipe | Mapping[str, Any]",
        *,
        name: str = "",
        device: str = "auto",
        again: bool = False,
        owner: str = "",
        on_event: Callable[[Event], None] = lambda event: None,
    ) -> str:
        """Train here and now; answers the run, however it ended. What a finished twin has learned is its answer."""
        recipe = self.check(given)
        twin = None if again else self.finished_twin(recipe, owner, name=name)
        if twin:
            return twin
        from core.engines.devices import choose
        from core.engines.immediate import Immediate

        device = choose(device)
        run = self.record.create(recipe, name=name, owner=owner, wanted_device=device)
        Immediate(self.record).submit(run, device, on_event)
        return run

    def submit(
        self,
        given: "Recipe | Mapping[str, Any]",
        *,
        name: str = "",
        device: str = "auto",
        again: bool = False,
        owner: str = "",
        priority: int = 0,
        request: str | None = None,
    ) -> dict[str, Any]:
        """Have a run trained in the background, or find that it has been; `request` names one press of a button."""
        recipe = self.check(given)
        twin = None if again else self.finished_twin(recipe, owner, name=name, request=request)
        facts = {"name": name, "wanted_device": device, "priority": priority, "owner": owner, "request": request}
        run = twin or queueing.submit(self.record, self.engine, recipe, **facts)
        return {"run": run, "state": self.record.find(run).state, "reused": twin is not None}

    def submit_sweep(
        self,
        given: "Recipe | Mapping[str, Any]",
        *,
        grid: Sequence[str] = (),
        seeds: int = 1,
        halving: object = None,
        name: str = "",
        device: str = "auto",
        owner: str = "",
        priority: int = 0,
    ) -> dict[str, Any]:
        """Have a group of runs trained in the background: all of them, or none. Each is trained anew."""
        from core.recipe import Recipe
        from core.recipe.grid import axes_of, size
        from core.service.sweeping import begin

        recipe = given if isinstance(given, Recipe) else Recipe.parse(given)
        self.engine.insist()
        queueing.insist_on_room(self.record, owner, size(axes_of(grid), seeds))
        facts = {"owner": owner, "wanted_device": device, "priority": priority}
        submit = partial(queueing.write_down, self.record, self.engine, **facts)
        choices = {"grid": grid, "seeds": seeds, "halving": halving, "name": name, "owner": owner}
        care = {"engine": self.engine.name, "most_waiting": queueing.most_waiting()}
        made = begin(self.record, recipe, **choices, **care, check=self.check, submit=submit)
        self.engine.wake()
        return made

    def sweep(self, word: str) -> dict[str, Any]:
        """A group of runs as one: how far it has come, and the mean and the spread of each combination."""
        from core.service.sweeping import summary

        return summary(self.record, SweepStore(self.record.store).find(word))

    def sweeps(self, limit: int = -1) -> list[dict[str, Any]]:
        """The groups of runs, newest first."""
        from core.service.sweeping import line

        return [line(self.record, sweep) for sweep in SweepStore(self.record.store).newest(limit)]

    def stop_sweep(self, word: str) -> dict[str, Any]:
        """End all of a group that has not ended."""
        sweep = SweepStore(self.record.store).find(word)
        runs = queueing.stop_all(self.record, self.engine, self.record.page(sweep=sweep.id))
        if not runs:
            raise RecordError(f"All runs of the sweep {shown(sweep.name)} have ended; there is nothing to stop.")
        return {"sweep": sweep.id, "name": sweep.name, "runs": [{"run": row.id, "state": row.state} for row in runs]}

    def stop(self, run: str) -> dict[str, Any]:
        return self._after(queueing.stop, run)

    def pause(self, run: str) -> dict[str, Any]:
        return self._after(queueing.pause, run)

    def resume(self, run: str) -> dict[str, Any]:
        return self._after(queueing.resume, run)

    def _after(self, act: Callable[..., None], run: str) -> dict[str, Any]:
        """Do something to a run; answer what state that has led to."""
        row = self.record.find(run)
        act(self.record, self.engine, row)
        return {"run": row.id, "state": self.record.find(row.id).state}

    def queue(self) -> dict[str, dict[str, Any]]:
        """Per waiting run: its `position`, and the seconds in which it may start (`starts_in`)."""
        return queueing.queue(self.record, self.engine.name, self.engine.status()["slots"])

    def logs(self, run: str, last: int | None = None) -> dict[str, Any]:
        """What the worker of a run printed."""
        row = self.record.find(run)
        return {"run": row.id, "lines": queueing.log_of(self.record, row, last)}

    def engine_status(self) -> dict[str, Any]:
        """Whether the engine is alive, its places, what it trains and what waits."""
        return self.engine.status()

    def wake(self) -> str | None:
        """After a restart: runs that wait for nobody get somebody; costs next to nothing when all is well.

        Answers why that could not be, if so: whoever only looks at runs is shown them all the same.
        """
        try:
            self.engine.wake_if_needed()
        except ExplorerError as error:
            return str(error)
        return None

    def finished_twin(self, recipe: "Recipe", owner: str = "", **facts: Any) -> str | None:
        """The owner's finished run of the same on the same; if only another's can answer, it is copied for them."""
        return reusing.answer(self.record, recipe, owner, **facts)

    def runs(self, limit: int = -1, before: str | None = None, state: str | None = None) -> list[dict[str, Any]]:
        """A page of runs, newest first; `before` is the last run of the page above."""
        above = self.record.find(before).number if before else None
        return self._placed([showing.brief(row) for row in self.record.page(limit, above, state)])

    def glance(self, run: str) -> dict[str, Any]:
        """A run's line in the list alone: cheap enough to ask several times a second."""
        return self._placed([showing.brief(self.record.find(run))])[0]

    def show(self, run: str) -> dict[str, Any]:
        return self._placed([showing.full(self.record, self.record.find(run))])[0]

    def _placed(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Runs that wait have a place in the queue."""
        queue = self.queue() if any(line["state"] == "queued" for line in lines) else {}
        return [{**line, **queue.get(line["run"], {"position": None, "starts_in": None})} for line in lines]

    def events(self, run: str, after: int = 0, limit: int = EVENTS_AT_ONCE) -> list[dict[str, Any]]:
        """What the run said after event number `after`, at most 500 at once."""
        return self.record.store.events(self.record.find(run).id, after, limit)

    def compare(self, runs: Sequence[str], split: str | None = None) -> dict[str, Any]:
        from core.service.comparing import compare

        rows = list({row.id: row for row in map(self.record.find, runs)}.values())
        if len(rows) < 2:
            raise RecordError("A comparison takes two different runs; name another one.")
        return compare(self.record, rows, split)

    def predict(self, run: str, pictures: Iterable[str | tuple[str, bytes]], device: str = "auto") -> dict[str, Any]:
        """Labels for files, folders, or named bytes (uploads)."""
        row = self.record.find(run)
        best = self.record.folder(row.id) / "best"
        if not best.exists():
            raise NotFound(
                f"The run {row.id} ({row.state}) has no weights to predict with; choose one that has ended well."
            )
        from core.engines.devices import choose
        from core.engines.predictor import pictures_of, predict

        named = (each for given in pictures for each in (pictures_of([given]) if isinstance(given, str) else [given]))
        return {"run": row.id, **predict(best, named, choose(device))}

    def delete(self, run: str) -> dict[str, Any]:
        row = self.record.find(run)
        self.record.delete(row.id)
        return {"run": row.id, "state": "deleted"}

    def rename(self, run: str, name: str) -> dict[str, Any]:
        row = self.record.find(run)
        return {"run": row.id, "name": self.record.rename(row.id, name)}

    def note(self, run: str, note: str) -> dict[str, Any]:
        row = self.record.find(run)
        return {"run": row.id, "note": self.record.note(row.id, note)}

    def tag(self, run: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> dict[str, Any]:
        row = self.record.find(run)
        return {"run": row.id, "tags": self.record.tag(row, add, remove)}

    def close(self) -> None:
        self.record.close()
