"""Prints how long the functions and files of the house are: tendencies to watch, not limits.

`python -m scripts.sizes` for core and pages, or `python -m scripts.sizes FOLDER...`.
"""

import ast
import statistics
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
Function = ast.FunctionDef | ast.AsyncFunctionDef


def lines_of(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def functions(file: Path) -> list[tuple[int, str]]:
    """Length and place of every function; a docstring does not count."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            told = node.body[0] if ast.get_docstring(node) else None
            length = (node.end_lineno or 0) - node.lineno + 1
            if isinstance(told, ast.Expr):
                length -= (told.end_lineno or 0) - told.lineno + 1
            found.append((length, f"{file.relative_to(PROJECT)}:{node.lineno} {node.name}"))
    return found


def report(folder: str) -> str:
    files = [PROJECT / folder] if folder.endswith(".py") else sorted((PROJECT / folder).rglob("*.py"))
    lengths = sorted(length for file in files for length, _ in functions(file))
    if len(lengths) < 2:
        return f"{folder}: nothing to measure"
    ninetieth = statistics.quantiles(lengths, n=10)[-1]
    longest = sorted((each for file in files for each in functions(file)), reverse=True)[:5]
    largest = sorted(((lines_of(file), str(file.relative_to(PROJECT))) for file in files), reverse=True)[:5]
    return "\n".join(
        [
            f"{folder}: {len(files)} files, {sum(map(lines_of, files)):,} lines, {len(lengths)} functions",
            f"  function lines: median {statistics.median(lengths):g}, 90th percentile {ninetieth:g}, longest:",
            *(f"    {length:4} {place}" for length, place in longest),
            "  largest files:",
            *(f"    {lines:4} {name}" for lines, name in largest),
        ]
    )


def main(folders: list[str]) -> None:
    for folder in folders or ["core", "pages"]:
        print(report(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
