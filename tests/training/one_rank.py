"""One process of a team: trains what it is told, a line of JSON each, and keeps what came of it for its test."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import distributed

from core.errors import ExplorerError
from core.home import Home
from core.recipe import Recipe
from core.training.ranks import Ranks
from core.training.session import Session
from tests.training.conftest import Outcome, Runner, remembering
from tests.training.test_memory import crowd

PATIENCE = timedelta(seconds=60)


def main(meeting: str, rank: int, size: int) -> None:
    where = f"file://{meeting}"
    distributed.init_process_group("gloo", init_method=where, rank=rank, world_size=size, timeout=PATIENCE)
    team = Ranks(PATIENCE)
    begin = Session.__init__
    for line in sys.stdin:
        runner = Runner(Home.from_environment(), Path(), team)
        Session.__init__ = remembering(runner)
        try:
            perform(json.loads(line), runner, rank)
            print("done", flush=True)
        except ExplorerError as error:
            print(f"{type(error).__name__}: {error}", flush=True)
        Session.__init__ = begin
    distributed.destroy_process_group()


def perform(job: dict[str, Any], runner: Runner, rank: int) -> None:
    """Each rank has an owner of its own, who may wish for a pause; rank 0 alone is given the plan and the state."""
    runner.folder = Path(job["folder"]) / f"rank {rank}"
    runner.folder.mkdir(parents=True)
    crowded(job["rooms"][rank])
    outcome = runner(
        Recipe.parse({**job["recipe"], "seed": job["seeds"][rank]}),
        pause_at=job["pause_at"] if rank == job["who_pauses"] else None,
        state=Path(job["state"]) if job["state"] and rank == 0 else None,
        plan=job["plan"] if rank == 0 else None,
        where=Home(Path(job["homes"][rank])),
    )
    keep(outcome, runner.folder)
    if (judged := runner.sessions[-1].judged) and (save := judged.saving(0, 1)):
        save(runner.folder / "epochs" / "0000")


def crowded(room: int | None) -> None:
    begin = Session.__init__

    def limited(self: Session, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        if room:
            crowd(self.net.model, room)

    Session.__init__ = limited


def keep(outcome: Outcome, folder: Path) -> None:
    (folder / "events.json").write_text(json.dumps([event.to_json() for event in outcome.events]))
    for number, weights in enumerate([*outcome.after, outcome.weights]):
        whole = {name: tensor.contiguous() for name, tensor in weights.items()}
        save_file(whole, folder / f"weights {number}.safetensors")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
