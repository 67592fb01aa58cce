"""What runs got right and wrong: their scores, their confusions, every single picture, and what they cost."""

from collections.abc import Sequence
from typing import Any

from core.errors import DataError
from core.service.actions.bench import Bench
from core.service.actions.manners import manner_of


class UnderstandingActions(Bench):
    """From a run's figures down to the pictures behind them."""

    def mistakes(self, run: str, split: str | None = None, **asked: Any) -> dict[str, Any]:
        """The pictures of a cell, of a class, right or wrong ones; see `core.service.mistakes`."""
        from core.service.mistakes import mistakes

        return mistakes(self.record, self.record.find(run), split, **asked)

    def picture(self, run: str, split: str, index: int, size: int = 128) -> bytes | None:
        """The very picture that the run judged, as a PNG (0: whole); None where it can't be had any more."""
        from core.service.pictures import picture

        return picture(self.record, self.record.find(run), split, index, size)

    @manner_of("picture")
    def missing_pictures(self, run: str) -> str | None:
        """Why a run's pictures can't be shown, in one sentence; None where they can."""
        from core.service.pictures import missing_pictures

        return missing_pictures(self.record, self.record.find(run))

    def score(self, run: str, split: str | None = None, weights: str = "best") -> dict[str, Any]:
        """Everything that is said about one split: figures with intervals, per class, and the confusions."""
        from core.service.guesses import classes_of
        from core.service.mistakes import split_of
        from core.service.showing import score_of

        row = self.record.find(run)
        split = split or split_of(self.record, row)
        found = score_of(self.record.folder(row.id), split, weights, list(classes_of(self.record.store, row.id)))
        if found is None:
            raise DataError(f"The run {row.id} ({row.state}) has no predictions of {split} by its {weights} weights.")
        return {"run": row.id, "split": split, "weights": weights, **found}

    def history(self, run: str) -> dict[str, Any]:
        """Epoch by epoch: how many validation pictures were right, were learned, were forgotten."""
        from core.service.scrubbing import history

        return history(self.record, self.record.find(run))

    def at_epoch(self, run: str, epoch: int, pictures: int = 12) -> dict[str, Any]:
        """The confusions after an epoch, and what was then said about a fixed few pictures."""
        from core.service.scrubbing import at_epoch

        return at_epoch(self.record, self.record.find(run), epoch, pictures)

    def path(self, run: str) -> dict[str, Any]:
        """All heads of a path: penalty, seed and rate of each, how well it does, and what is left of its weights."""
        from core.service.walking import path

        return path(self.record, self.record.find(run))

    @manner_of("path")
    def head(self, run: str, number: int) -> dict[str, Any]:
        """One of them, with its confusions."""
        from core.service.walking import head

        return head(self.record, self.record.find(run), number)

    @manner_of("compare")
    def settings(self, runs: Sequence[str]) -> list[dict[str, Any]]:
        """The settings in which runs differ; of runs that can't be compared any further too."""
        from core.service.comparing import settings

        return settings(self.record, [self.record.find(run) for run in runs])

    def contrast(self, a: str, b: str, split: str | None = None) -> dict[str, Any]:
        """Two runs class by class and cell by cell."""
        from core.service.comparing import contrast

        return contrast(self.record, self.record.find(a), self.record.find(b), split)

    def told_by_each(
        self, runs: Sequence[str], split: str | None = None, count: int = 12, disputed: bool = False
    ) -> dict[str, Any]:
        """The same pictures, and what each run says of them; or those alone that they disagree on."""
        from core.service.comparing import told_by_each

        return told_by_each(self.record, [self.record.find(run) for run in runs], split, count, disputed)

    def race(self, runs: Sequence[str]) -> dict[str, Any]:
        """What runs cost, and how accurate each was by equal cost."""
        from core.service.racing import race

        return race(self.record, [self.record.find(run) for run in runs])
