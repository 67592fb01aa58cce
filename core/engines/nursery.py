"""Where workers are born: forked from a process that has loaded torch already, or started afresh where that is unsafe.

Loading torch and timm takes seconds, a fork milliseconds. A fork is safe after imports alone: the server below never
computes, so it has no threads whose locks a child could inherit. macOS forbids forks after its frameworks are loaded.
"""

import json
import os
import select
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any, Protocol

from core.engines.orders import Order
from core.home import PROJECT
from core.runs.machine import Process

PATIENCE = 120.0
"""A server that has not answered an order after so many seconds hangs."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Birth:
    """A worker has begun on its order."""

    order: Order
    process: Process


@dataclass(frozen=True)
class Death:
    """A worker has ended: with an exit code, or by a signal (as a negative number)."""

    order: Order
    status: int


News = Birth | Death


class Nursery(Protocol):
    """Makes workers, and tells of them."""

    def bear(self, order: Order, lock: int) -> None:
        """Make a worker that holds the run's lock from its first moment on."""
        ...

    def news(self) -> list[News]:
        """What has happened since the last question."""
        ...

    def wait(self, seconds: float) -> None:
        """Do nothing for so long, or until there is news."""
        ...

    def overdue(self) -> list[Order]:
        """Orders that nobody will follow any more."""
        ...

    def close(self) -> None:
        """Make no more; the workers there are go on."""
        ...


def open_nursery() -> Nursery:
    return ForkServer() if sys.platform == "linux" else FreshProcesses()


class ForkServer:
    """Workers forked from one warm process."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._open: dict[str, tuple[Order, float]] = {}
        """Orders without an answer yet, and since when."""

    def bear(self, order: Order, lock: int) -> None:
        channel = self._channel or self._begin()
        text = order.to_text()
        self._open[text] = (order, time.monotonic())
        try:
            socket.send_fds(channel, [text.encode()], [lock])
        except OSError:
            self._give_up()

    def warm(self) -> None:
        """Load what workers need before the first one is asked for."""
        if self._channel is None:
            self._begin()

    def news(self) -> list[News]:
        found: list[News] = []
        while self._channel and select.select([self._channel], [], [], 0)[0]:
            try:
                said = self._channel.recv(65536)
            except ConnectionError:
                said = b""
            if not said:
                self._give_up()
                break
            found.append(self._understood(json.loads(said)))
        return found

    def wait(self, seconds: float) -> None:
        select.select([self._channel] if self._channel else [], [], [], seconds)

    def overdue(self) -> list[Order]:
        late = [text for text, (_, since) in self._open.items() if time.monotonic() - since > PATIENCE]
        if late:
            self._give_up()
        if self._channel is None:
            late = [*self._open]
        return [self._open.pop(text)[0] for text in late]

    def close(self) -> None:
        self._give_up()

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "core.engines.forkserver", str(theirs.fileno())],
                cwd=PROJECT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, **ONE_THREAD},
            )
        self._channel = ours
        return ours

    def _understood(self, said: dict[str, Any]) -> News:
        order = Order.from_text(said["order"])
        if "status" in said:
            return Death(order, said["status"])
        self._open.pop(said["order"], None)
        return Birth(order, Process(**said["process"]))

    def _give_up(self) -> None:
        """Without its channel the server ends; one that hangs is made to. Its workers are nobody's children then."""
        if self._channel:
            self._channel.close()
            self._channel = None
        if self._server:
            try:
                self._server.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None


class FreshProcesses:
    """Workers that load everything themselves."""

    def __init__(self) -> None:
        self._workers: list[tuple[Order, subprocess.Popen[bytes]]] = []
        self._born: list[News] = []

    def bear(self, order: Order, lock: int) -> None:
        worker = subprocess.Popen(
            [sys.executable, "-m", "core.engines.worker", order.to_text()],
            cwd=PROJECT,
            pass_fds=[lock],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._workers.append((order, worker))
        self._born.append(Birth(order, Process.of(worker.pid)))

    def news(self) -> list[News]:
        ended = [(order, worker) for order, worker in self._workers if worker.poll() is not None]
        self._workers = [each for each in self._workers if each not in ended]
        news, self._born = [*self._born, *(Death(order, worker.returncode) for order, worker in ended)], []
        return news

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def overdue(self) -> list[Order]:
        return []

    def close(self) -> None:
        self._workers = []
