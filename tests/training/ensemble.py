"""Rank processes that train as one, for tests: each is told what to do, and all that came of it is read back."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from core.events import event_from_json
from core.recipe import Recipe
from tests.conftest import PROJECT
from tests.training.conftest import Outcome


class Ensemble:
    """Rank processes that wait for work; each call trains one recipe with all of them."""

    def __init__(self, folder: Path, size: int = 2):
        self.folder, self.size, self.calls = folder, size, 0
        folder.mkdir(parents=True)
        self.processes = [self._start(rank) for rank in range(size)]

    def _start(self, rank: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.training.one_rank", str(self.folder / "meeting"), str(rank)]
        pipe = subprocess.PIPE
        return subprocess.Popen([*command, str(self.size)], cwd=PROJECT, stdin=pipe, stdout=pipe, text=True)

    def __call__(self, recipe: Recipe, **options: Any) -> list[Outcome]:
        """What came of it, for each rank."""
        folder = self.begin(recipe, **options)
        for process in self.processes:
            assert self.answer(process) == "done"
        return [self._outcome(folder / f"rank {rank}") for rank in range(self.size)]

    def begin(
        self,
        recipe: Recipe,
        pause_at: int | None = None,
        who_pauses: int = 0,
        state: Path | None = None,
        plan: dict[str, Any] | None = None,
        rooms: Sequence[int | None] = (None, None, None),
        seeds: Sequence[int] = (0, 0, 0),
        one_home: bool = True,
    ) -> Path:
        self.calls += 1
        folder = self.folder / f"call {self.calls}"
        homes = [str(folder / ("home" if one_home else f"home {rank}")) for rank in range(self.size)]
        job = {
            "recipe": replace(recipe, workers=self.size).to_json(),
            "folder": str(folder),
            "homes": homes,
            "pause_at": pause_at,
            "who_pauses": who_pauses,
            "state": str(state) if state else None,
            "plan": plan,
            "rooms": list(rooms),
            "seeds": list(seeds),
        }
        for process in self.processes:
            assert process.stdin
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
        return folder

    @staticmethod
    def answer(process: subprocess.Popen[str]) -> str:
        assert process.stdout
        return process.stdout.readline().strip()

    @staticmethod
    def _outcome(folder: Path) -> Outcome:
        events = [event_from_json(each) for each in json.loads((folder / "events.json").read_text())]
        files = len(list(folder.glob("weights *.safetensors")))
        *after, end = [load_file(folder / f"weights {number}.safetensors") for number in range(files)]
        return Outcome(events, end, after, next(folder.glob("snapshot*"), None))

    def __enter__(self) -> "Ensemble":
        return self

    def __exit__(self, error: object, *_: object) -> None:
        for process in self.processes:
            if error:
                process.kill()
            elif process.stdin:
                process.stdin.close()
        for process in self.processes:
            process.wait(timeout=60)
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
