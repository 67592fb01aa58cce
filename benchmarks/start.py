"""How long it takes from `submit` to the first step of a small run, beyond what the work itself takes.

    python -m benchmarks.start --times 7

In turn, in one process: the run's work up to its first step, here, with everything loaded; and the same recipe
submitted to a warm engine, until its first step stands in the record. The difference is what the queue, the
supervisor, the fork and the record cost; `submit` itself is timed beside it.
"""

import argparse
import statistics
import time
from collections.abc import Sequence

from benchmarks.passing_home import passing_home
from core.events import Step
from core.home import Home
from core.recipe import Recipe
from core.service import Workbench
from core.training.loop import train

SMALL = {"backbone": "thaw_plain", "pretrained": False, "epochs": 1, "examples_per_class": 5, "precision": "float32"}
ENDED = ("done", "failed", "lost")


def work_to_first_step(recipe: Recipe, home: Home) -> float:
    began = time.perf_counter()
    learning = train(recipe, "cpu", home=home)
    for event in learning:
        if isinstance(event, Step):
            break
    learning.close()
    return time.perf_counter() - began


def engine_to_first_step(recipe: Recipe, bench: Workbench) -> tuple[float, float]:
    """Seconds until `submit` has answered, and until the first step stands in the record."""
    began = time.perf_counter()
    run = bench.submit(recipe, again=True)["run"]
    answered = time.perf_counter() - began
    while not any(event["kind"] == "step" for event in bench.events(run)):
        if bench.show(run)["state"] in ENDED:
            raise SystemExit(bench.show(run)["reason"])
        time.sleep(0.005)
    first = time.perf_counter() - began
    while bench.show(run)["state"] not in ENDED:
        time.sleep(0.05)
    return answered, first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=7)
    times = parser.parse_args().times
    recipe = Recipe.parse(SMALL)
    with passing_home() as bench:
        for warm_up in (lambda: work_to_first_step(recipe, bench.home), lambda: engine_to_first_step(recipe, bench)):
            warm_up()
        rows = [(work_to_first_step(recipe, bench.home), *engine_to_first_step(recipe, bench)) for _ in range(times)]
    work, answered, first = zip(*rows, strict=True)
    tell("work here", work)
    tell("submit answers", answered)
    tell("first step recorded", first)
    tell("beyond the work", [each - own for each, own in zip(first, work, strict=True)])


def tell(name: str, seconds: Sequence[float]) -> None:
    print(f"{name:<22} median {statistics.median(seconds):.3f} s  ({min(seconds):.3f} to {max(seconds):.3f})")


if __name__ == "__main__":
    main()
