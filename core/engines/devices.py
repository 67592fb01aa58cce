"""Which devices there are to compute on, best first, and which of them a run gets."""

import json
import os
import subprocess
import sys
from typing import Any

from core.errors import RecipeError, TrainingError
from core.home import PROJECT

PATIENCE = 120.0


def devices() -> list[dict[str, Any]]:
    """Every device that torch finds, best first."""
    import torch  # seconds: only workers and `main` below come here

    found = [
        {"device": f"cuda:{number}", "name": about.name, "memory": about.total_memory}
        for number in range(torch.cuda.device_count())
        for about in [torch.cuda.get_device_properties(number)]
    ]
    if torch.backends.mps.is_available():
        found.append({"device": "mps", "name": "Apple GPU", "memory": None})
    return [*found, {"device": "cpu", "name": f"{os.cpu_count()} cores", "memory": None}]


def choose(wanted: str = "auto") -> str:
    """The device of a run: the best there is, or the one that was asked for, if it is there."""
    offered = [each["device"] for each in devices()]
    if wanted == "auto":
        return offered[0]
    if wanted == "cuda" and "cuda:0" in offered:
        return "cuda:0"
    if wanted not in offered:
        raise RecipeError("device", wanted, "this machine offers auto, " + ", ".join(offered))
    return wanted


def devices_of_a_fresh_process() -> list[dict[str, Any]]:
    """The same, asked of a process of its own: whoever asks stays without torch, and survives one that is broken."""
    command = [sys.executable, "-m", "core.engines.devices"]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise TrainingError(f"torch did not answer within {PATIENCE:.0f} s; try again on a calmer machine.") from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise TrainingError(f"torch can't be loaded ({last}); install the versions that requirements.txt names.")
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(devices()) + "\n")
