"""Where words go: to people on stdout, or to stderr when stdout belongs to a script; in colour where it is wanted."""

import os
import shutil
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from core.runs.strict import strict_json

COLOURS = {"bold": "1", "quiet": "2", "red": "31", "green": "32", "warm": "33", "ice": "36"}
CLEAR_LINE = "\r\x1b[2K"


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
        self.width = shutil.get_terminal_size((100, 24)).columns if self.live else 100
        self.drawn = _can_show("▁█░·", self.stream)
        self._half_a_line = False
        self._gone = False

    def line(self, text: str = "") -> None:
        """A whole line; a live one gives way to it."""
        self._write((CLEAR_LINE if self._half_a_line else "") + text + "\n")
        self._half_a_line = False

    def lines(self, lines: list[str]) -> None:
        for line in lines:
            self.line(line)

    def redraw(self, text: str) -> None:
        """The live line at the bottom."""
        self._write(CLEAR_LINE + text)
        self._half_a_line = True

    def error(self, sentence: str) -> None:
        if self._half_a_line:
            self.line()
        sys.stderr.write(inert(sentence) + "\n")

    def result(self, found: Mapping[str, Any]) -> None:
        """For scripts: one JSON object as the last line of stdout."""
        if self.json:
            sys.stdout.write(strict_json(found) + "\n")

    def paint(self, text: str, colour: str) -> str:
        return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if self.colourful and text else text

    def _write(self, text: str) -> None:
        """A reader who has seen enough (`| head`) must not end a training run."""
        if self._gone:
            return
        try:
            self.stream.write(text)
            self.stream.flush()
        except BrokenPipeError:
            self._gone = True
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
