"""What Thaw's pages cost beside an empty Streamlit application: at the start, and at each rerun with 1,000 runs.

    python -m benchmarks.pages --runs 1000

In turn: a server of the empty application and one of Thaw start, each until its first page has been drawn; then both
stand side by side, and each page's reruns alternate with the empty one's. Medians as JSON, with the load of the whole
machine. The exit code is 1 where Thaw's start is over 2 s later, or a page's rerun over 100 ms longer.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.passing_home import passing_home
from benchmarks.scripted_run import tell_at_once
from benchmarks.serving import PROJECT, serving
from benchmarks.viewer import Viewer
from core.recipe import Recipe

MOST_AT_THE_START = 2.0
MOST_FOR_A_RERUN = 0.1
EPOCHS = 5
"""How long each of the runs was."""

EMPTY = "import streamlit as st\n\nst.title('Nothing')\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--reruns", type=int, default=20)
    asked = parser.parse_args()
    with a_home(asked.runs) as (environment, run), an_empty_application() as empty:
        starts = started_in_turn(asked.starts, environment, empty)
        reruns = rerun_in_turn(asked.reruns, environment, empty, run)
    figures = {
        "runs": asked.runs,
        "load_average": round(os.getloadavg()[1], 1),
        "start_s": {name: round(statistics.median(times), 2) for name, times in starts.items()},
        "rerun_ms": {name: round(1000 * statistics.median(times), 1) for name, times in reruns.items()},
    }
    print(json.dumps(figures, indent=2))
    later = figures["start_s"]["thaw"] - figures["start_s"]["empty"]
    longer = max(figures["rerun_ms"].values()) - figures["rerun_ms"]["empty"]
    return int(later > MOST_AT_THE_START or longer > 1000 * MOST_FOR_A_RERUN)


def started_in_turn(times: int, environment: dict[str, str], empty: Path) -> dict[str, list[float]]:
    """Seconds from the command to the first page; the first pair fills the caches of the disk and does not count."""
    pairs = [(first_page(environment, empty), first_page(environment)) for _ in range(times + 1)]
    return {"empty": [pair[0] for pair in pairs[1:]], "thaw": [pair[1] for pair in pairs[1:]]}


def first_page(environment: dict[str, str], *script: Path) -> float:
    began = time.perf_counter()
    with serving(environment, None, *script) as (address, _):
        asyncio.run(Viewer(address, "", "").reruns(0))
        return time.perf_counter() - began


def rerun_in_turn(times: int, environment: dict[str, str], empty: Path, run: str) -> dict[str, list[float]]:
    with ExitStack() as servers:
        nothing, _ = servers.enter_context(serving(environment, None, empty))
        thaw, _ = servers.enter_context(serving(environment))
        viewers = {"empty": Viewer(nothing, "", "")}
        viewers |= {page: Viewer(thaw, page, query) for page, query in queries(run).items()}
        return asyncio.run(in_turn(viewers, times))


async def in_turn(viewers: dict[str, Viewer], times: int) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {name: [] for name in viewers}
    for name, viewer in viewers.items():
        for beside, each in ((name, viewer), ("empty", viewers["empty"])):
            took[beside] += (await each.reruns(times))[WARM:]
        if viewer.errors:
            raise SystemExit(f"{name}: {viewer.errors}")
    return took


WARM = 3
"""Reruns that don't count: what a page asks of other processes is known after them."""


def queries(run: str) -> dict[str, str]:
    """Every page, with a run in hand where it shows one."""
    names = sorted(file.stem for file in (PROJECT / "pages").glob("*.py") if file.stem != "__init__")
    shown = {"watch": f"watch_run={run}", "mistakes": f"mistakes_run={run}", "predict": f"predict_run={run}"}
    return {"" if name == "home" else name: shown.get(name, "") for name in names}


@contextmanager
def a_home(runs: int) -> Iterator[tuple[dict[str, str], str]]:
    """A home with so many runs that have ended, and the newest of them, which has learned what a first run learns."""
    with passing_home() as bench:
        for number in range(runs - 1):
            tell_at_once(bench.record, EPOCHS, f"run {number}", number)
        learned = bench.train(Recipe.suggested_for([]).to_json(), name="learned")
        while any(bench.cover(each["name"])["coming"] for each in bench.datasets()):
            time.sleep(0.1)  # made once in a home's life, and all cores are busy with them
        yield {**os.environ, "THAW_HOME": str(bench.home.folder)}, learned


@contextmanager
def an_empty_application() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "empty.py"
        script.write_text(EMPTY)
        yield script


if __name__ == "__main__":
    sys.exit(main())
