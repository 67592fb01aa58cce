"""A Streamlit server for as long as a measurement or a test: the project's own, or any other script."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parent.parent
BOTH = ("--server.headless=true", "--server.fileWatcherType=none", "--browser.gatherUsageStats=false")


@contextmanager
def serving(
    environment: Mapping[str, str],
    core: int | None = None,
    script: Path = PROJECT / "streamlit_app.py",
    folder: Path | None = None,
) -> Iterator[tuple[str, psutil.Process]]:
    """Its address once it answers, and its process; on one core alone where that is named.

    It runs in the script's own folder, or in the one that is named: what lies there can be imported.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [*BOTH, "--server.address=127.0.0.1", f"--server.port={port}"]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    place, silent = folder or script.parent, subprocess.DEVNULL
    server = subprocess.Popen(command, cwd=place, env={**environment}, stdout=silent, stderr=silent)
    with ended_in_the_end(server):
        if core is not None:
            os.sched_setaffinity(server.pid, {core})
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"127.0.0.1:{port}", psutil.Process(server.pid)


@contextmanager
def ended_in_the_end(process: subprocess.Popen) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen, seconds: float = 60.0) -> None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"The server did not answer at {address}.")
