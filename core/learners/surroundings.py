"""What it takes to do a run again: versions, machine, seed, and the hashes of data and weights."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

import core
from core.learners.pupil import Pupil
from core.training.reporting import PACKAGES


def surroundings(pupil: Pupil, weights: str) -> dict[str, Any]:
    device, source = pupil.device, pupil.lesson.source
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    return {
        "thaw": core.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "versions": {package: _version(package) for package in PACKAGES},
        "device": device.type,
        "device_name": name,
        "cores": os.cpu_count(),
        "seed": pupil.recipe.seed,
        "split_seed": pupil.recipe.split_seed,
        "data": source.fingerprint,
        "weights": weights,
        "licences": {"data": source.licence, "weights": "none: it begins at chance"},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
