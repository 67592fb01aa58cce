"""A real server, and a window of a real browser that remembers what went wrong and what it asked for."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

PROJECT = Path(__file__).resolve().parent.parent.parent
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@dataclass(frozen=True)
class Server:
    address: str
    pid: int


@contextmanager
def served(home: Path, entry: str = "streamlit_app.py", **environment: str) -> Iterator[Server]:
    """A server over a home, on a free port of this machine; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--server.port={port}", "--server.headless=true"]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", entry, *options, "--server.fileWatcherType=none"],
        cwd=PROJECT,
        env={**os.environ, "THAW_HOME": str(home), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield Server(f"http://127.0.0.1:{port}", server.pid)
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(address: str, server: subprocess.Popen, seconds: float = 60.0) -> None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer at {address}")


class Visit:
    """One page of a browser that keeps what went wrong and which addresses were asked for."""

    def __init__(self, page: Page):
        self.page, self.errors, self.asked = page, [], []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_selector(IDLE, timeout=60_000)

    def asked_elsewhere(self, address: str) -> list[str]:
        own = (address, address.replace("http", "ws"), "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]

    def overflows(self) -> bool:
        """Whether the page, or the part of it that scrolls in itself, is wider than the screen."""
        parts = "document.querySelectorAll(':root, [data-testid=stMain]')"
        return self.page.evaluate(f"[...{parts}].some(part => part.scrollWidth > part.clientWidth + 1)")
