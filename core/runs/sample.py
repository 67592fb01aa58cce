"""The sample: a finished run that comes with Thaw and stands beside a home's own runs, for everybody, never changed.

It is kept as text, a row and what the run said, and read into memory: nothing has to be writable, and whatever form
the database has by now, the sample has it too. No id is ever its name: ids hold no vowels.
"""

import json
import os
import sqlite3
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from core.home import SAMPLE, SHIPPED
from core.runs.folders import read_json
from core.runs.migrations import migrate
from core.runs.statements import append
from core.runs.store import EVENTS_AT_ONCE, RunRow, RunStore

FOLDER = SHIPPED / SAMPLE
ROW, SAID = "run.json", "events.jsonl"
UNCHANGEABLE = "The sample can't be changed; train a run of your own."


def is_shown(environment: Mapping[str, str] = os.environ) -> bool:
    """Unless THAW_SAMPLE is 0."""
    return environment.get("THAW_SAMPLE") != "0" and (FOLDER / ROW).is_file()


class SampleStore(RunStore):
    """A database in memory that holds one run."""

    def __init__(self, folder: Path = FOLDER):
        super().__init__(folder / ROW)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        migrate(connection)
        row = read_json(self.path) or {}
        row["recipe"] = json.dumps(row["recipe"])
        connection.execute(f"INSERT INTO runs ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
        with self.path.with_name(SAID).open(encoding="utf-8") as said:
            append(connection, SAMPLE, [json.loads(line) for line in said])
        return connection


class StoreWithSample(RunStore):
    """The runs of one home; what is asked about the sample by its id is answered from a store of its own."""

    @cached_property
    def sample(self) -> SampleStore:
        return SampleStore()

    def row(self, run: str) -> RunRow | None:
        return self.sample.row(run) if _is_it(run) else super().row(run)

    def recipe(self, run: str) -> dict[str, Any]:
        return self.sample.recipe(run) if _is_it(run) else super().recipe(run)

    def events(self, run: str, after: int = 0, limit: int = EVENTS_AT_ONCE) -> list[dict[str, Any]]:
        return self.sample.events(run, after, limit) if _is_it(run) else super().events(run, after, limit)

    def told(self, run: str) -> list[dict[str, Any]]:
        return self.sample.told(run) if _is_it(run) else super().told(run)

    def last_event(self, run: str) -> dict[str, Any] | None:
        return self.sample.last_event(run) if _is_it(run) else super().last_event(run)

    def close(self) -> None:
        super().close()
        self.sample.close()


def _is_it(run: str) -> bool:
    return run == SAMPLE and is_shown()
