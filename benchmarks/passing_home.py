"""A home that lasts as long as a measurement, and an engine that has left before it is removed."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.engines.local import STARTED
from core.home import Home
from core.service import Workbench


@contextmanager
def passing_home() -> Iterator[Workbench]:
    os.environ["THAW_IDLE_SECONDS"] = "3"
    with tempfile.TemporaryDirectory() as folder:
        bench = Workbench(Home(Path(folder)))
        yield bench
        while bench.engine_status()["alive"]:
            time.sleep(0.1)
        for supervisor in STARTED:
            supervisor.wait()
        bench.close()
