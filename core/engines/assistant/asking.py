"""Asking the assistant: it is started when first needed, serves one question at a time, and is replaced if it dies.

Its pipes are all that holds it: when the server ends, however it ends, they close, and the assistant leaves.
"""

import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from core.engines.assistant.frames import Ended, read_frame, write_frame
from core.engines.assistant.mishaps import untold
from core.errors import TrainingError
from core.home import PROJECT, Home

PATIENCE = 120.0
"""Seconds that a question may take, loading torch included; and that it may wait for those before it."""
A_BUG = 1
"""The exit code of a Python that died of its own error: asking again would end in the same way."""
LIVES = 2

Process = subprocess.Popen[bytes]


class Assistant:
    """The assistant of one home, for all threads of this process."""

    def __init__(self, home: Home, patience: float = PATIENCE):
        self.log = home.engine / "assistant.log"
        self._home, self._patience = home, patience
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._leave: Callable[[], object] = lambda: None

    def ask(self, question: str, given: Mapping[str, Any], viewer: str | None = None) -> Any:
        """What `questions.answer` says in the other process, to the person who looks."""
        request = {"question": question, "given": given, "viewer": viewer, "limit": self._patience}
        with self._turn():
            for _ in range(LIVES):
                with suppress(Ended):
                    return self._answer(request)
        raise TrainingError(f"The assistant process died twice over this; {self.log} may tell why.")

    def close(self) -> None:
        self._leave()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self._patience):
            raise TrainingError("Too many others ask at the moment; try again a little later.")
        try:
            yield
        finally:
            self._lock.release()

    def _answer(self, request: dict[str, Any]) -> Any:
        process = self._living()
        assert process.stdin and process.stdout
        began, limit = time.monotonic(), threading.Timer(self._patience, _kill, [process])
        limit.start()
        try:
            write_frame(process.stdin, request)
            reply = read_frame(process.stdout)
        except (Ended, BrokenPipeError):
            raise self._why_it_ended(process, in_time=time.monotonic() - began < self._patience) from None
        finally:
            limit.cancel()
        if "mishap" in reply:
            raise untold(reply["mishap"])
        return reply["answer"]

    def _living(self) -> Process:
        if self._process is None or self._process.poll() is not None:
            self._leave()
            self._process = _started(self._home, self.log)
            self._leave = weakref.finalize(self, _end, self._process)
        return self._process

    def _why_it_ended(self, process: Process, in_time: bool) -> Exception:
        code = _buried(process, patience=20.0)  # a Python takes its time to die
        if not in_time:
            return TrainingError(f"No answer came within {self._patience:.0f} s; try it with less.")
        if code == A_BUG:
            return TrainingError(f"A bug: {_last_line(self.log)} ({self.log} holds its traceback).")
        return Ended()


def _started(home: Home, log: Path) -> Process:
    """In a session of its own, so that Ctrl-C in the server's terminal leaves its last answer whole."""
    with _opened(log) as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "core.engines.assistant", str(home.folder)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )


def _opened(log: Path) -> BinaryIO:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return log.open("ab")
    except OSError:  # a home that can only be read
        return Path(os.devnull).open("ab")


def _end(process: Process) -> None:
    """Let it see that nobody asks any more; whoever is in the midst of an answer that nobody waits for is ended."""
    assert process.stdin and process.stdout
    with suppress(BrokenPipeError):
        process.stdin.close()
    _buried(process, patience=2.0)
    process.stdout.close()


def _buried(process: Process, patience: float) -> int:
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        _kill(process)
        return process.wait()


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _last_line(log: Path) -> str:
    with suppress(OSError):
        return (log.read_text(encoding="utf-8", errors="replace").split("\n") or [""])[-2]
    return "no more is known"
