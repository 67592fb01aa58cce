"""The process that workers are forked from: it loads what they need, and never computes anything itself."""

import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module

from core.engines.orders import Order
from core.engines.worker import work
from core.runs.machine import Process

LOADED = ("core.training.loop", "core.training.predicting", "core.runs.predictions")
LARGEST_ORDER = 65536


def serve(channel: socket.socket) -> None:
    """Fork a worker for every order, tell of its birth and its death; end when the supervisor is gone."""
    woken = _wake_when_a_child_ends()
    for module in LOADED:
        import_module(module)
    gc.collect()
    gc.freeze()  # what is loaded stays shared with the workers
    orders: dict[int, str] = {}
    while True:
        ready, _, _ = select.select([channel, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
        _bury(orders, channel)
        if channel in ready and not _follow(channel, orders):
            return


def _follow(channel: socket.socket, orders: dict[int, str]) -> bool:
    """Fork a worker for the next order; False when there will be none any more."""
    said, locks, _, _ = socket.recv_fds(channel, LARGEST_ORDER, 1)
    if not said:
        return False
    text = said.decode()
    pid = os.fork()
    if pid == 0:
        channel.close()
        _live(Order.from_text(text))
    for lock in locks:
        os.close(lock)
    orders[pid] = text
    _tell(channel, {"order": text, "process": asdict(Process.of(pid))})
    return True


def _live(order: Order) -> None:
    """The worker's whole life: in a session of its own, so that nobody else's Ctrl-C or hang-up reaches it."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        work(order)
        code = 0
    finally:  # what the server would do at its end is not for its children
        with suppress(OSError):  # no space left, not even for this
            if sys.exc_info()[1] is not None:
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _bury(orders: dict[int, str], channel: socket.socket) -> None:
    while orders:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return
        with suppress(ProcessLookupError):  # its children hold its lock; its id is not given out before it is buried
            os.killpg(ended.si_pid, signal.SIGKILL)
        pid, status = os.waitpid(ended.si_pid, 0)
        _tell(channel, {"order": orders.pop(pid), "status": os.waitstatus_to_exitcode(status)})


def _tell(channel: socket.socket, said: dict[str, object]) -> None:
    try:
        channel.send(json.dumps(said).encode())
    except OSError:
        return  # the supervisor is gone; the next look at the channel says so


def _wake_when_a_child_ends() -> int:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    return reading


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
