"""All benchmarks that end in figures, by name: `python -m benchmarks [NAME] [--json]`, as `python -m core bench` does.

Each measures in a process of its own, at its usual settings; `python -m benchmarks.NAME --help` tells of others.
"""

import argparse
import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import machine, say

HERE = Path(__file__).parent


def benchmarks() -> dict[str, str]:
    """The modules beside this one that answer with figures, each with what it says of itself first."""
    trees = {file.stem: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(HERE.glob("[a-z]*.py"))}
    return {name: (ast.get_docstring(tree) or "").splitlines()[0] for name, tree in trees.items() if _answers(tree)}


def _answers(tree: ast.Module) -> bool:
    return any(
        isinstance(each, ast.ImportFrom) and each.module == "benchmarks.figures" and "answer" in _names(each)
        for each in tree.body
    )


def _names(imported: ast.ImportFrom) -> set[str]:
    return {each.name for each in imported.names}


def measured(names: list[str]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Each benchmark's figures, or None where it could not measure: what it said of that stands on stderr."""
    known = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    for name in names:
        say(f"{name}:")
        command = [sys.executable, "-P", "-m", f"benchmarks.{name}", "--json"]
        done = subprocess.run(command, env=known, stdout=subprocess.PIPE, text=True)
        yield name, json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def main() -> int:
    known = benchmarks()
    asked = argparse.ArgumentParser(
        prog="python -m benchmarks",
        epilog="\n".join(f"  {name:18} {told}" for name, told in known.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    asked.add_argument("name", nargs="?", choices=list(known), metavar="NAME", help="only this one; else all in turn")
    asked.add_argument("--json", action="store_true", help="one JSON document on standard output")
    given = asked.parse_args()
    found = dict(measured([given.name] if given.name else list(known)))
    figures = [each for document in found.values() if document for each in document["benchmarks"]]
    if given.json:
        print(json.dumps({"benchmarks": figures}))
    else:
        print("\n".join([*(each["told"] for each in figures), machine()]))
    return 0 if any(found.values()) else 2


if __name__ == "__main__":
    sys.exit(main())
