"""Looking at many pictures, to keep their features or to judge them: how far it is, and how long each batch takes."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, TypeVar

from core.events import Purpose

Thing = TypeVar("Thing")
Outcome = TypeVar("Outcome")

SIGN_OF_LIFE = 1.0
"""Seconds of judging after which it says how far it is; what takes less says nothing."""


class Look(NamedTuple):
    """How many pictures were looked at, of how many, and how many more there will be before later epochs."""

    pictures: int
    of: int
    later: int = 0
    purpose: Purpose = "features"


def counted(batches: Iterable[int], of: int, later: int = 0) -> Iterator[Look]:
    """After each batch, how far it is."""
    done = 0
    for pictures in batches:
        done += pictures
        yield Look(done, of, later)


def each_timed(things: Iterator[Thing], timed: Callable[[], AbstractContextManager[None]]) -> Iterator[Thing]:
    """The same things, one after the other; what it takes to wait for each is timed."""
    while True:
        with timed():
            thing = next(things, None)
        if thing is None:
            return
        yield thing


def outcome(looks: Generator[Look, None, Outcome]) -> Outcome:
    """What comes of looking, for whoever has no ear for how far it is."""
    while True:
        try:
            next(looks)
        except StopIteration as ended:
            return ended.value
