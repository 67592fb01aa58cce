"""The same actions from a terminal: for people by default, for scripts with --json."""

from core.terminal.running import main

__all__ = ["main"]
