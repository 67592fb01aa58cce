"""What runs understood: compared with each other, asked about new pictures, and why."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from core.catalog.learners import learner_in
from core.errors import NotFound, RecordError
from core.runs.store import RunRow
from core.service.actions.bench import Bench


class InsightActions(Bench):
    """Comparisons, predictions and their reasons."""

    def compare(self, runs: Sequence[str], split: str | None = None) -> dict[str, Any]:
        from core.service.comparing import compare

        rows = list({row.id: row for row in map(self.record.find, runs)}.values())
        if len(rows) < 2:
            raise RecordError("A comparison takes two different runs; name another one.")
        return compare(self.record, rows, split)

    def predict(
        self,
        run: str,
        pictures: Iterable[str | tuple[str, bytes]],
        device: str = "auto",
        size: int = 0,
        familiar: bool = False,
    ) -> dict[str, Any]:
        """Labels for files, folders, or named bytes (uploads); with a size, the pictures too, as they were read.

        `familiar` adds a note to what is like nothing the run has learned from.
        """

        row, best = self._with_weights(run)
        recipe = json.dumps(self.record.store.recipe(row.id)) if familiar else None
        return {
            "run": row.id,
            **self.ask("predict", best=best, pictures=_named(pictures), device=device, size=size, recipe=recipe),
        }

    def why(
        self, run: str, picture: str | tuple[str, bytes], classes: Sequence[str] = (), device: str = "auto"
    ) -> list[dict[str, Any]]:
        """Where the network looked: for each class (else for the predicted one) the picture with its `heat`.

        Of a learner that reads parts its cuts; one for which no place of a picture means anything says so.
        """
        row, best = self._with_weights(run)
        if reason := learner_in(self.record.store.recipe(row.id)).without.get("why"):
            raise RecordError(reason)
        named = (picture, picture) if isinstance(picture, str) else picture
        return self.ask("why", best=best, picture=named, classes=list(classes), device=device)["looks"]

    def reconstructions(
        self, run: str, split: str | None = None, right: bool | None = None, count: int = 12, device: str = "auto"
    ) -> dict[str, Any]:
        """Pictures of a split, evenly spread, each a `pair`: itself above what an autoencoder has drawn again of it.

        `right` picks those that it named right, or wrong.
        """
        from core.service.redrawing import held_out

        row, best = self._with_weights(run)
        found = held_out(self.record, row, split, right, count)
        pictures = [(each["file"], each.pop("whole")) for each in found["rows"]]
        pairs = self.ask("rebuild", best=best, pictures=pictures, device=device)["pairs"]
        return {**found, "rows": [{**each, "pair": pair} for each, pair in zip(found["rows"], pairs, strict=True)]}

    def samples(self, run: str, count: int = 8) -> list[dict[str, Any]]:
        """Pictures of the run's own test split, of different classes, to try it on."""
        from core.service.samples import samples

        return samples(self.record, self.record.find(run), count)

    def _with_weights(self, run: str) -> tuple[RunRow, str]:
        """A run, and the folder of its best weights."""
        row = self.record.find(run)
        best = self.record.folder(row.id) / "best"
        if not best.exists():
            raise NotFound(
                f"The run {row.id} ({row.state}) has no weights to predict with; choose one that has ended well."
            )
        return row, str(best)


def _named(pictures: Iterable[str | tuple[str, bytes]]) -> list[tuple[str, bytes | str]]:
    """Each picture with its name; a folder stands for all that lie in it."""
    from core.engines.predictor import pictures_of

    named: list[tuple[str, bytes | str]] = []
    for given in pictures:
        named += [(name, str(file)) for name, file in pictures_of([given])] if isinstance(given, str) else [given]
    return named
