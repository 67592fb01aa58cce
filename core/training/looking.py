"""Looking at many pictures before anything is learned from them: how far it is, and how long each batch takes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, TypeVar

Thing = TypeVar("Thing")


class Look(NamedTuple):
    """How many pictures were looked at, of how many, and how many more there will be before later epochs."""

    pictures: int
    of: int
    later: int = 0


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
