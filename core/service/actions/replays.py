"""Published experiments: the cards there are, beginning one, and how it stands."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from core.errors import DataError, NotFound, shown
from core.runs.folders import write_json
from core.runs.sweeps import SweepRow, SweepStore
from core.service import queueing
from core.service.actions.bench import Bench
from core.service.actions.manners import manner_of

if TYPE_CHECKING:
    from core.recipe import Recipe

Document = Mapping[str, Any]


class ReplayActions(Bench):
    """Claims of others, beside what comes of them here."""

    def replays(self) -> list[dict[str, Any]]:
        """The cards that come with Thaw."""
        from core.catalog.replays import REPLAYS
        from core.service.replaying.cards import told

        return [told(document) for document in REPLAYS.values()]

    @manner_of("replays")
    def replay_card(self, given: str | Document) -> dict[str, Any]:
        """One card told, and its `document`, to be saved and handed on."""
        from core.service.replaying.cards import document_of, told

        document = document_of(given)
        return {**told(document), "document": dict(document)}

    @manner_of("replay")
    def read_card(self, text: str) -> dict[str, Any]:
        """The same of a card as somebody has written it; what is wrong with it is one sentence that names the field."""
        from core.service.replaying.cards import from_text

        return self.replay_card(from_text(text))

    def replay(
        self,
        given: str | Document,
        form: str = "quick",
        *,
        seeds: int | None = None,
        chosen: Mapping[str, str] | None = None,
        again: bool = False,
        device: str = "auto",
        owner: str = "",
    ) -> dict[str, Any]:
        """Have all runs of a card trained in the background; the same one on its way, or done, is its answer."""
        from core.recipe.replays import Card
        from core.service.replaying import beginning
        from core.service.replaying.cards import document_of

        document = document_of(given)
        card = Card.parse(document)
        options = card.chosen(chosen or {})
        planned = [each.checked(self._can_be_trained) for each in card.planned(form, seeds, options)]
        owner = self.owned_by(owner)
        wanted = beginning.plan_of(document, form, options, planned)
        if known := None if again else self._begun(wanted, owner):
            return {"sweep": known.id, "name": known.name, "replay": card.name, "form": form, "reused": True}
        self.engine.insist()
        queueing.insist_on_room(self.record, owner, len(planned))
        submit = partial(queueing.write_down, self.record, self.engine, owner=owner, wanted_device=device)
        care = {"engine": self.engine.name, "most_waiting": queueing.most_waiting(), "submit": submit}
        made = beginning.begin(self.record, document, form, planned, options, owner=owner, again=again, **care)
        self.engine.wake()
        return {**made, "replay": card.name, "form": form, "reused": False}

    def replayed(self, sweep: str) -> dict[str, Any]:
        """How a replay stands: each member, and every claim beside what has come of it so far.

        It is named by its sweep; a card's name means the newest of that card.
        """
        from core.service.replaying.standing import summary

        return summary(self.record, self._replay(sweep))

    @manner_of("replayed")
    def measure_gaps(self, sweep: str, device: str = "auto") -> int:
        """Look again at training pictures, where a card asks what was learned by heart; answers of how many runs.

        It takes seconds a run, once.
        """
        from core.service.replaying.gaps import unmeasured
        from core.service.replaying.telling import FIT

        runs = unmeasured(self.record, self._replay(sweep))
        for run in runs:
            folder, recipe = self.record.folder(run), self.record.store.recipe(run)
            fit = self.ask("fitted", best=str(folder / "best"), recipe=recipe, device=device)
            write_json(folder / FIT, fit)
        return len(runs)

    @manner_of("replayed")
    def replays_begun(self, given: str | Document | None = None, form: str | None = None) -> list[dict[str, Any]]:
        """The replays that have been begun, newest first: all, or those of a card, or of one form.

        One that comes with Thaw is known by its name, whatever has been changed in it since.
        """
        from core.service.replaying.cards import document_of, is_of
        from core.service.replaying.standing import line

        document = None if given is None else document_of(given)
        asked = ((row, row.plan["replay"]) for row in self._replays.newest() if "replay" in row.plan)
        rows = [row for row, replay in asked if form in (None, replay["form"]) and is_of(replay, document)]
        return [line(self.record, row) for row in rows]

    def _can_be_trained(self, recipe: "Recipe") -> "Recipe":
        """A card comes from elsewhere, and its data may not be here: then it says where to put them."""
        from core.service.checking import check

        try:
            return check(self.record, recipe, self.ask)
        except DataError as error:
            if "THAW_DATA" in str(error):
                raise
            raise DataError(
                f"The card's dataset {shown(recipe.dataset)} is not here; put a folder of class folders, or an archive "
                f"of one, at THAW_DATA/{recipe.dataset}, or import it by this name."
            ) from None

    def _begun(self, wanted: Document, owner: str) -> SweepRow | None:
        """The same replay of the same owner, if nobody has to mend it."""
        from core.service.replaying.standing import runs_of
        from core.service.sweeping import rolled_up

        for row in self._replays.newest():
            if row.owner == owner and row.plan == wanted:
                states = {each.state: 1 for each in runs_of(self.record, row)}
                whole = len(runs_of(self.record, row)) == len({each["hash"] for each in wanted["members"]})
                return row if whole and rolled_up(states) in ("running", "queued", "done") else None
        return None

    def _replay(self, word: str) -> SweepRow:
        from core.catalog.replays import REPLAYS

        begun = self.replays_begun(word) if word in REPLAYS else []
        if word in REPLAYS and not begun:
            raise NotFound(f"The replay {word} has not been begun yet; `replay {word}` runs it.")
        row = self._replays.find(begun[0]["sweep"] if begun else word)
        if "replay" not in row.plan:
            raise NotFound(f"The sweep {shown(row.name)} is no replay; `replays` tells which there are.")
        return row

    @property
    def _replays(self) -> SweepStore:
        return SweepStore(self.record.store, self.record.viewer)
