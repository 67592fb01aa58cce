"""A terminal for tests: what a person would see on it, whatever is written to it, and whatever size it takes."""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CONTROL = re.compile(r"\x1b\[(\d*)([A-Za-z])|\r|\n|[^\x1b\r\n]")


class Terminal:
    """A command on a pseudo-terminal of its own, and the screen that its writing makes."""

    def __init__(self, *words: str, columns: int = 100, rows: int = 30):
        self.columns, self.rows = columns, rows
        self.written = ""
        self.cells: list[str] = [""]
        self.row = self.column = 0
        self.longest = 0
        """The widest line since the last change of size."""
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            os.chdir(PROJECT)
            os.environ.update(TERM="xterm", NO_COLOR="1")
            os.environ.pop("COLUMNS", None)
            os.execv(sys.executable, [sys.executable, "-m", "core", *words])
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows, self.longest = columns, rows, 0
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        os.write(self._handle, keys)

    def shows(self, text: str) -> bool:
        return any(text in line for line in self.cells)

    def wait_for(self, true: Callable[[], object], seconds: float = 90.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"waited in vain; on the screen: {self.cells}"
            assert self._listen(), f"it has ended; on the screen: {self.cells}"

    def exit_code(self) -> int:
        while self._listen():
            pass
        os.close(self._handle)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _listen(self) -> bool:
        if not select.select([self._handle], [], [], 0.1)[0]:
            return True
        try:
            said = os.read(self._handle, 65536).decode(errors="replace")
        except OSError:  # how Linux says that the other end has closed
            return False
        self.written += said
        for each in CONTROL.finditer(said):
            self._draw(f"CSI {each[2]}" if each[2] else each[0], each[1] or "1")
        return bool(said)

    def _draw(self, letter: str, number: str) -> None:
        match letter:
            case "\r":
                self.column = 0
            case "\n":
                self._go_to(self.row + 1)
            case "CSI A":
                self._go_to(max(0, self.row - int(number)))
            case "CSI K":
                self.cells[self.row] = ""
            case "CSI J":
                self.cells = [""]
                self.row = self.column = 0
            case "CSI H" | "CSI m":
                pass
            case _:
                line = self.cells[self.row].ljust(self.column)
                self.cells[self.row] = line[: self.column] + letter + line[self.column + 1 :]
                self.column += 1
                self.longest = max(self.longest, self.column)

    def _go_to(self, row: int) -> None:
        self.row, self.column = row, self.column if row < self.row else 0
        self.cells += [""] * (row + 1 - len(self.cells))
