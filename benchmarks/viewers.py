"""How the Watch page fares with a class before it: many simulated viewers of one run, on a server with one core.

    python -m benchmarks.viewers --viewers 50 --minutes 10

A scripted run talks (nothing trains); the server has one core to itself, run and viewers share another. Figures as
JSON, with the load of the whole machine: others' work on these cores makes ticks wait. The exit code is 1 where the
95th percentile of a tick is over 500 ms, a first paint over 2 s, or a viewer saw an error.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psutil

from benchmarks.serving import PROJECT, ended_in_the_end, serving
from benchmarks.viewer import Viewer

MOST_FOR_A_TICK = 0.5
MOST_FOR_A_FIRST_PAINT = 2.0
SECONDS_TO_COME = 10.0
"""A class comes in within this time."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--told-before", type=int, default=200, metavar="EPOCHS", help="What the run has said already.")
    asked = parser.parse_args()
    figures = measure(asked.viewers, 60 * asked.minutes, asked.told_before)
    print(json.dumps(figures, indent=2))
    slow = figures["tick_p95_ms"] > 1000 * MOST_FOR_A_TICK
    late = figures["first_paint_slowest_ms"] > 1000 * MOST_FOR_A_FIRST_PAINT
    return int(slow or late or bool(figures["errors"]))


def measure(viewers: int, seconds: float, told_before: int) -> dict[str, Any]:
    cores = sorted(os.sched_getaffinity(0))
    server_core, other_core = cores[0], cores[-1]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as at_work:
        environment = {**os.environ, "THAW_HOME": folder, "THAW_TICK": "2"}
        run = at_work.enter_context(talking(folder, (seconds + 60) / 60, told_before, other_core, environment))
        address, server = at_work.enter_context(serving(environment, server_core))
        os.sched_setaffinity(0, {other_core})
        asyncio.run(warm_up(address, run))
        memory, busy = [memory_of(server)], sum(server.cpu_times()[:2])
        watching = asyncio.run(watch(address, run, viewers, seconds, lambda: memory.append(memory_of(server))))
        spent = sum(server.cpu_times()[:2]) - busy
        return {
            **figures_of(watching),
            "seconds": seconds,
            "load_average": round(os.getloadavg()[1], 1),
            "server_core_busy": round(spent / seconds, 3),
            "server_mb_by_minute": memory,
        }


async def warm_up(address: str, run: str) -> None:
    """The first visitor to a fresh server loads its modules, and goes."""
    await Viewer(address, "watch", f"watch_run={run}").watch(0.0, 0.0)


async def watch(address: str, run: str, viewers: int, seconds: float, each_minute: Callable[[], None]) -> list[Viewer]:
    watching = [Viewer(address, "watch", f"watch_run={run}") for _ in range(viewers)]
    delays = random.Random(0)
    come = min(SECONDS_TO_COME, seconds / 2)
    clock = asyncio.create_task(every_minute(each_minute))
    told = await asyncio.gather(
        *(each.watch(delays.uniform(0, come), seconds) for each in watching), return_exceptions=True
    )
    clock.cancel()
    for each, ended in zip(watching, told, strict=True):
        if ended is not None:
            each.errors.append(repr(ended))
    return watching


async def every_minute(act: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(60)
        act()


def figures_of(watching: list[Viewer]) -> dict[str, Any]:
    ticks = sorted(tick for each in watching for tick in each.ticks) or [float("inf")]
    return {
        "viewers": len(watching),
        "ticks": len(ticks),
        "tick_p50_ms": milliseconds(ticks[len(ticks) // 2]),
        "tick_p95_ms": milliseconds(ticks[int(len(ticks) * 0.95)]),
        "tick_slowest_ms": milliseconds(ticks[-1]),
        "first_paint_slowest_ms": milliseconds(max(each.first_paint for each in watching)),
        "received_mb": round(sum(each.received for each in watching) / 1e6, 1),
        "errors": sorted({error for each in watching for error in each.errors}),
    }


def milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 1)


def memory_of(server: psutil.Process) -> float:
    return round(server.memory_info().rss / 1e6, 1)


@contextmanager
def talking(folder: str, minutes: float, told_before: int, core: int, environment: dict[str, str]) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.scripted_run", folder, "--minutes", str(minutes)]
    command += ["--told-before", str(told_before)]
    writer = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True)
    with ended_in_the_end(writer):
        os.sched_setaffinity(writer.pid, {core})
        assert writer.stdout is not None
        yield writer.stdout.readline().strip()


if __name__ == "__main__":
    sys.exit(main())
