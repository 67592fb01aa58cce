"""What is here and what is missing: versions, devices, data, weights, caches, and every problem as a sentence."""

import os
import platform
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from core import __version__
from core.engines.choosing import ENGINES, open_engine
from core.engines.devices import devices_of_a_fresh_process
from core.engines.places import places
from core.engines.settings import Settings
from core.errors import ExplorerError
from core.home import Home, data_folders, weights_folders
from core.runs.record import Record
from core.service.listing import backbones

PACKAGES = (
    "torch",
    "torchvision",
    "timm",
    "scikit-learn",
    "scipy",
    "numpy",
    "pillow",
    "safetensors",
    "peft",
    "streamlit",
)


def doctor(record: Record, datasets: Callable[[], list[dict[str, Any]]]) -> dict[str, Any]:
    problems: list[str] = []
    versions = _versions(problems)
    home = record.home
    return {
        "version": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "torch": versions["torch"],
        "versions": versions,
        "devices": _tried(devices_of_a_fresh_process, problems, []),
        "home": str(home.folder),
        "datasets": [each["name"] for each in _tried(datasets, problems, []) if each["available"]],
        "weights": [
            f"{each['name']} ({each['weights']})" for each in backbones() if each["weights"] not in ("hub", "none")
        ],
        "engine": os.environ.get("THAW_ENGINE") or ENGINES[0],
        "supervisor": _engine(record, problems),
        "runs": _tried(record.store.count, problems, None),
        "caches": _caches(home),
        "problems": [*dict.fromkeys(problems), *_surroundings(home)],
    }


def _versions(problems: list[str]) -> dict[str, str | None]:
    """Read from what is installed, not by importing it: that takes seconds, and may be what is broken."""
    versions: dict[str, str | None] = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = None
            problems.append(f"The package {package} is not installed; install what requirements.txt names.")
    return versions


def _tried(ask: Callable[[], Any], problems: list[str], otherwise: Any) -> Any:
    try:
        return ask()
    except ExplorerError as error:
        problems.append(str(error))
        return otherwise


def _engine(record: Record, problems: list[str]) -> dict[str, Any] | None:
    """How the engine fares, without waking it."""
    settings = _tried(Settings.from_environment, problems, Settings())
    if settings.slots:
        _tried(lambda: places(settings), problems, [])
    status = _tried(lambda: open_engine(record).status(), problems, None)
    if status is None:
        return None
    waiting = len(status["queued"])
    if waiting and not status["alive"]:
        runs = "1 run waits" if waiting == 1 else f"{waiting} runs wait"
        last = _last_line(Path(status["log"])) if status["log"] else ""
        ended = f" Its log ends with: {last}" if last else ""
        problems.append(f"{runs}, but the {status['engine']} engine is asleep; the command `runs` wakes it.{ended}")
    seen = {state: [run for run in status[state] if record.sees(run)] for state in ("running", "queued")}
    return {"alive": status["alive"], "slots": status["slots"], **seen}


def _last_line(log: Path) -> str:
    """What an engine that ended said last."""
    lines = log.read_text(errors="replace").split("\n") if log.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _surroundings(home: Home) -> list[str]:
    """What the machine and its settings make impossible."""
    problems = []
    standing = _standing(home.folder)
    if not standing.is_dir() or not os.access(standing, os.W_OK):
        problems.append(f"The home {home.folder} can't be written; choose another THAW_HOME.")
    for variable, folders in (("THAW_DATA", data_folders()), ("THAW_WEIGHTS", weights_folders()[:-1])):
        problems += [
            f"{variable} names {each}, which is no folder; correct it." for each in folders if not each.is_dir()
        ]
    return problems


def _standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def _caches(home: Home) -> list[dict[str, Any]]:
    folders = [*(each for each in home.cache.glob("*") if each.is_dir()), home.datasets, home.runs]
    return [{"name": each.name, "bytes": _size(each)} for each in folders if each.is_dir()]


def _size(folder: Path) -> int:
    return sum(each.lstat().st_size for each in folder.rglob("*") if each.is_file())
