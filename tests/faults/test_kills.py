"""Whatever is killed, and whenever: every run asked for comes to its one end, with the weights it would have had.

A round of deaths is drawn from a seed. Half of them are blows from outside, at a random moment; the others happen
inside a claim, the writing of an event, a snapshot or a swap (mortal/sitecustomize.py).
"""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from core.engines.local import Local
from core.home import Home
from core.recipe import Recipe
from core.runs.folders import FRESH, VERSION
from core.runs.record import Record
from core.service import Workbench
from tests.processes_of_a_home import Found, Part, end_all, parts, processes_of
from tests.typed import PROJECT

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="what a process works on is read from /proc"),
]

RECIPE = Recipe.parse(
    {
        "backbone": "thaw_plain",
        "pretrained": False,
        "epochs": 4,
        "examples_per_class": 3,
        "batch_size": 8,
        "augmentation": "crop_flip",
        "strategy": "gradual",
    }
)
SUBMIT = """
import json, sys
from core.service import open_workbench
open_workbench().submit(json.loads(sys.argv[1]), again=True, request=sys.argv[2], name=sys.argv[2])
"""
INSIDE = {"claim": 4, "event": 16, "snapshot": 15, "swap": 15}
"""Of a hundred deaths, those at a moment of this kind; a claim costs the engine, which takes seconds to come back."""

FROM_OUTSIDE = {"worker": 34, "supervisor": 3, "fork server": 2, "other": 9, "all": 2}
BUSY = 6
"""So many runs are kept at work or waiting while there is dying."""

PATIENCE = 120.0


@dataclass
class Round:
    """A home in which processes die, and whoever brings back what is left."""

    home: Home
    armed: Path
    dice: random.Random
    record: Record
    asked: list[str] = field(default_factory=list)
    """The requests that runs were submitted with; some of their askers did not live to see it."""
    deaths: list[str] = field(default_factory=list)

    def ask(self) -> None:
        self.asked.append(f"request {len(self.asked)}")
        self.record.create(RECIPE, engine="local", request=self.asked[-1], name=self.asked[-1])

    def look_after(self) -> None:
        """What a person does: resume what rests, wake the engine; and see that nothing is wrong."""
        for row in self.record.page():
            assert row.state in ("queued", "running", "paused", "lost", "done"), (row.state, row.reason)
            if row.state in ("paused", "lost"):
                self.record.requeue(row.id, engine="local")
        self.nobody_is_doubled()
        Local(self.record).wake_if_needed()

    def nobody_is_doubled(self) -> None:
        at_work = [each.run for each in parts(self.home, "worker")]
        if len(at_work) > len(set(at_work)):  # one may have died between two looks
            before, after = parts(self.home, "worker"), parts(self.home, "worker")
            still = [each.run for each in before if each in after]
            assert len(still) == len(set(still)), still

    def wait_for(self, true: Callable[[], object], seconds: float = PATIENCE) -> bool:
        """Look after everything until something is true; whether it came true."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                return False
            self.look_after()
            time.sleep(0.02)
        return True

    def one_dies(self, how: str) -> None:
        while len([row for row in self.record.store.newest() if row.state != "done"]) < BUSY:
            self.ask()
        {"other": self.an_asker_dies, "all": self.all_die}.get(how, partial(self.somebody_dies, how))()
        self.deaths.append(how)

    def somebody_dies(self, how: str) -> None:
        if how in INSIDE:
            self.dies_inside(how)
        else:
            self.is_killed(how)  # type: ignore[arg-type]

    def dies_inside(self, kind: str) -> None:
        """The more moments pass first the rarer they come, so after a while fewer will do."""
        death = self.armed / kind
        for passing in (self.dice.randrange(12), 3, 1, 0, 0, 0):
            fresh = self.armed / ".fresh"
            fresh.write_text(f"{passing} {len(self.deaths)}")
            fresh.replace(death)
            if self.wait_for(lambda: not death.exists(), PATIENCE / 6):
                return
        raise AssertionError(f"nobody died inside a {kind}")

    def is_killed(self, part: Part) -> None:
        time.sleep(self.dice.uniform(0, 0.3))
        found: list[Found] = []
        assert self.wait_for(lambda: found.extend(parts(self.home, part)) or found), f"there is no {part}"
        one = self.dice.choice(found)
        if self.dice.random() < 0.3:  # it hangs first
            one.signal(signal.SIGSTOP)
            time.sleep(self.dice.uniform(0, 0.5))
        one.signal(signal.SIGKILL)

    def an_asker_dies(self) -> None:
        self.asked.append(f"request {len(self.asked)}")
        asker = subprocess.Popen(
            [sys.executable, "-c", SUBMIT, json.dumps(RECIPE.to_json()), self.asked[-1]], cwd=PROJECT
        )
        time.sleep(self.dice.uniform(0.1, 0.8))
        asker.kill()
        asker.wait()
        if self.dice.random() < 0.5:  # and asks again
            self.record.create(RECIPE, engine="local", request=self.asked[-1], name=self.asked[-1])

    def all_die(self) -> None:
        """The machine goes down."""
        time.sleep(self.dice.uniform(0, 1))
        for each in processes_of(self.home):
            each.signal(signal.SIGKILL)


@pytest.fixture
def round_of_deaths(bench: Workbench, armed: Path) -> Round:
    return Round(bench.home, armed, random.Random(20_261_121), bench.record)


@pytest.mark.parametrize("hundreds", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_however_processes_die_every_run_comes_to_its_one_end(round_of_deaths: Round, hundreds: int):
    deaths = [how for how, times in {**INSIDE, **FROM_OUTSIDE}.items() for _ in range(times * hundreds)]
    assert len(deaths) == 100 * hundreds
    round_of_deaths.dice.shuffle(deaths)
    for how in deaths:
        round_of_deaths.one_dies(how)
    record = round_of_deaths.record
    assert round_of_deaths.wait_for(lambda: all(row.state == "done" for row in record.store.newest()))
    end_all(round_of_deaths.home)
    every_run_is_whole(round_of_deaths)
    assert_the_record_is_whole(record)


def every_run_is_whole(after: Round) -> None:
    weights = []
    for row in after.record.store.newest():
        folder = after.record.folder(row.id)
        told = after.record.store.told(row.id)
        assert [each["state"] for each in told if each["kind"] == "finished"] == ["done"]
        assert 1 <= sum(each["kind"] == "started" for each in told) <= row.attempt
        after.record.tidy(row.id)
        assert litter(folder) == []
        assert Recipe.parse(json.loads((folder / "recipe.json").read_text())) == RECIPE
        weights.append(
            {name: tensor.tobytes() for name, tensor in load_file(folder / "best/model.safetensors").items()}
        )
    assert all(each == weights[0] for each in weights), "a run that was killed ended with other weights"


def assert_the_record_is_whole(record: Record) -> None:
    names = [row.name for row in record.store.newest()]
    assert len(names) == len(set(names)), "one request became two runs"
    assert record.store.read("PRAGMA integrity_check") == [("ok",)]
    for file in record.home.folder.rglob("*.json"):
        json.loads(file.read_text())


def litter(folder: Path) -> list[str]:
    """Half-written files, snapshots of a run that has ended, and versions that no link names."""
    named = {link.resolve() for link in folder.rglob("*") if link.is_symlink()}
    return [
        each.name
        for each in folder.rglob("*")
        if each.name.startswith((FRESH, "snapshot"))
        or (VERSION.fullmatch(each.name) and each.is_dir() and each not in named)
    ]
