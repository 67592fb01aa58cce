"""Where a run learns, and what it takes to do it again: device, memory, versions, hashes of data and weights."""

import os
import platform
import resource
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

import core
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.machine import name_of
from core.training.model import Net
from core.training.origins import origin_of

PACKAGES = ("torch", "torchvision", "timm", "numpy", "pillow", "scikit-learn", "safetensors", "peft")


def device_of(wanted: str) -> torch.device:
    """`auto` is the best there is."""
    if wanted != "auto":
        return torch.device(wanted)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def environment(
    recipe: Recipe, lesson: Lesson, device: torch.device, *, licence: str, **weights: Any
) -> dict[str, Any]:
    """Versions, machine, seed, and the hashes of data and weights; the licence is that of the weights."""
    return {
        "thaw": core.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "versions": {package: _version(package) for package in PACKAGES},
        "device": device.type,
        "device_name": name_of(device),
        "cores": os.cpu_count(),
        "seed": recipe.seed,
        "split_seed": recipe.split_seed,
        "data": lesson.source.fingerprint,
        **weights,
        "licences": {"data": lesson.source.licence, "weights": licence},
    }


def environment_of_net(recipe: Recipe, net: Net, lesson: Lesson, device: torch.device) -> dict[str, Any]:
    """The same of a run that begins with a network's weights."""
    return environment(
        recipe,
        lesson,
        device,
        licence=net.blueprint.about.get("license", "unknown"),
        weights=net.weights_hash,
        origin=origin_of(recipe, lesson.home, net.blueprint.about.get("hf_hub_id")),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def peak_memory(device: torch.device) -> int:
    """Bytes: of the GPU where one is used, else of the process (Linux counts in kilobytes, macOS in bytes)."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
