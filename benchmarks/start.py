"""How long people wait before anything happens: `python -m benchmarks.start`.

Commands that need no torch, by the processor's seconds, as shares of the 0.3 s that they may take. Then a small run
on a warm engine, until it says its first word and until its first step stands in the record; the same work in this
process, with everything loaded, takes its turn beside it. The difference is what the queue, the supervisor, the fork
and the record cost.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.figures import Figure, answer, at_least, say
from benchmarks.passing_home import passing_home
from core.events import Step
from core.home import Home
from core.recipe import Recipe
from core.service import Workbench
from core.training.loop import train

SMALL = {"backbone": "thaw_plain", "pretrained": False, "epochs": 1, "examples_per_class": 5, "precision": "float32"}
ENDED = ("done", "failed", "lost")
COMMAND, FIRST_WORD = 0.3, 0.5
"""Seconds that a command, and the first word of a run, may take."""


def measure(asked: argparse.Namespace) -> Iterator[Figure]:
    recipe = Recipe.parse(SMALL)
    with passing_home() as bench:
        rounds = [_one_round(recipe, bench) for _ in range(1 + asked.rounds)][1:]
        run = bench.submit(recipe)["run"]
        for command in (["--help"], ["runs"], ["show", run]):
            taken = [_processor_seconds(command, bench.home) for _ in range(1 + asked.rounds)][1:]
            limit = f"{COMMAND} s of a processor"
            yield Figure.of(f"python -m core {command[0]}", limit, taken, [COMMAND] * len(taken))
    work, answered, heard, first = zip(*rounds, strict=True)
    yield Figure.of("submit", f"{FIRST_WORD} s", answered, [FIRST_WORD] * len(answered))
    yield Figure.of("the first word of a run on a warm engine", f"{FIRST_WORD} s", heard, [FIRST_WORD] * len(heard))
    yield Figure.of("the first step recorded on a warm engine", "the same work here", first, work)


def _one_round(recipe: Recipe, bench: Workbench) -> tuple[float, float, float, float]:
    taken = (work_to_first_step(recipe, bench.home), *engine_to_first_step(recipe, bench))
    say("work here {:.2f} s, submit {:.2f} s, first word {:.2f} s, first step {:.2f} s".format(*taken))
    return taken


def _processor_seconds(command: list[str], home: Home) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "THAW_HOME": str(home.folder)}
    subprocess.run([sys.executable, "-m", "core", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def work_to_first_step(recipe: Recipe, home: Home) -> float:
    began = time.perf_counter()
    learning = train(recipe, "cpu", home=home)
    for event in learning:
        if isinstance(event, Step):
            break
    learning.close()
    return time.perf_counter() - began


def engine_to_first_step(recipe: Recipe, bench: Workbench) -> tuple[float, float, float]:
    """Seconds until `submit` has answered, and until the run's first word and its first step stand in the record."""
    began = time.perf_counter()
    run = bench.submit(recipe, again=True)["run"]
    answered = time.perf_counter() - began
    first = {kind: _seconds_until(kind, run, bench, began) for kind in ("started", "step")}
    while bench.show(run)["state"] not in ENDED:
        time.sleep(0.05)
    return answered, first["started"], first["step"]


def _seconds_until(kind: str, run: str, bench: Workbench, began: float) -> float:
    while not any(event["kind"] == kind for event in bench.events(run)):
        if bench.show(run)["state"] in ENDED:
            raise SystemExit(bench.show(run)["reason"])
        time.sleep(0.005)
    return time.perf_counter() - began


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=at_least(1), default=5)
    answer(asked, measure)


if __name__ == "__main__":
    main()
