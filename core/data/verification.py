"""Every found picture is decoded in full once; the verdict is remembered by the file's size and time of change.

So a truncated file is known before a run starts, and a second start costs one look at the folder.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from core.data.decoding import decode, file_content
from core.data.working import in_threads
from core.errors import PictureError

VERSION = 1
"""Raised when decoding judges differently, so that remembered verdicts are dropped."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a file; `reason` says why it is not a usable picture."""

    size: int
    changed: int
    content: str = ""
    reason: str = ""
    width: int = 0
    height: int = 0
    mode: str = ""
    format: str = ""


def verify(folder: Path, files: Sequence[str], cache: Path) -> dict[str, Verdict]:
    """A verdict per file, from memory where the file is as it was."""
    memory = cache / "files" / f"{hashlib.blake2b(os.fsencode(folder), digest_size=16).hexdigest()}.json"
    known = _recalled(memory)
    fresh = {file: known[file] for file in files if file in known and _unchanged(f"{folder}/{file}", known[file])}
    asked = [file for file in files if file not in fresh]
    if not asked:
        return fresh
    try:
        for file, verdict in zip(asked, in_threads(lambda file: judged(folder, file), asked, "Checking"), strict=True):
            fresh[file] = verdict
    finally:  # an interrupted look at a large folder goes on where it stopped
        _remember(memory, fresh)
    return fresh


def judged(folder: Path, file: str) -> Verdict:
    """One file, read and decoded."""
    size = changed = 0
    digest = ""
    try:
        content = file_content(folder / file, file)
        status = (folder / file).stat()
        size, changed = status.st_size, status.st_mtime_ns
        digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        facts = decode(content, file).facts
    except PictureError as error:
        return Verdict(size, changed, digest, str(error))
    return Verdict(size, changed, digest, "", facts.width, facts.height, facts.mode, facts.format)


def _unchanged(path: str, verdict: Verdict) -> bool:
    try:
        status = os.stat(path)  # noqa: PTH116 - tens of thousands of Path objects would cost a second
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (verdict.size, verdict.changed)


def _recalled(memory: Path) -> dict[str, Verdict]:
    try:
        with memory.open(encoding="utf-8") as lines:
            if json.loads(next(lines, "0")) != VERSION:
                return {}
            return {file: Verdict(*verdict) for file, *verdict in map(json.loads, lines)}
    except (OSError, ValueError, TypeError):
        return {}  # a cache that cannot be read is made again


def _remember(memory: Path, verdicts: Mapping[str, Verdict]) -> None:
    """A line for each file: as one document, a hundred thousand of them would take ten times their memory."""
    memory.parent.mkdir(parents=True, exist_ok=True)
    draft = memory.with_suffix(f".{os.getpid()}.partial")
    with draft.open("w", encoding="utf-8") as lines:
        lines.write(f"{VERSION}\n")
        lines.writelines(f"{json.dumps([file, *astuple(verdict)])}\n" for file, verdict in verdicts.items())
    draft.replace(memory)
