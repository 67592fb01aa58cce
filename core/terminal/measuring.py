"""Speed, measured: hands over to the benchmarks of the checkout, the only place that has them."""

import json
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from core.errors import NotFound
from core.home import PROJECT
from core.service import Workbench
from core.terminal.screen import Screen, inert

Found = Mapping[str, Any]


def measure(bench: Workbench, asked: Namespace) -> Found:
    """The figures of one benchmark, or of all; what they say meanwhile goes to stderr as it comes."""
    if not (PROJECT / "benchmarks" / "__main__.py").exists():
        raise NotFound("The benchmarks are not installed with Thaw; run this in a checkout of its source.")
    command = [sys.executable, "-P", "-m", "benchmarks", *([asked.benchmark] if asked.benchmark else []), "--json"]
    known = {**os.environ, "PYTHONPATH": str(PROJECT)}  # not its folder: THAW_DATA may be told from where one stands
    done = subprocess.run(command, env=known, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise NotFound("No benchmark came to an end; what each lacked stands above.")
    return json.loads(done.stdout.splitlines()[-1])


def tell_measured(found: Found, screen: Screen) -> None:
    screen.lines([inert(each["told"]) for each in found["benchmarks"]])
    for machine in dict.fromkeys(each["machine"] for each in found["benchmarks"]):
        screen.line(inert(f"measured on {machine}"))
