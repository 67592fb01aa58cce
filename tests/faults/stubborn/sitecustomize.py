"""Makes every worker stubborn: as soon as it has begun it hears neither owner nor signal, and has two children."""

import os
import signal
import subprocess
import sys
import time

from core.events import Event, Wish
from core.runs.log import RunLog

SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]


def hang(self: RunLog, event: Event) -> Wish:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    started = subprocess.Popen(SLEEP)
    forked = os.fork()  # which holds all that its parent holds, the lock too
    if forked:
        family = self.home.runs / self.desk.run / "family"
        fresh = family.with_suffix(".fresh")
        fresh.write_text(f"{os.getpid()} {started.pid} {forked}")
        fresh.replace(family)
    while True:
        time.sleep(1)


RunLog.take = hang
