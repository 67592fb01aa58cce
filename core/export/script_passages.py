"""A passage of the exported script: code, and the sentences that introduce it, in the script and in the notebook."""

import json
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
    """A value as Python writes it; a list on as many lines as it takes."""
    text = _on_one_line(value)
    if len(text) + indent <= WIDTH or not isinstance(value, list | tuple):
        return text
    inside = " " * (indent + 4)
    items = textwrap.fill(
        ", ".join(map(_on_one_line, value)),
        WIDTH,
        initial_indent=inside,
        subsequent_indent=inside,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return f"{text[0]}\n{items},\n{' ' * indent}{text[-1]}"


def _on_one_line(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        inside = ", ".join(map(_on_one_line, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' if len(value) == 1 else ''})"
    return repr(value)


def indented(lines: Iterable[str], by: int = 4) -> str:
    return textwrap.indent("\n".join(lines), " " * by)
