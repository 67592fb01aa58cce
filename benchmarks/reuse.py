"""How long an answer takes that a finished run gives: to its owner, and to others, whose own copy it becomes.

    python -m benchmarks.reuse --datasets digits hymenoptera boats mnist --weights 100

Runs that were never trained, with weights of as many megabytes and the events of a long training, stand for finished
ones: what is timed is `submit`, in a process that has just started and in one that has answered before. A dataset that
is not found below THAW_DATA is left out.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.data.finding import located
from core.data.fingerprints import open_remembered
from core.home import SHIPPED, Home
from core.recipe import Recipe
from core.runs.folders import replace_folder, write_json
from core.service import Workbench
from core.training.origins import origin_of

EVENTS = 5000
OWNERS = 20
ASK = """
import sys, time
from core.recipe import Recipe
from core.service import open_workbench
began = time.perf_counter()
said = open_workbench().submit(Recipe.from_text(sys.argv[1]), owner=sys.argv[2])
assert said["reused"] and "torch" not in sys.modules
print(time.perf_counter() - began)
"""


@contextmanager
def heavy_weights(megabytes: int) -> Iterator[str]:
    """A backbone below THAW_WEIGHTS that is only there to be hashed."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(SHIPPED / "thaw_small", Path(folder) / "heavy")
        (Path(folder) / "heavy" / "model.safetensors").write_bytes(os.urandom(megabytes << 20))
        os.environ["THAW_WEIGHTS"] = folder
        yield "heavy"


def finish(bench: Workbench, recipe: Recipe, megabytes: int) -> str:
    """A run as training leaves it behind, owned by nobody."""
    run = bench.record.create(recipe)
    folder, data = bench.record.folder(run), open_remembered(recipe.dataset, bench.home).fingerprint
    write_json(folder / "environment.json", {"data": data, "origin": origin_of(recipe, bench.home)})
    weights = os.urandom(megabytes << 20)
    for name in ("best", "predictions/val-best", "predictions/val-last"):
        replace_folder(folder / name, lambda fresh: (fresh / "file").write_bytes(weights))
    bench.record.store.say(run, [{"kind": "step", "elapsed": 1.0, "loss": 0.5}] * EVENTS)
    for state in ("running", "done"):
        bench.record.store.move(run, state, "")
    return run


def seconds_to_answer(bench: Workbench, recipe: Recipe, owner: str) -> float:
    began = time.perf_counter()
    assert bench.submit(recipe, owner=owner)["reused"]
    return time.perf_counter() - began


def measure(dataset: str, megabytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder, heavy_weights(megabytes) as backbone:
        os.environ["THAW_HOME"] = folder
        bench, recipe = Workbench(Home(Path(folder))), Recipe(dataset=dataset, backbone=backbone)
        finish(bench, recipe, megabytes)
        fresh = [_in_a_new_process(recipe, owner) for owner in ("", "the first other")]
        shutil.rmtree(bench.home.cache)
        first = seconds_to_answer(bench, recipe, "")
        own = statistics.median(seconds_to_answer(bench, recipe, "") for _ in range(OWNERS))
        others = sorted(seconds_to_answer(bench, recipe, f"owner {number}") for number in range(OWNERS))
        bench.close()
    print(
        f"{dataset:14} own {own:.3f} s, another's {statistics.median(others):.3f} s (at most {others[-1]:.3f}); "
        f"in a new process {fresh[0]:.3f} and {fresh[1]:.3f} s; with an empty cache {first:.3f} s"
    )


def _in_a_new_process(recipe: Recipe, owner: str) -> float:
    command = [sys.executable, "-c", ASK, json.dumps(recipe.to_json()), owner]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", nargs="+", default=["digits", "digit_sums", "hymenoptera", "boats", "mnist"])
    parser.add_argument("--weights", type=int, default=100, help="megabytes")
    choices = parser.parse_args()
    home = Home.from_environment()
    for dataset in choices.datasets:
        if located(dataset, home).origin in ("built in", "found"):
            measure(dataset, choices.weights)


if __name__ == "__main__":
    main()
