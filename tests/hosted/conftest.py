"""Real hosted servers on free ports of this machine, and people who come in with cookie jars of their own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
HOSTED = PROJECT / "hosted.py"
PASSPHRASE = "ice and warmth"


@dataclass(frozen=True)
class Hosted:
    """A server and where it can be visited."""

    address: str
    home: Path

    def visitor(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=30)

    @contextmanager
    def person(self, name: str, code: str = "") -> Iterator[httpx.Client]:
        """Somebody who has come in."""
        with self.visitor() as client:
            answer = come_in(client, name, code=code)
            assert answer.status_code == 303, answer.text
            yield client


def come_in(client: httpx.Client, name: str, passphrase: str = PASSPHRASE, **fields: str) -> httpx.Response:
    """Fill in the form, as a browser would."""
    form = client.get("/sign-in", params={"next": fields.pop("next", "/")}).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    return client.post("/sign-in", data={**hidden, "name": name, "passphrase": passphrase, **fields})


Host = Callable[..., Hosted]


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Starts hosted servers, each over a home of its own unless one is given; all of them end with the tests."""
    with ExitStack() as running:

        def begin(
            home: Path | None = None, script: Path = HOSTED, folder: Path = PROJECT, port: int = 0, **environment: str
        ) -> Hosted:
            home = home or tmp_path_factory.mktemp("hosted_home")
            return running.enter_context(hosted(home, script, folder, port or free_port(), environment))

        yield begin


@pytest.fixture(scope="session")
def room(host: Host) -> Hosted:
    """One room for all tests that leave no traces in it."""
    return host(THAW_ROOM_PASSPHRASE=PASSPHRASE, THAW_ROOM_NAME="Room 12")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def hosted(home: Path, script: Path, folder: Path, port: int, environment: Mapping[str, str]) -> Iterator[Hosted]:
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "THAW_HOME": str(home), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield Hosted(f"http://127.0.0.1:{port}", home)
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(address: str, server: subprocess.Popen, seconds: float = 60.0) -> None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up and server.poll() is None:
        try:
            if httpx.get(address, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the hosted server did not answer at {address}")
