"""Who comes next: fair between owners, then by priority, then by age. Pure, so that a page's forecast is the truth."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import RecordError

Kind = tuple[str, str, str]
"""Dataset, backbone and strategy: runs that share them take about as long."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A queued run, as far as its place depends on it."""

    run: str
    owner: str
    priority: int
    ticket: int
    """Its number in the order of submitting; no clock is asked."""
    device: str = "auto"
    kind: Kind = ("", "", "")


def crowded(owner: str, waiting: int, limit: float, new: int = 1) -> RecordError:
    """Why an owner gets no more runs into the queue."""
    who = "You have" if owner else "There are"
    more = f" and {new} more are asked for" if new > 1 else ""
    return RecordError(f"{who} {waiting} runs waiting{more}, and {limit} is the limit; let some end, or stop some.")


def in_order(waiting: Iterable[Waiting], held: Mapping[str, int], served: Mapping[str, int]) -> list[Waiting]:
    """The order in which the waiting runs will start, as far as anybody can know.

    The next turn goes to the owner with the fewest runs at work (`held`), among equals to the one served longest ago:
    `served` is the ticket that was drawn at each one's last turn.
    """
    of_owner: dict[str, list[tuple[int, int, str, Waiting]]] = {}
    for each in waiting:
        of_owner.setdefault(each.owner, []).append((-each.priority, each.ticket, each.run, each))
    turns = [(held.get(owner, 0), served.get(owner, 0), owner) for owner in of_owner]
    heapq.heapify(turns)
    for runs in of_owner.values():
        heapq.heapify(runs)
    order: list[Waiting] = []
    now = max([0, *served.values()])
    while turns:
        at_work, _, owner = heapq.heappop(turns)
        order.append(heapq.heappop(of_owner[owner])[-1])
        if of_owner[owner]:
            now += 1
            heapq.heappush(turns, (at_work + 1, now, owner))
    return order


def expected_starts(seconds: Sequence[float], at_work: Sequence[float], places: int) -> list[float]:
    """In how many seconds each waiting run may start: `seconds` is what each takes, `at_work` what others need yet."""
    free = sorted(max(0.0, left) for left in at_work)[-places:]
    free = [0.0] * (places - len(free)) + free
    heapq.heapify(free)
    starts = []
    for each in seconds:
        start = heapq.heappop(free)
        starts.append(start)
        heapq.heappush(free, start + each)
    return starts
