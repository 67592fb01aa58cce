"""From a recipe to runs: looked at before, trained here, or handed to the engine."""

import io
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import RecordError, shown
from core.events import Event
from core.home import Home
from core.service import queueing, reusing
from core.service.actions.bench import Bench
from core.service.actions.manners import manner_of
from core.service.soon import Answers

if TYPE_CHECKING:
    from core.recipe import Recipe


class TrainingActions(Bench):
    """What begins runs."""

    def __init__(self, home: Home, apart: bool = False):
        super().__init__(home, apart)
        self._answers = Answers()

    @manner_of("preview")
    def soon(
        self, action: str, given: "Recipe | Mapping[str, Any]", *, patience: float = 0.3, **how: Any
    ) -> Any | None:
        """What one of the actions on a recipe answers, or None while that takes its time: ask again then."""
        from core.recipe import Recipe

        recipe = given if isinstance(given, Recipe) else Recipe.parse(given)
        question = (self.home, action, recipe.hash, *sorted(how.items()))
        return self._answers.ask(question, partial(getattr(self, action), recipe, **how), patience)

    def close(self) -> None:
        self._answers.close()
        super().close()

    def check(self, given: "Recipe | Mapping[str, Any]") -> "Recipe":
        """The recipe in full, or an error: every choice can be made, the dataset and the backbone are known here."""
        from core.service.checking import check

        return check(self.record, given, self.ask)

    def describe(self, given: "Recipe | Mapping[str, Any]") -> dict[str, Any]:
        """A recipe in full: each field with its limits and what was changed, its hash, the command that repeats it."""
        from core.service.describing import describe

        return describe(given)

    def preview(self, given: "Recipe | Mapping[str, Any]", sheet: str | bool | None = None) -> dict[str, Any]:
        """What a recipe would do, before anything is trained.

        Its first batch comes as one picture where asked for: as PNG bytes, or in the file that `sheet` names.
        """
        seen = self.ask("preview", recipe=self.check(given).to_json(), sheet=bool(sheet))
        return {**seen, "sheet": _written(seen["sheet"], sheet)} if isinstance(sheet, str) else seen

    def estimate(self, given: "Recipe | Mapping[str, Any]", device: str = "auto") -> dict[str, Any]:
        """How long a recipe would take here (`seconds`, within `seconds_low` and `seconds_high`) and its `memory`.

        A moment of the real work is tried, which takes some seconds; an error where a learner cannot tell.
        """
        return self.ask("estimate", recipe=self.check(given).to_json(), device=device)

    @manner_of("submit")
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
        owner = self.owned_by(owner)
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
        owner = self.owned_by(owner)
        twin = None if again else self.finished_twin(recipe, owner, name=name, request=request)
        facts = {"name": name, "wanted_device": device, "priority": priority, "owner": owner, "request": request}
        run = twin or queueing.submit(self.record, self.engine, recipe, **facts)
        return {"run": run, "state": self.record.find(run).state, "reused": twin is not None}

    def plan_sweep(
        self, given: "Recipe | Mapping[str, Any]", *, grid: Sequence[str] = (), seeds: int = 1
    ) -> dict[str, Any]:
        """Which runs a sweep would have, before any of them is made."""
        from core.recipe import Recipe
        from core.recipe.grid import axes_of, expand, size

        axes = axes_of(grid)
        members = expand(given if isinstance(given, Recipe) else Recipe.parse(given), axes, seeds)
        runs = [{**member.values, "seed": member.seed} for member in members]
        return {"runs": runs, "merged": size(axes, seeds) - len(members)}

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
        owner = self.owned_by(owner)
        queueing.insist_on_room(self.record, owner, size(axes_of(grid), seeds))
        facts = {"owner": owner, "wanted_device": device, "priority": priority}
        submit = partial(queueing.write_down, self.record, self.engine, **facts)
        choices = {"grid": grid, "seeds": seeds, "halving": halving, "name": name, "owner": owner}
        care = {"engine": self.engine.name, "most_waiting": queueing.most_waiting()}
        made = begin(self.record, recipe, **choices, **care, check=self.check, submit=submit)
        self.engine.wake()
        return made

    @manner_of("submit")
    def finished_twin(self, recipe: "Recipe", owner: str = "", **facts: Any) -> str | None:
        """The owner's finished run of the same on the same; if only another's can answer, it is copied for them."""
        return reusing.answer(self.record, recipe, self.owned_by(owner), **facts)


def _written(drawn: bytes, file: str) -> str:
    """The file that a drawn picture now stands in; its ending says of what kind."""
    from PIL import Image

    path = Path(file).expanduser()
    try:
        Image.open(io.BytesIO(drawn)).save(path)
    except (OSError, ValueError) as error:
        raise RecordError(
            f"{shown(file)} can't be written ({error}); name a .png file in a folder that is there."
        ) from None
    return str(path)
