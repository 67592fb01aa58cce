"""Line 43: memory really runs out in the middle of a run, because the process gets no more of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.typed import PROJECT

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory so exactly"),
]

SQUEEZED = """
import json, resource, sys
from pathlib import Path
from core.events import Started
from core.service import open_workbench

def squeeze(event):
    if isinstance(event, Started):
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 1_100_000_000, resource.RLIM_INFINITY))

resource.setrlimit(resource.RLIMIT_AS, (2**40, resource.RLIM_INFINITY))  # counted from the beginning, as by `ulimit -v`
bench = open_workbench()
run = bench.train(json.loads(sys.argv[1]), device="cpu", on_event=squeeze)
print(json.dumps(bench.show(run)))
bench.close()
"""


# Anything from 0.7 to 1.5 GB more is too little for 256 of these pictures at once, and enough for 32 of them.
@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_line_43_out_of_memory_halves_the_batch_for_the_same_gradient_and_is_recorded(
    home_folder: Path, precision: str
):
    recipe = {"precision": precision} | {"backbone": "thaw_plain", "pretrained": False, "image_size": 160, "epochs": 1}
    recipe |= {"batch_size": 256, "examples_per_class": 26}
    done = subprocess.run(
        [sys.executable, "-c", SQUEEZED, json.dumps(recipe)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        # One heap for all threads: each further one would reserve what the test wants to see used.
        env={**os.environ, "THAW_HOME": str(home_folder), "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"},
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout.splitlines()[-1])
    assert (shown["state"], shown["recipe"]["batch_size"]) == ("done", 256)
    told = [each["message"] for each in shown["notices"] if each["topic"] == "memory"]
    assert told and "each batch of 256 is now computed 128 at a time" in told[0]


WITHOUT_CODE = """
import psutil, resource, torch
from core.errors import TrainingError
from core.training.memory import in_halves

layer = torch.nn.Conv2d(8, 8, 3)
batch = torch.zeros(40, 8, 20, 20)
with torch.inference_mode():
    taken = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (taken + 1_000_000, resource.RLIM_INFINITY))
    for size in range(2, 40):
        try:
            in_halves(layer, batch[:size])
        except TrainingError as error:
            print(error)
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(tuple(in_halves(layer, batch).shape))
"""


def test_a_thread_that_once_had_no_memory_for_its_code_is_not_asked_again():
    done = subprocess.run([sys.executable, "-c", WITHOUT_CODE], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *refused, answered = done.stdout.splitlines()
    assert refused and answered == "(40, 8, 18, 18)"
