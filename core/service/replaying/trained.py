"""A member of a replay, and what its runs have come to."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from core.recipe.replays.card import Member
from core.runs.record import Record
from core.runs.states import UNSUCCESSFUL
from core.runs.store import RunRow
from core.service.guesses import guesses_of
from core.service.showing import epochs_told

if TYPE_CHECKING:
    import numpy as np

    from core.insight.mistakes import Guesses

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Trained:
    """Its runs, one per seed; those that have ended well count."""

    record: Record
    member: Member
    rows: tuple[RunRow, ...]
    planned: int
    """How many runs there were to be; some may be deleted by now."""
    form: str

    @cached_property
    def done(self) -> tuple[RunRow, ...]:
        return tuple(row for row in self.rows if row.state == "done")

    @property
    def missing(self) -> str:
        """Why some of its runs do not count (yet); nothing where all of them do."""
        if len(self.done) == self.planned:
            return ""
        failed = next((row for row in self.rows if row.state in UNSUCCESSFUL), None)
        if failed:
            return f"a run of {self.member.name} {_FATE[failed.state]}: {failed.reason}".rstrip(".")
        if len(self.rows) < self.planned:
            return f"a run of {self.member.name} was deleted"
        states = Counter(row.state for row in self.rows if row.state != "done")
        return f"{self.member.name}: {', '.join(f'{count} {state}' for state, count in states.items())}"

    @property
    def scored(self) -> str:
        """The split that all of its runs were tested on; else the one that chose their epochs."""
        tested = all((self.record.folder(row.id) / "predictions" / "test-best").exists() for row in self.done)
        return "test" if tested else "val"

    def guesses(self, split: str, epoch: str) -> "list[Guesses]":
        """What each run said about a split."""
        return [guesses_of(self.record, row, split, epoch) for row in self.done]

    def rights(self, split: str, epoch: str, first: "Guesses") -> "np.ndarray":
        """A row of right answers per run, over the pictures in the order of the first one's.

        A learner without randomness would say the same with any seed: its one run stands for three.
        """
        import numpy as np

        from core.insight.contrasts import in_order_of
        from core.insight.verdicts.comparisons import SEEDS_NEEDED

        said = [(row.id, guesses_of(self.record, row, split, epoch)) for row in self.done]
        rows = np.stack([each.right[in_order_of(first, each, "the first run", run)] for run, each in said])
        return rows if self.member.draws else np.repeat(rows[:1], SEEDS_NEEDED, axis=0)

    def epochs(self) -> Iterator[Sequence[Told]]:
        """What each run said after its epochs."""
        for row in self.done:
            yield epochs_told(self.record.store.told(row.id))

    def last_words(self) -> Iterator[Told]:
        """What each run said at its end."""
        for row in self.done:
            yield next(each for each in reversed(self.record.store.told(row.id)) if each["kind"] == "finished")

    def first_words(self) -> Iterator[Told]:
        for row in self.done:
            yield next(each for each in reversed(self.record.store.told(row.id)) if each["kind"] == "started")


_FATE = {"failed": "failed", "diverged": "diverged", "lost": "was lost"}
