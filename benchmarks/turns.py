"""Things that take their turns in one process, round by round: what else happens here, happens to all of them."""

import time
from collections.abc import Callable, Mapping

Acts = Mapping[str, Callable[[], object]]
Clock = Callable[[], float]


def in_turn(acts: Acts, rounds: int, clock: Clock = time.perf_counter) -> dict[str, list[float]]:
    """The seconds of each, once a round; a round before the first warms everything up and does not count."""
    taken = [{name: _seconds(act, clock) for name, act in acts.items()} for _ in range(1 + rounds)][1:]
    return {name: [each[name] for each in taken] for name in acts}


def _seconds(act: Callable[[], object], clock: Clock) -> float:
    began = clock()
    act()
    return clock() - began
