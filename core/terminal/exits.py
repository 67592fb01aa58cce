"""The exit codes that scripts rely on; a bug's is 1, which is Python's own."""

from collections.abc import Mapping
from typing import Any

from core.runs.states import UNSUCCESSFUL
from core.terminal.screen import Screen

DONE = 0
MENDABLE = 2
INTERRUPTED = 130


def code_for(run: Mapping[str, Any], screen: Screen) -> int:
    """How a command ends that led to this end of a run: one that a person has to mend is told with its reason."""
    if run["state"] not in UNSUCCESSFUL:
        return DONE
    screen.error(run["reason"])
    return MENDABLE
