"""What a file inside an archive may be called, and what never belongs to a dataset.

A name is judged before anything is written. Whatever would leave the folder, or mean two things on two systems,
refuses the whole archive; only a name too long for a disk is shortened, always in the same way.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from core.errors import shown

LONGEST_NAME = 255
LONGEST_PATH = 2000
LITTER = frozenset(("__macosx", "thumbs.db", "desktop.ini", "$recycle.bin", "system volume information"))
DRIVE = re.compile(r"[A-Za-z]:")


class BadName(ValueError):
    """Why an entry's name refuses the archive; the archive adds its own name to the sentence."""


def is_litter(path: str) -> bool:
    """Whether a system left this behind: hidden files, previews, resource forks."""
    return any(part[:1] == "." or part.lower() in LITTER for part in path.split("/"))


def same_name(name: str) -> str:
    """What two names share that one disk keeps apart and another takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def safe_path(name: str) -> PurePosixPath:
    """The entry's path inside the folder it is unpacked to, or a BadName."""
    if not name or "\0" in name:
        raise BadName("has an entry without a proper name")
    if not name.isprintable() and any(unicodedata.category(letter) == "Cc" for letter in name):
        raise BadName(f"has control characters in the name {shown(name)}")
    if "\\" in name:
        raise BadName(f"has a backslash in the name {shown(name)}")
    if name.startswith("/") or DRIVE.match(name):
        raise BadName(f"names a place outside itself, {shown(name)}")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise BadName(f"climbs out of its folder with {shown(name)}")
    path = PurePosixPath(*map(shortened, parts))
    if len(str(path).encode()) > LONGEST_PATH:
        raise BadName(f"has folders nested too deep at {shown(name)}")
    return path


def shortened(part: str) -> str:
    """A name that every disk can hold: what is too long keeps its beginning, its ending and a hash of the whole."""
    written = part.encode()
    if len(written) <= LONGEST_NAME:
        return part
    suffix = PurePosixPath(part).suffix[:16]
    ending = f"~{hashlib.blake2b(written, digest_size=4).hexdigest()}{suffix}".encode()
    return (written[: LONGEST_NAME - len(ending)].decode(errors="ignore")) + ending.decode()


@dataclass
class Names:
    """The paths an archive has used so far: each once, and none that only some disks tell apart."""

    _spelled: dict[str, str] = field(default_factory=dict)
    _files: set[str] = field(default_factory=set)
    _folders: set[str] = field(default_factory=set)

    def take(self, path: PurePosixPath) -> None:
        """A file at this path, or a BadName if it clashes with an earlier one."""
        name = str(path)
        self._enter(name.rpartition("/")[0])
        self._spell(name)
        if name in self._files:
            raise BadName(f"holds {shown(name)} twice")
        if name in self._folders:
            raise BadName(f"holds a file and a folder of the same name at {shown(name)}")
        self._files.add(name)

    def _enter(self, folder: str) -> None:
        """The folder and those around it, each judged once."""
        if not folder or folder in self._folders:
            return
        self._enter(folder.rpartition("/")[0])
        self._spell(folder)
        if folder in self._files:
            raise BadName(f"holds a file and a folder of the same name at {shown(folder)}")
        self._folders.add(folder)

    def _spell(self, path: str) -> None:
        before = self._spelled.setdefault(same_name(path), path)
        if before != path:
            raise BadName(f"holds {shown(before)} and {shown(path)}, which some disks take for the same name")
