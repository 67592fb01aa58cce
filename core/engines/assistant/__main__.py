"""`python -m core.engines.assistant HOME`: answers what its server asks, one question after another.

It leaves when its server does, and when nobody has asked anything for a while. A bug ends it: its traceback stands in
the log, and the next question finds a fresh one, whatever state the bug had left a GPU in.
"""

import os
import select
import signal
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from core.engines import questions
from core.engines.assistant.frames import Ended, read_frame, write_frame
from core.engines.assistant.mishaps import told
from core.engines.settings import Settings
from core.errors import ExplorerError
from core.home import Home

GRACE = 10
"""Seconds beyond its limit after which a question that nobody waits for any more ends the process."""


def main(home: Home) -> None:
    asked, answered = _streams()
    import_module("core.training.predicting")  # torch and timm, while nobody waits yet
    idle = Settings.from_environment().idle_seconds
    try:
        while select.select([asked], [], [], idle)[0]:
            request = read_frame(asked)
            signal.alarm(int(request["limit"]) + GRACE)
            write_frame(answered, reply(home, request))
            signal.alarm(0)
    except (Ended, BrokenPipeError):
        return


def reply(home: Home, request: dict[str, Any]) -> dict[str, Any]:
    """The answer, or what whoever asked can mend."""
    seen = replace(home, viewer=request["viewer"])
    try:
        return {"answer": questions.answer(seen, request["question"], request["given"])}
    except ExplorerError as error:
        return {"mishap": told(error)}


def _streams() -> tuple[IO[bytes], IO[bytes]]:
    """Where questions come from and answers go; what libraries print goes to the log instead."""
    answered = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answered


if __name__ == "__main__":
    main(Home(Path(sys.argv[1])))
    os._exit(0)  # taking torch down in order would take a second of whoever closes the server
