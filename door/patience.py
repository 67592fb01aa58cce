"""How long an attempt to sign in waits: the more that were wrong lately, the longer; nobody is ever locked out.

A class sits behind one address, so right ones wait no longer than wrong ones, and only for seconds. Who guesses gets
an answer or two a second at most, from however many connections.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

FREE = 10
"""Wrong attempts of one address that cost nothing: a class mistypes."""
FREE_FOR_ALL = 200
FORGOTTEN_AFTER = 10.0
"""Seconds after which one wrong attempt is forgotten."""
FIRST, LONGEST = 0.25, 4.0
AT_ONCE = 8
"""Attempts of one address that may wait at a time; more are asked to come back."""


@dataclass
class _Count:
    """Wrong attempts, leaking away with time."""

    level: float = 0.0
    at: float = 0.0

    def now(self, clock: float) -> float:
        return max(0.0, self.level - (clock - self.at) / FORGOTTEN_AFTER)

    def add(self, clock: float) -> None:
        self.level, self.at = self.now(clock) + 1, clock


@dataclass
class Patience:
    """What one server remembers of wrong attempts; lives in its event loop alone."""

    by_address: dict[str, _Count] = field(default_factory=dict)
    of_all: _Count = field(default_factory=_Count)
    waiting: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def place_for(self, address: str) -> Iterator[bool]:
        """Whether there is room for one more attempt of this address."""
        self.waiting[address] += 1
        try:
            yield self.waiting[address] <= AT_ONCE
        finally:
            self.waiting -= Counter([address])

    async def wait(self, address: str) -> None:
        await asyncio.sleep(self.seconds(address))

    def seconds(self, address: str) -> float:
        now = time.monotonic()
        own = self.by_address.get(address, _Count()).now(now) - FREE
        return max(_pause(own), _pause((self.of_all.now(now) - FREE_FOR_ALL) / FREE))

    def was_wrong(self, address: str) -> None:
        now = time.monotonic()
        self.by_address = {each: count for each, count in self.by_address.items() if count.now(now) > 0}
        self.by_address.setdefault(address, _Count()).add(now)
        self.of_all.add(now)


def _pause(too_many: float) -> float:
    return min(LONGEST, FIRST * 2 ** min(too_many, 10.0)) if too_many > 0 else 0.0
