"""What a command consists of: its words, its arguments, its help."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Argument:
    """One argument of a command, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, Any]


@dataclass(frozen=True)
class Command:
    """One command: its name, its sentence, its arguments and examples of its use."""

    name: str
    help: str
    arguments: tuple[Argument, ...] = ()
    examples: tuple[str, ...] = ()
    more: Callable[[], str] = str
    """Further help, written only when somebody asks for it."""


def argument(*names: str, **options: Any) -> Argument:
    return Argument(names, options)
