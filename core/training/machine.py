"""Which machine this is, as far as its pace depends on it."""

import os
import platform
from pathlib import Path

import torch


def machine() -> str:
    """The processor, how many of its cores may be used, what they can do, and the torch that uses them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_processor()}, {cores} cores, {torch.backends.cpu.get_cpu_capability()}, torch {torch.__version__}"


def name_of(device: torch.device) -> str:
    """What computes there, as its maker calls it."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
