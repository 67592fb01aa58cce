"""How fast a full record answers: 10,000 runs, 5 million events.

    python -m benchmarks.record --runs 10000 --events 500

Asked again and again, as pages ask: the newest page of runs, the events after the middle of a run (at most 500 at
once), what a run has told beside its steps, and the queue. Medians and the slowest of all calls.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from core.home import Home
from core.recipe import Recipe
from core.service import Workbench

PAGE = 50
CALLS = 200


def fill(bench: Workbench, runs: int, events: int) -> list[str]:
    """As `add` and `say` write them, without a commit for each."""
    recipe, store = Recipe(), bench.record.store
    first = bench.record.create(recipe)
    row = store.row(first)
    assert row is not None
    names = [f"b{number:05d}" for number in range(runs)]
    step = json.dumps(
        {"kind": "step", "elapsed": 1.5, "epoch": 3, "step": 77, "pictures": 32, "lr": 0.001, "loss": 0.4}
    )
    ended = json.dumps({"kind": "epoch_ended", "epoch": 3, "val_accuracy": 0.9})
    with store.writing() as db:
        columns = "name, state, recipe, recipe_hash, version, dataset, backbone, strategy, created, owner"
        for number, name in enumerate(names):
            state, owner = ("queued" if number % 100 == 0 else "done"), f"person {number % 50}"
            db.execute(
                f"INSERT INTO runs (id, ticket, {columns}) SELECT ?, ?, ?, ?, recipe, recipe_hash, version, dataset, "
                "backbone, strategy, created, ? FROM runs WHERE id = ?",
                [name, number + 2, name, state, owner, first],
            )
            db.executemany(
                "INSERT INTO events (run, number, kind, json) VALUES (?, ?, ?, ?)",
                [(name, 1 + i, *(("epoch_ended", ended) if i % 20 == 19 else ("step", step))) for i in range(events)],
            )
        db.execute("UPDATE runs SET engine = 'local' WHERE state = 'queued'")
    return names


def timed(ask: Callable[[int], object]) -> str:
    seconds = []
    for number in range(CALLS):
        began = time.perf_counter()
        ask(number)
        seconds.append(1000 * (time.perf_counter() - began))
    return f"median {statistics.median(seconds):6.2f} ms   slowest {max(seconds):6.2f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=500)
    choices = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Workbench(Home(Path(folder)))
        names = fill(bench, choices.runs, choices.events)
        store = bench.record.store
        size = store.size() / 2**20
        print(f"{choices.runs} runs, {choices.runs * choices.events} events, {size:.0f} MiB")
        print("newest page of runs   ", timed(lambda number: bench.runs(limit=PAGE)))
        print(
            "a page further down   ",
            timed(lambda number: bench.runs(limit=PAGE, before=names[number * 37 % len(names)])),
        )
        middle = choices.events // 2
        print("events(after)         ", timed(lambda number: store.events(names[number * 37 % len(names)], middle)))
        print("what a run has told   ", timed(lambda number: store.told(names[number * 37 % len(names)])))
        print("the queue's order     ", timed(lambda number: bench.queue()))
        bench.close()


if __name__ == "__main__":
    main()
