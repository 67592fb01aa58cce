"""Runs in the hands of a real engine: asked for, waited for, and the processes that work on them."""

from typing import Any

from core.engines.local import Local
from core.runs.machine import Process
from core.runs.store import RunRow
from core.service import Workbench
from tests.engine_of_test import wait_until

QUICK = {
    "backbone": "thaw_plain",
    "pretrained": False,
    "epochs": 2,
    "examples_per_class": 3,
    "batch_size": 16,
}
ENDLESS = {**QUICK, "epochs": 1000}


def ask(bench: Workbench, recipe: dict[str, Any] = ENDLESS, **facts: Any) -> str:
    return bench.submit(recipe, again=True, **facts)["run"]


def row_of(bench: Workbench, run: str) -> RunRow:
    return bench.record.find(run)


def wait_for(bench: Workbench, run: str, state: str) -> RunRow:
    """Wait until a run is in this state; who waits in vain is told where it is."""
    try:
        wait_until(lambda: row_of(bench, run).state == state)
    except AssertionError as error:
        raise AssertionError(f"{error} for {state}: {row_of(bench, run)}") from None
    return row_of(bench, run)


def wait_for_steps(bench: Workbench, *runs: str) -> None:
    """Wait until each of them learns."""
    for run in runs:
        wait_until(lambda run=run: "step" in {each["kind"] for each in bench.events(run)})


def worker_of(bench: Workbench, run: str) -> Process:
    worker = Process.from_text(row_of(bench, run).worker)
    assert worker is not None and worker.lives
    return worker


def supervisor_of(bench: Workbench) -> Process | None:
    """The one that holds the engine's lock, once it has shown itself."""
    process = Local(bench.record).supervisor.process
    return process if process and process.lives else None
