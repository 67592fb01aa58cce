"""Two hundred runs of ten owners through the local engine: is the order fair, is every run done, what does it cost?

    python -m benchmarks.queue --owners 10 --each 20 --seconds 5

Every owner submits all of theirs before the next one does, the worst case for those who come last. Unfairness is how
many more runs one owner has been given than another one who was waiting too, at its worst. The cost is what the
supervisor and the fork server compute, and how long the places stand empty between two runs.
"""

import argparse
import time
from collections import Counter

import psutil

from benchmarks.passing_home import passing_home
from core.recipe import Recipe
from core.runs.store import RunRow
from core.service import Workbench

RESTING = ("done", "failed", "lost", "stopped", "diverged")


def recipe_of(seconds: float) -> Recipe:
    """Training that ends by its time limit."""
    choices = {"backbone": "thaw_plain", "pretrained": False, "epochs": 10_000, "examples_per_class": 20}
    return Recipe.parse({**choices, "precision": "float32", "time_limit": seconds})


def watch(bench: Workbench, total: int) -> tuple[float, float]:
    """Until all have ended; answers how long that took, and what the engine itself computed meanwhile."""
    began, cpu = time.monotonic(), 0.0
    while sum(bench.record.store.count_in(state) for state in RESTING) < total:
        cpu = max(cpu, _seconds_computed(bench))
        time.sleep(1.0)
    return time.monotonic() - began, cpu


def _seconds_computed(bench: Workbench) -> float:
    """By the supervisor and the fork server; workers are no children of the supervisor."""
    seconds = 0.0
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        ours = "core.engines.supervisor" in line and str(bench.home.folder) in line
        if ours:
            with process.oneshot():
                seconds += sum(process.cpu_times()[:2])
            seconds += sum(sum(child.cpu_times()[:2]) for child in process.children())
    return seconds


def unfairness(rows: list[RunRow], each: int) -> int:
    """Over all moments: the most runs that one waiting owner had been given beyond another waiting one."""
    given: Counter[str] = Counter({row.owner: 0 for row in rows})
    worst = 0
    for row in sorted(rows, key=lambda row: row.begun or 0.0):
        given[row.owner] += 1
        waiting = [count for count in given.values() if count < each]
        if waiting:
            worst = max(worst, max(waiting) - min(waiting))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--owners", type=int, default=10)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=5.0)
    choices = parser.parse_args()
    recipe, total = recipe_of(choices.seconds), choices.owners * choices.each
    with passing_home() as bench:
        for owner in range(choices.owners):
            for _ in range(choices.each):
                bench.submit(recipe, again=True, owner=f"owner {owner}")
        wall, cpu = watch(bench, total)
        rows = bench.record.store.newest()
        slots = bench.engine_status()["slots"]
        busy = sum((row.heard or 0.0) - (row.begun or 0.0) for row in rows)
    print(f"{total} runs of {choices.owners} owners at {slots} places: {Counter(row.state for row in rows)}")
    print(f"unfairness: never more than {unfairness(rows, choices.each)} runs ahead of another who waited")
    print(f"wall {wall:.1f} s; runs at work {busy / len(rows):.2f} s each")
    print(f"computed by the engine: {cpu:.1f} s = {100 * cpu / (wall * slots):.2f}% of the time of all places")
    print(f"places empty: {100 * (1 - busy / (wall * slots)):.2f}% of the time")


if __name__ == "__main__":
    main()
