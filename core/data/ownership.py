"""Whose an imported dataset is: a small file beside its pictures; where there is none, it is everybody's."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

OWNER = "owner.json"


@dataclass(frozen=True)
class Owner:
    """Who imported a dataset, and whether everybody in the room may use it."""

    person: str = ""
    shared: bool = False

    def is_seen_by(self, viewer: str | None) -> bool:
        return self.shared or self.may_change(viewer)

    def may_change(self, viewer: str | None) -> bool:
        """Everybody's is to be changed by nobody who came in by the door."""
        return viewer in (None, self.person)


def owner_of(folder: Path) -> Owner:
    """Whoever imported it; what can't be read is shown to nobody but the laptop."""
    try:
        return Owner(**json.loads((folder / OWNER).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Owner(shared=True)
    except (OSError, ValueError, TypeError):
        return Owner(person="?")


def keep_owner(folder: Path, owner: Owner) -> None:
    """Write down whose it is, in one step: a reader finds the old or the new."""
    fresh = folder / f".{OWNER}.{os.getpid()}"
    fresh.write_text(json.dumps(asdict(owner)), encoding="utf-8")
    fresh.replace(folder / OWNER)
