"""One command from its words to its exit code: 0 done, 2 a person can mend it, 1 a bug, 130 interrupted."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing

from core.errors import ExplorerError
from core.terminal.exits import INTERRUPTED, MENDABLE
from core.terminal.parsing import build_parser, misspelt
from core.terminal.screen import Screen, silence


def main(words: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if words is None else words)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    wrong = misspelt(words)
    if wrong:
        Screen(json=True).error(wrong)
        return MENDABLE
    asked = words[0] if words and {"-h", "--help"} & set(words) else None
    arguments = build_parser(asked).parse_args(words or ["--help"])
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        silence(sys.stdout)
        return 0
    return code


def _run(arguments: argparse.Namespace) -> int:
    screen = Screen(arguments.json)
    try:
        return _act(arguments, screen)
    except ExplorerError as error:
        screen.error(str(error))
        return MENDABLE
    except ModuleNotFoundError as error:
        if (error.name or "core").partition(".")[0] == "core":
            raise
        screen.error(f"The package {error.name} is not installed; install what requirements.txt names.")
        return MENDABLE
    except KeyboardInterrupt as interrupt:
        screen.error(str(interrupt) or "Interrupted.")
        return INTERRUPTED


def _act(arguments: argparse.Namespace, screen: Screen) -> int:
    from core.service import open_workbench
    from core.terminal.commands import ACTIONS

    with closing(open_workbench()) as workbench:
        return ACTIONS[arguments.command](workbench, arguments, screen)
