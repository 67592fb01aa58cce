"""Where words go: to people on stdout, or to stderr when stdout belongs to a script; in colour where it is wanted."""

import os
import shutil
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from core.runs.strict import strict_json
from core.terminal.cells import fit

COLOURS = {"bold": "1", "quiet": "2", "red": "31", "green": "32", "warm": "33", "ice": "36"}
CLEAR_LINE = "\r\x1b[2K"
CLEAR_LINE_ABOVE = "\x1b[1A\x1b[2K"
CLEAR_SCREEN = "\x1b[H\x1b[2J"
USUAL = os.terminal_size((100, 24))


def inert(text: object) -> str:
    """Text that somebody typed, made harmless: what could move the cursor or turn the writing around is spelled out."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(text))


class Screen:
    """One command's output."""

    def __init__(self, json: bool, stream: TextIO | None = None, environment: Mapping[str, str] = os.environ):
        self.json = json
        self.stream = stream or (sys.stderr if json else sys.stdout)
        dumb = environment.get("TERM") == "dumb"
        self.live = self.stream.isatty() and not dumb
        self.colourful = self.live and not environment.get("NO_COLOR")
        self.drawn = _can_show("▁█░·", self.stream)
        self._live_lines = 0
        self._drawn_in = self.size
        self.gone = False

    @property
    def size(self) -> os.terminal_size:
        """Asked anew each time: a window changes its size at any moment."""
        if not self.live:
            return USUAL
        try:
            size = os.get_terminal_size(self.stream.fileno())
        except (OSError, ValueError):
            size = shutil.get_terminal_size(USUAL)
        return size if size.columns and size.lines else USUAL

    @property
    def width(self) -> int:
        return self.size.columns

    def line(self, text: str = "") -> None:
        """A whole line; live ones give way to it."""
        self._write(self._without_live_lines() + text + "\n")
        self._live_lines = 0

    def lines(self, lines: list[str]) -> None:
        for line in lines:
            self.line(line)

    def redraw(self, *lines: str) -> None:
        """The live lines at the bottom, cut to the window as it is now."""
        size = self.size
        kept = [fit(line, size.columns - 1) for line in lines[: size.lines - 1]]
        self._write(self._without_live_lines() + "\n".join(kept))
        self._live_lines, self._drawn_in = len(kept), size

    def _without_live_lines(self) -> str:
        """What takes them off; in a window of another size nobody knows where several stand now, so all goes."""
        if self._live_lines > 1 and self.size != self._drawn_in:
            return CLEAR_SCREEN
        return CLEAR_LINE + CLEAR_LINE_ABOVE * (self._live_lines - 1) if self._live_lines else ""

    def error(self, sentence: str) -> None:
        """Below whatever was drawn last, which stays."""
        if self._live_lines:
            self._write("\n")
            self._live_lines = 0
        sys.stderr.write(inert(sentence) + "\n")

    def result(self, found: Mapping[str, Any]) -> None:
        """For scripts: one JSON object as the last line of stdout."""
        if self.json:
            sys.stdout.write(strict_json(found) + "\n")

    def paint(self, text: str, colour: str) -> str:
        return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if self.colourful and text else text

    def _write(self, text: str) -> None:
        """A reader who has seen enough (`| head`) must not end a training run."""
        if self.gone:
            return
        try:
            self.stream.write(text)
            self.stream.flush()
        except BrokenPipeError:
            self.gone = True
            silence(self.stream)


def silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, or Python complains about the closed pipe when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _can_show(text: str, stream: TextIO) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
