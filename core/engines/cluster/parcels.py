"""Folders on their way between machines that share no disk: taken apart into pieces, and laid together again."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from core.data.building import building
from core.errors import RecordError, shown

PIECE = 4 * 2**20
"""Bytes that travel at once: many for the way, few for anybody's memory."""

Piece = tuple[str, int, bytes]
"""A file's name inside its folder, where the bytes belong in it, and the bytes."""

Entry = tuple[str, int]
"""A file's name inside its folder, and its size."""


def entries(folder: Path) -> list[Entry]:
    """Every file below a folder."""
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    return [(file.relative_to(folder).as_posix(), file.stat().st_size) for file in files]


def pieces(folder: Path) -> Iterator[Piece]:
    """All that a folder holds; an empty file is one empty piece."""
    for name, size in entries(folder):
        for offset in range(0, max(1, size), PIECE):
            yield name, offset, cut(folder, name, offset)


def cut(folder: Path, name: str, offset: int) -> bytes:
    with inside(folder, name).open("rb") as file:
        file.seek(offset)
        return file.read(PIECE)


def lay(folder: Path, piece: Piece) -> None:
    """Put a piece where it belongs; a file's first piece makes the file."""
    name, offset, content = piece
    place = inside(folder, name)
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("r+b" if offset else "wb") as file:
        file.seek(offset)
        file.write(content)


def inside(folder: Path, name: str) -> Path:
    """A place below a folder, and never anywhere else, whatever the name says."""
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or name.startswith("/"):
        raise RecordError(f"{shown(name)} is no name of a file inside of a folder.")
    return folder.joinpath(*parts)


def fetch(target: Path, listed: Callable[[], Sequence[Entry]], asked: Callable[[str, int], bytes]) -> Path:
    """A folder that appears whole or not at all; fetched if it is not there, by one for all who need it."""
    with building(target) as draft:
        if draft is not None:
            for name, size in listed():
                for offset in range(0, max(1, size), PIECE):
                    lay(draft, (name, offset, asked(name, offset)))
    return target
