"""What a report claims: each kind of claim says which members it speaks of, and what was published."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core.errors import RecipeError
from core.recipe.parsing import flag, one_of
from core.recipe.replays.reading import Whole, below, count, parsed, part, positive, several, share, worded

AVERAGES = tuple(f"{over}_{name}" for over in ("macro", "weighted") for name in ("precision", "recall", "f1"))
FIGURES = ("accuracy", *AVERAGES)
MEASURES = (
    "seconds",
    "epochs_to_95",
    "seconds_to_95",
    "roughness",
    "fall",
    "gap",
    "trained",
    "peak_memory",
    "bytes",
)
SPLITS = ("val", "test")


@dataclass(frozen=True, kw_only=True)
class Claim(Whole, ABC):
    """What all kinds have."""

    kind: ClassVar[str]
    text: str = part(worded, "The claim in words; where it is left out, they are made of the rest.", "")
    further: bool = part(flag, "Whether it is judged in the full form alone, as what the report says beside.", False)

    @property
    @abstractmethod
    def members(self) -> tuple[str, ...]:
        """Of whom it speaks."""

    @property
    def words(self) -> str:
        return self.text or self.in_words

    @property
    def in_words(self) -> str:
        """What is said where the card has no text of its own."""
        return ""

    @property
    def published(self) -> str:
        """The published figure, as people write it."""
        return ""


@dataclass(frozen=True, kw_only=True)
class Judged(Claim):
    """A claim about pictures: of which split, after which epoch."""

    split: str = part(one_of(*SPLITS), "The pictures that the report scored: val or test.", "test")
    epoch: str = part(
        one_of("best", "last"), "The epoch whose weights it scored: best (on validation) or last.", "best"
    )

    @property
    def where(self) -> str:
        return f"{'validation' if self.split == 'val' else 'test'}, {self.epoch} epoch"


@dataclass(frozen=True, kw_only=True)
class Figure(Judged):
    """One figure of one member."""

    kind = "figure"
    member: str = part(worded, "Whose figure it is.")
    figure: str = part(one_of(*FIGURES), f"Which one: {', '.join(FIGURES)}.", "accuracy")
    value: float = part(share, "As published, as a share of 1.")
    decimals: int | None = part(count(0, 12), "Digits after the point to which the share was published.", None)
    n: int | None = part(count(1), "The pictures that the report scored; must be given where they are the same.", None)
    same_pictures: bool = part(flag, "False where ours are other pictures; then nothing is judged.", True)

    def insist(self, where: str) -> None:
        if self.same_pictures and self.n is None:
            raise RecipeError(below(where, "n"), None, "say how many pictures were scored, or same_pictures: false")

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    @property
    def in_words(self) -> str:
        return f"{self.member}: {self.figure.replace('_', ' ').replace('f1', 'F1')} ({self.where})"

    @property
    def published(self) -> str:
        digits = 1 if self.decimals is None else max(0, self.decimals - 2)
        return f"{100 * self.value:.{digits}f}%"


@dataclass(frozen=True, kw_only=True)
class Right(Judged):
    """How many pictures one member got right."""

    kind = "right"
    member: str = part(worded, "Whose count it is.")
    value: int = part(count(0), "The pictures that were right, as published.")
    n: int = part(count(1), "Of how many.")

    def insist(self, where: str) -> None:
        if self.value > self.n:
            raise RecipeError(below(where, "value"), self.value, f"it can't be more than n, which is {self.n}")

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    @property
    def in_words(self) -> str:
        return f"{self.member}: right of {self.n} ({self.where})"

    @property
    def published(self) -> str:
        return f"{self.value} of {self.n}"


@dataclass(frozen=True, kw_only=True)
class Order(Judged):
    """One member is more accurate than another."""

    kind = "order"
    winner: str = part(worded, "Who is ahead, by the report.")
    loser: str = part(worded, "Who is behind.")
    by: float | None = part(share, "By how much, as a share of 1, where the report says so.", None)

    @property
    def members(self) -> tuple[str, ...]:
        return self.winner, self.loser

    @property
    def in_words(self) -> str:
        return f"{self.winner} is more accurate than {self.loser} ({self.where})"

    @property
    def published(self) -> str:
        return f"{100 * self.by:+.1f} points" if self.by else f"{self.winner} ahead"


@dataclass(frozen=True, kw_only=True)
class Classes(Judged):
    """In how many classes one member gets more right than another."""

    kind = "classes"
    winner: str = part(worded, "Who wins most classes, by the report.")
    loser: str = part(worded, "Who loses them.")
    value: int = part(count(0), "How many classes the winner wins, as published.")
    of: int = part(count(1), "Of how many classes.")

    @property
    def members(self) -> tuple[str, ...]:
        return self.winner, self.loser

    @property
    def in_words(self) -> str:
        return f"{self.winner} wins {self.value} of {self.of} classes against {self.loser} ({self.where})"

    @property
    def published(self) -> str:
        return f"{self.value} of {self.of}"


@dataclass(frozen=True, kw_only=True)
class Times(Claim):
    """How many times faster one member is than another."""

    kind = "times"
    faster: str = part(worded, "Who is faster, by the report.")
    slower: str = part(worded, "Who is slower.")
    value: float = part(positive, "How many times, as published.")
    faster_phases: tuple[str, ...] = part(
        several(worded), "What of its work counts, such as fit; nothing named is all of it.", ()
    )
    slower_phases: tuple[str, ...] = part(several(worded), "The same of the slower one.", ())
    machine: str = part(worded, "On what the report measured.", "an unnamed machine")

    @property
    def members(self) -> tuple[str, ...]:
        return self.faster, self.slower

    @property
    def in_words(self) -> str:
        return f"{self.faster} is {self.value:g} times faster than {self.slower}"

    @property
    def published(self) -> str:
        return f"{self.value:g} times, on {self.machine}"


@dataclass(frozen=True, kw_only=True)
class Measured(Claim):
    """What some members cost, or how they went about it: told side by side, with the range over seeds."""

    kind = "measure"
    text: str = part(worded, "The claim in words.")
    names: tuple[str, ...] = part(several(worded), "The members to measure, in the order in which they are told.")
    measure: str = part(one_of(*MEASURES), f"What is measured: {', '.join(MEASURES)}.")

    @property
    def members(self) -> tuple[str, ...]:
        return self.names


@dataclass(frozen=True, kw_only=True)
class SmallClasses(Judged):
    """What members get right in classes of few pictures."""

    kind = "small_classes"
    text: str = part(worded, "The claim in words.")
    names: tuple[str, ...] = part(several(worded), "The members, in the order in which they are told.")
    at_most: int = part(count(1), "A class is small that has at most so many of the scored pictures.")

    @property
    def members(self) -> tuple[str, ...]:
        return self.names


@dataclass(frozen=True, kw_only=True)
class Balance(Judged):
    """How unequal the classes are: a claim about the data, read from what a member was scored on."""

    kind = "balance"
    text: str = part(worded, "The claim in words.")
    member: str = part(worded, "Whose scored pictures are counted.")

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)


KINDS: dict[str, type[Claim]] = {
    each.kind: each for each in (Figure, Right, Order, Classes, Times, Measured, SmallClasses, Balance)
}


def claim_of(given: object, where: str) -> Claim:
    """A claim of whatever kind it says."""
    if not isinstance(given, Mapping):
        raise RecipeError(where, given, "it is a JSON object of fields and values")
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise RecipeError(below(where, "kind"), kind, "choose one of " + ", ".join(KINDS))
    return parsed(KINDS[kind], {name: value for name, value in given.items() if name != "kind"}, where)
