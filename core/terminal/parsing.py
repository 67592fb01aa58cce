"""From typed words to a command and its arguments, with a help that a person can learn from."""

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from core import __version__
from core.terminal.vocabulary import COMMANDS

PROGRAM = "thaw" if Path(sys.argv[0]).name == "thaw" else "python -m core"


class OneSentenceParser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the whole usage above it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}; `{self.prog} --help` tells more.\n")


def build_parser(asked: str | None = None) -> argparse.ArgumentParser:
    """The parser; `asked` is the command whose help in full may be wanted."""
    parser = OneSentenceParser(
        prog=PROGRAM,
        description="Thaw: explore transfer learning in image classification.",
        epilog=f"Begin with `{PROGRAM} train`, then `{PROGRAM} show RUN`. Each command's --help has examples.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"thaw {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=OneSentenceParser)
    for command in COMMANDS:
        more = command.more() if asked == command.name else ""
        epilog = "examples:\n" + "\n".join(f"  {PROGRAM} {each}" for each in command.examples) + more
        sub = commands.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument("--json", action="store_true", help="One JSON object as the last line of stdout.")
        for each in command.arguments:
            sub.add_argument(*each.names, **each.options)
    return parser


def misspelt(words: Sequence[str]) -> str | None:
    """A sentence for a command that there is not, with the nearest one."""
    names = [command.name for command in COMMANDS]
    word = next((word for word in words if not word.startswith("-")), None)
    if word is None or word in names:
        return None
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "the commands are " + ", ".join(names) + "."
    return f"There is no command {word!r}; {hint}"
