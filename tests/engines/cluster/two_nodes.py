"""A Ray cluster of real node processes, in a network namespace that has nothing but loopback.

Nodes share no folder: each has a cache of its own, and none is told where the home is.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parents[3]
PORT = 6379  # Ray's own: its pretended cloud knows no other
ADDRESS = f"127.0.0.1:{PORT}"
RAISE_LOOPBACK = """
import fcntl, socket, struct, sys, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
    fcntl.ioctl(asked, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
print("up", flush=True)
time.sleep(1e9)
"""
AS_ROOT = ["-n"] if os.getuid() == 0 else ["-r", "-n"]


class NoNamespace(Exception):
    """This machine does not let us have a network of our own."""


@dataclass
class Cluster:
    """Nodes that were started here, and a way to run commands beside them."""

    token: str = ""
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="thaw-ray-")))  # sockets want short paths
    _nodes: int = 0

    def open(self) -> None:
        """The namespace; it ends with the last process in it."""
        self._holder = subprocess.Popen(
            ["unshare", *AS_ROOT, sys.executable, "-c", RAISE_LOOPBACK],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout and self._holder.stderr
        if self._holder.stdout.readline() != "up\n":
            self._holder.wait()
            raise NoNamespace(self._holder.stderr.read().strip())

    @property
    def environment(self) -> dict[str, str]:
        """What nodes and commands share; the token only where there is one."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "THAW_"))}
        auth = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": self.token} if self.token else {"RAY_AUTH_MODE": "disabled"}
        quiet = {"RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(PROJECT)}
        path = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        return {**kept, **auth, **quiet, **path}

    def start_node(self, *words: str, **environment: str) -> None:
        """One more node: the first is the head."""
        self._nodes += 1
        temporary = ["--temp-dir", str(self.folder / "ray")]
        role = ["--head", "--port", str(PORT), *temporary] if self._nodes == 1 else ["--address", ADDRESS]
        role += ["--include-dashboard", "false"] if self._nodes == 1 else []
        command = ["start", *role, "--num-cpus", "1", "--object-store-memory", "80000000", *words]
        cache = str(self.folder / f"node{self._nodes}")
        done = self.inside("-m", "ray.scripts.scripts", *command, THAW_NODE_CACHE=cache, **environment)
        assert done.returncode == 0, done.stdout + done.stderr

    def inside(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A Python command in the namespace."""
        return self.run(sys.executable, *words, **environment)

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command in the namespace."""
        entered = ["-n"] if os.getuid() == 0 else ["-U", "-n", "--preserve-credentials"]
        return subprocess.run(
            ["nsenter", "-t", str(self._holder.pid), *entered, *words],
            cwd=PROJECT,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def node_of(self, run_reason: str) -> psutil.Process:
        """The raylet of the node that a run's reason names."""
        mark = run_reason.partition("(node ")[2].partition(")")[0]
        return next(each for each in self._raylets() if any(f"node_id={mark}" in word for word in each.cmdline()))

    def is_head(self, raylet: psutil.Process) -> bool:
        return "--head" in raylet.cmdline()

    def kill_node(self, raylet: psutil.Process) -> None:
        for process in [raylet, *raylet.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def called(self, name: str) -> list[psutil.Process]:
        """The processes of the cluster that go by this name, such as `ray::train`."""
        return [each for each in self._processes() if name in " ".join(each.cmdline())]

    def close(self) -> None:
        """End every process in the namespace, and no other."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        with self._holder:  # waits for its end, and closes its pipes
            pass
        shutil.rmtree(self.folder, ignore_errors=True)

    def _raylets(self) -> list[psutil.Process]:
        return [each for each in self._processes() if each.name() == "raylet"]

    def _processes(self) -> list[psutil.Process]:
        network = _network(self._holder.pid)
        return [each for each in psutil.process_iter() if network and _network(each.pid) == network and _lives(each)]


def _network(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/ns/net").readlink())
    except OSError:
        return ""


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(true: Callable[[], object], seconds: float, told: Callable[[], object] = lambda: "") -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, told()
        time.sleep(0.1)
