"""What was worked out from files is remembered for as long as their sizes and times of change stay the same."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Memory:
    """One answer about one place, kept in the cache."""

    file: Path
    stamp: str
    """What the place looked like when it was asked about: before anybody reads it, so that a later change shows."""

    @classmethod
    def of(cls, cache: Path, question: str, place: Path) -> "Memory":
        """The answer to a question about a file, or about a folder and all that is below it."""
        name = hashlib.blake2b(f"{question}\0".encode() + os.fsencode(place), digest_size=16).hexdigest()
        return cls(cache / "answers" / f"{name}.json", stamp_of(place))

    @classmethod
    def about(cls, cache: Path, question: str, fingerprint: str) -> "Memory":
        """The answer to a question about a dataset's content, wherever that stands."""
        name = hashlib.blake2b(f"{question}\0{fingerprint}".encode(), digest_size=16).hexdigest()
        return cls(cache / "answers" / f"{name}.json", fingerprint)

    def recall(self) -> str | None:
        """The answer, if the place is still as it was."""
        try:
            known = json.loads(self.file.read_text())
            return str(known["answer"]) if known["stamp"] == self.stamp else None
        except (OSError, ValueError, LookupError, TypeError):
            return None  # a cache that cannot be read is made again

    def keep(self, answer: str) -> str:
        draft = self.file.with_suffix(f".{os.getpid()}.partial")
        with suppress(OSError):  # a home that can only be read, or is full, forgets
            self.file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps({"stamp": self.stamp, "answer": answer}))
            draft.replace(self.file)
        return answer


def stamp_of(place: Path) -> str:
    """A hash of the names, sizes and times of change of a file, or of every file below a folder."""
    digest = hashlib.blake2b(digest_size=16)
    for name, size, changed in sorted(_files(place)):
        digest.update(f"{size} {changed} ".encode() + os.fsencode(name) + b"\0")
    return digest.hexdigest()


def _files(place: Path) -> Iterator[tuple[str, int, int]]:
    if not place.is_dir():
        yield _seen("", place.stat())
        return
    left = [os.fspath(place)]
    while left:
        with os.scandir(left.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)
                else:
                    yield _seen(entry.path, entry.stat(follow_symlinks=not _leads_nowhere(entry)))


def _seen(name: str, status: os.stat_result) -> tuple[str, int, int]:
    return name, status.st_size, status.st_mtime_ns


def _leads_nowhere(entry: "os.DirEntry[str]") -> bool:
    return entry.is_symlink() and not os.path.exists(entry.path)  # noqa: PTH110 - a Path per file doubles the time
