"""A path of heads as a run has kept it, read back: the figures of all of them, and the confusions of one."""

from pathlib import Path
from typing import Any

from core.runs.folders import read_json


def read_path(run_folder: Path) -> dict[str, Any] | None:
    """All heads, or None where the run never got so far."""
    return read_json(_place(run_folder) / "path.json")


def read_confusions(run_folder: Path, number: int) -> list[list[int]] | None:
    """What one head took for what: true classes downward. None where there are too many classes to be read."""
    from safetensors import safe_open  # with numpy it takes as long to load as all the rest of the record

    with safe_open(_place(run_folder) / "path.safetensors", framework="np") as kept:
        return kept.get_slice("confusions")[number].tolist() if "confusions" in kept.keys() else None  # noqa: SIM118


def _place(run_folder: Path) -> Path:
    return (run_folder / "predictions" / "val-best").resolve()
