"""What this machine knows of its own pace: what was found to be quickest for a kind of work, kept for the next run.

Another processor, other cores or another torch compute at another pace: there it is measured anew.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from core.data.remembering import Memory
from core.training.calibrating import CHANGES, EVALUATED, Measured, Setting, Work
from core.training.compiling import Tried
from core.training.machine import machine, name_of


def recall(cache: Path, work: Work) -> Measured | None:
    """What was found for the same work, if anything was; what cannot be understood is measured again."""
    with suppress(ValueError, LookupError, TypeError, AttributeError):
        return _understood(json.loads(_memory(cache, work).recall() or ""), work)
    return None


def keep(cache: Path, work: Work, found: Measured) -> None:
    _memory(cache, work).keep(json.dumps(asdict(found)))


def recall_compiling(cache: Path, work: Work, precision: str) -> Tried | None:
    """What compiling brought to the same work, if it was tried."""
    with suppress(ValueError, TypeError, AttributeError):
        said = json.loads(_memory(cache, work, f"compiled in {precision}").recall() or "")
        return Tried(**{name: float(seconds) for name, seconds in said.items()})
    return None


def keep_compiling(cache: Path, work: Work, precision: str, found: Tried) -> None:
    _memory(cache, work, f"compiled in {precision}").keep(json.dumps(asdict(found)))


def recall_gain(cache: Path, threads: int) -> float | None:
    """What bf16 gains on so many threads, if it was tried."""
    with suppress(ValueError, TypeError):
        gain = float(_memory_of_gain(cache, threads).recall() or "")
        return gain if gain > 0 else None
    return None


def keep_gain(cache: Path, threads: int, gain: float) -> None:
    _memory_of_gain(cache, threads).keep(str(gain))


def _memory_of_gain(cache: Path, threads: int) -> Memory:
    return Memory.about(cache, f"what bf16 gains on {threads} threads", machine())


def _memory(cache: Path, work: Work, question: str = "the quickest way to compute") -> Memory:
    blueprint, learning = work.net.blueprint, "\0".join(sorted(work.learning))
    about = {
        "architecture": blueprint.architecture,
        "arguments": blueprint.model_args,
        "size": work.net.preparation.size,
        "learning": hashlib.blake2b(learning.encode(), digest_size=16).hexdigest(),
        "kept": work.kept,
        "batch_size": work.batch_size,
        "start": asdict(work.start),
        "free": sorted(work.free),
    }
    place = f"{machine()}, {work.device.type}, {name_of(work.device)}"
    return Memory.about(cache, f"{question} {json.dumps(about, sort_keys=True, default=str)}", place)


def _understood(said: Any, work: Work) -> Measured:
    setting, pace = Setting(**said["setting"]), float(said["pace"])
    changed = {name: value for name, value, _ in CHANGES if name in work.free and getattr(setting, name) == value}
    if setting != replace(work.start, **changed) or said["eval_batch"] not in EVALUATED or not pace > 0:
        raise ValueError("this is not what calibration finds")
    seconds = {str(name): float(spent) for name, spent in said["seconds"].items()}
    return Measured(setting, said["eval_batch"], pace, seconds)
