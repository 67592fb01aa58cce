"""A passage of the exported script: code, and the sentences that introduce it, in the script and in the notebook."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 110


@dataclass(frozen=True)
class Passage:
    """Some code, what it is called, and what a reader should know before it."""

    title: str
    prose: str
    code: str


def literal(value: object, indent: int = 0) -> str:
    """A list, tuple or number as Python writes it, on as many lines as it takes."""
    text = repr(value)
    if len(text) + indent <= WIDTH or not isinstance(value, list | tuple):
        return text
    inside = " " * (indent + 4)
    items = ", ".join(repr(each) for each in value)
    opening, closing = "[]" if isinstance(value, list) else "()"
    filled = textwrap.fill(
        items, WIDTH, initial_indent=inside, subsequent_indent=inside, break_long_words=False, break_on_hyphens=False
    )
    return f"{opening}\n{filled},\n{' ' * indent}{closing}"


def indented(lines: Iterable[str], by: int = 4) -> str:
    return textwrap.indent("\n".join(lines), " " * by)
