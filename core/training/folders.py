"""The folder that a run's best weights are: safetensors, what they are (config.json), how they came (thaw.json)."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data.pixels import Preparation
from core.errors import WeightsError
from core.training.origins import CONFIG, WEIGHTS
from core.training.weights import Tensors, read_tensors, write_tensors

THAW = "thaw.json"


@dataclass(frozen=True)
class Saved:
    """What such a folder holds."""

    tensors: Tensors
    config: dict[str, Any]
    thaw: dict[str, Any]

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.config["label_names"])

    @property
    def preparation(self) -> Preparation:
        return Preparation.from_json(self.thaw["preparation"])


def write_folder(folder: Path, state: Tensors, config: Mapping[str, Any], thaw: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_tensors({name: each.detach().contiguous().cpu() for name, each in state.items()}, folder / WEIGHTS)
    for name, document in ((CONFIG, config), (THAW, thaw)):
        (folder / name).write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")


@contextmanager
def opening(folder: Path, what: str) -> Iterator[Saved]:
    """What a folder holds, for as long as it is put together: whatever does not fit becomes a sentence."""
    tensors = read_tensors(folder / WEIGHTS)
    try:
        yield Saved(tensors, _document(folder / CONFIG), _document(folder / THAW))
    except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise WeightsError(f"{folder.name}: {what} cannot be opened ({error!r:.200}).") from None


def _document(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))
