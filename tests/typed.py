"""What a command said, in this process or in one of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.terminal import main

PROJECT = Path(__file__).resolve().parents[1]
QUICK = [
    part
    for choice in ("backbone=thaw_plain", "pretrained=false", "epochs=2", "examples_per_class=3", "batch_size=16")
    for part in ("--set", choice)
]
"""A real training run of a second or two."""


@dataclass(frozen=True)
class Said:
    """A command's exit code and words."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out.splitlines()[-1])


def typed(capsys: pytest.CaptureFixture, *words: str) -> Said:
    """The command in this process: what costs seconds to load is loaded once."""
    capsys.readouterr()
    try:
        code = main(words)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    heard = capsys.readouterr()
    return Said(code, heard.out, heard.err)


def typed_in_a_shell(*words: str, stdin: bytes | None = None, **environment: str) -> Said:
    """The command as a process, its output in pipes."""
    done = subprocess.run(
        [sys.executable, "-m", "core", *words],
        cwd=PROJECT,
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def tree_of(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder, to see that nothing changed; the database's own journals aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith(("-wal", "-shm"))
    }
