"""Where things live on disk: one folder for all that Thaw writes, and the folders it may read from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SHIPPED = PROJECT / "checkpoints" / "shipped"
SAMPLE = "sample"
"""What the run is called that comes with Thaw: its id, and its folder below SHIPPED."""


@dataclass(frozen=True)
class Home:
    """The folder (`THAW_HOME`, else `checkpoints`) that holds the runs, the imported datasets and the caches."""

    folder: Path
    viewer: str | None = None
    """Who looks: a person sees what is theirs and what is shared with the room; None (a laptop, a worker) sees all."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Home":
        return cls(Path(environment.get("THAW_HOME") or PROJECT / "checkpoints").expanduser().resolve())

    def seen_by(self, person: str) -> "Home":
        return replace(self, viewer=person)

    @property
    def database(self) -> Path:
        return self.folder / "runs.sqlite"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    def folder_of(self, run: str) -> Path:
        """Where a run's files lie; the sample's came with Thaw, unless they were brought here (a cluster's node)."""
        own = self.runs / run
        return SHIPPED / SAMPLE if run == SAMPLE and not own.exists() else own

    @property
    def engine(self) -> Path:
        """What the engines need to find each other: their locks, what they say."""
        return self.folder / "engine"

    @property
    def datasets(self) -> Path:
        """Imported datasets, a folder each; those unpacked or downloaded stand in `found`."""
        return self.folder / "datasets"

    @property
    def cache(self) -> Path:
        """What can be made again: decoded pixels, features, measurements."""
        return self.folder / "cache"


def data_folders(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Where datasets are looked for before any download (`THAW_DATA`)."""
    return _folders(environment.get("THAW_DATA", ""))


def weights_folders(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Where pretrained weights are looked for before any download: `THAW_WEIGHTS`, then what Thaw ships."""
    return [*_folders(environment.get("THAW_WEIGHTS", "")), SHIPPED]


def hub_cache(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the Hugging Face hub's client keeps what it has fetched."""
    home = environment.get("HF_HOME") or Path(environment.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(environment.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


def _folders(listed: str) -> list[Path]:
    return [Path(entry).expanduser().resolve() for entry in listed.split(os.pathsep) if entry]
