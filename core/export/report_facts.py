"""What a report is made from: plain facts, gathered by whoever has the record, rendered by whoever has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One trained network."""

    label: str
    """What it is called in the report; unique there."""
    told: Facts
    """Everything that is known of it, as `show` tells it."""
    score: Facts
    """Its figures on the pictures that the study is about, by its best epoch's weights."""
    bytes: int | None
    """Of its weights on disk."""

    @property
    def id(self) -> str:
        return self.told["run"]

    @property
    def seed(self) -> int:
        return self.told["recipe"]["seed"]

    @property
    def epochs(self) -> Sequence[Facts]:
        """Passes over the pictures; of a learner that takes no steps, what it tried one after the other."""
        return self.told["epochs"]

    @property
    def takes_steps(self) -> bool:
        return any(epoch["lr"] for epoch in self.epochs)


@dataclass(frozen=True, kw_only=True)
class Group:
    """The runs of one recipe, a seed each; the first one, of the lowest seed, stands for all where one is shown."""

    label: str
    runs: tuple[Run, ...]
    command: str
    """What trains the first one again."""
    accuracies: Facts
    """Over its seeds: `mean`, `each` and `spread`."""

    @property
    def first(self) -> Run:
        return self.runs[0]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One picture, and what was said of it."""

    image: bytes | None
    file: str
    true: str
    said: tuple[tuple[str, str, float], ...] = ()
    """Who said so (empty where only one is meant), the class, and the confidence."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """All that was learned from one dataset."""

    dataset: str
    split: str
    data: Facts | None
    """The dataset at a glance; None where it isn't there any more or has changed."""
    missing: str | None
    """Why its pictures can't be shown, in one sentence."""
    groups: tuple[Group, ...]
    settings: Sequence[Facts]
    """In what the recipes differ, seeds aside: `setting` and `values` by the group's label."""
    verdicts: Sequence[Facts]
    """`about`, `verdict` and `sentence`; recipes first."""
    unjudged: str | None
    """Why nothing could be compared, in one sentence."""
    contrasts: Sequence[Facts]
    """Class by class, between the first group and others: as `contrast` tells it, with labels in place of ids."""
    examples: Mapping[str, Sequence[Shown]]
    """Some pictures of each class."""
    right: Mapping[str, Sequence[Shown]]
    """Of each group's first run, by the group's label."""
    wrong: Mapping[str, Sequence[Shown]]
    disputed: Sequence[Shown]

    @property
    def runs(self) -> tuple[Run, ...]:
        return tuple(run for group in self.groups for run in group.runs)

    @property
    def classes(self) -> list[str]:
        return list(self.groups[0].first.told["classes"])


@dataclass(frozen=True, kw_only=True)
class ReportFacts:
    """Everything that a report says."""

    title: str
    question: str
    made: str
    version: str
    studies: tuple[Study, ...]
    replay: Facts | None = None
    """Where a published experiment was replayed: its claims beside what came of them, as `replayed` tells it."""
