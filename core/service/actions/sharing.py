"""A room's people: who they are, and what they let each other see."""

from typing import Any

from core.errors import DataError, RecordError, shown
from core.runs.people import People
from core.service.actions.bench import Bench
from core.service.actions.manners import manner_of


class SharingActions(Bench):
    """What is private until somebody shares it. On a laptop everything is everybody's."""

    def share(self, run: str, shared: bool = True) -> dict[str, Any]:
        """Let everybody in the room see a run, or its owner alone."""
        row = self.record.find_own(run)
        return {"run": row.id, "shared": self.record.share(row.id, shared)}

    def share_dataset(self, name: str, shared: bool = True) -> dict[str, Any]:
        """Let everybody in the room learn from an imported dataset, or its owner alone."""
        from dataclasses import replace

        from core.data.ownership import keep_owner, owner_of

        place = self._own_import(name)
        keep_owner(place, replace(owner_of(place), shared=shared))
        return {"dataset": name, "shared": shared}

    @manner_of("share_dataset")
    def owner_of_dataset(self, name: str) -> dict[str, Any]:
        """Whose an imported dataset is, and whether it is shared; whatever else there is, is everybody's."""
        from core.data.finding import located
        from core.data.ownership import Owner, owner_of

        origin, place = located(name, self.home)
        owner = owner_of(place) if origin == "imported" and place else Owner(shared=True)
        return {"dataset": name, "owner": owner.person, "shared": owner.shared}

    @manner_of("people")
    def introduce(self, name: str) -> dict[str, Any]:
        """Whoever holds this bench says what they are called."""
        viewer = self.home.viewer
        if viewer is None:
            raise RecordError("Nobody signs in on a laptop; there is nobody to name.")
        People(self.record.store).remember(viewer, name)
        return {"person": viewer, "name": name}

    def people(self) -> list[dict[str, Any]]:
        """Everybody who has come in by the door, in the order in which they came."""
        return [{"person": person, "name": name} for person, name in People(self.record.store).names().items()]

    def _own_import(self, name: str) -> Any:
        from core.data.finding import located
        from core.data.ownership import owner_of

        origin, place = located(name, self.home)
        if origin != "imported" or place is None:
            raise DataError(f"There is no imported dataset called {shown(name)}; only those can be shared.")
        if not owner_of(place).may_change(self.home.viewer):
            raise DataError(f"The dataset {name} is another person's; only they can change it.")
        return place
