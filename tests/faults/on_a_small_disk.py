"""What happens to a run when its disk fills up, and when there is space again; told as JSON.

Started by test_storage.py in a mount namespace in which the home lies on a disk of a few megabytes.
"""

import json
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from core.home import Home
from core.runs.folders import FRESH
from core.service import Workbench
from tests.engine_of_test import wait_until
from tests.faults.at_work import QUICK, ask, wait_for, wait_for_steps


def fill(filler: Path) -> bool:
    """Take all the space that is left, at one stroke: what the ballast gives later is for the run."""
    free = shutil.disk_usage(filler.parent).free
    with filler.open("ab") as file, suppress(OSError):
        os.posix_fallocate(file.fileno(), file.tell(), max(1, free))
    return False


def main(folder: Path) -> None:
    bench = Workbench(Home(folder))
    run = ask(bench, {**QUICK, "epochs": 100})
    wait_for_steps(bench, run)
    filler, ballast = folder / "filler", folder / "ballast"
    # What the ballast gives is for the run's last word, so the look at it comes right before the next filling.
    wait_until(lambda: bench.show(run)["state"] != "running" or not ballast.exists() or fill(filler))
    paused = wait_for(bench, run, "paused")
    left = [str(each) for each in folder.rglob(f"{FRESH}*")]
    shown = bench.show(run)["state"], len(bench.runs()), bool(bench.events(run))
    filler.unlink()
    bench.resume(run)
    done = wait_for(bench, run, "done")
    said = {"paused": paused.reason, "left": left, "shown": shown, "done": done.state, "attempt": done.attempt}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
