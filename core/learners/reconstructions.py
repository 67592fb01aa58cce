"""An autoencoder that has learned: it names pictures like any network, and shows what it has kept of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from core.data.pixels import Preparation
from core.errors import WeightsError
from core.learners.coding import Autoencoder
from core.training.memory import in_halves
from core.training.predicting import Predictor, normalised
from core.training.weights import Tensors, read_tensors, write_tensors

SHEET = "reconstructions.png"
SHOWN = 16
TALL = 96
"""Pixels that a picture on the sheet is high, at most: small ones are enlarged by whole steps."""
GAP = 6


@dataclass(frozen=True)
class Rebuilder(Predictor):
    """A predictor that can also draw a picture again from the few numbers that it keeps of it."""

    model: Autoencoder

    def reconstructions(self, canvases: np.ndarray) -> np.ndarray:
        """Each picture as it is drawn again: bytes, of the size that the network sees."""

        def rebuilt(pictures: torch.Tensor) -> torch.Tensor:
            return self.model.decoder(self.model.encoder(pictures))

        with torch.inference_mode():
            seen = normalised(self.preparation.seen(canvases), self.preparation, self.device)
            shades = in_halves(rebuilt, seen)
        return (shades * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()


def pairs(rebuilder: Rebuilder, canvases: np.ndarray) -> list[Image.Image]:
    """Each picture with what became of it below."""
    seen, rebuilt = rebuilder.preparation.seen(canvases), rebuilder.reconstructions(canvases)
    return [_pair(above, below) for above, below in zip(seen, rebuilt, strict=True)]


def _pair(above: np.ndarray, below: np.ndarray) -> Image.Image:
    by = max(1, TALL // above.shape[0])
    height, width = above.shape[0] * by, above.shape[1] * by
    paper = Image.new("RGB", (width, 2 * height + 1), "white")
    for place, picture in enumerate((above, below)):
        enlarged = Image.fromarray(picture).resize((width, height), Image.Resampling.NEAREST)
        paper.paste(enlarged, (0, place * (height + 1)))
    return paper


def sheet(rebuilder: Rebuilder, canvases: np.ndarray) -> Image.Image:
    """All of them on one."""
    each = pairs(rebuilder, canvases)
    width, height = each[0].size
    columns = max(1, min(len(each), 960 // (width + GAP)))
    rows = -(-len(each) // columns)
    paper = Image.new("RGB", (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP), "white")
    for number, pair in enumerate(each):
        row, column = divmod(number, columns)
        paper.paste(pair, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    return paper


def save_rebuilder(folder: Path, rebuilder: Rebuilder, state: Tensors, about: Mapping[str, Any]) -> None:
    """Weights as safetensors, all else as JSON; `about` has the recipe, the latent size, and what the sums are."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tensors(
        {name: each.detach().contiguous().cpu() for name, each in state.items()}, folder / "model.safetensors"
    )
    config = {"architecture": "thaw_autoencoder", "label_names": list(rebuilder.classes)}
    thaw = {"preparation": rebuilder.preparation.to_json(), **about}
    for name, document in (("config.json", config), ("thaw.json", thaw)):
        (folder / name).write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")


def open_rebuilder(folder: Path, device: str = "cpu") -> Rebuilder:
    """What `save_rebuilder` wrote, ready to answer."""
    tensors = read_tensors(folder / "model.safetensors")
    try:
        config, thaw = (
            json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in ("config", "thaw")
        )
        classes, preparation = tuple(config["label_names"]), Preparation.from_json(thaw["preparation"])
        places = int(thaw["places"])
        numbers = [int(name) for name in classes] if places else len(classes)
        model = Autoencoder(preparation.size, int(thaw["latent"]), numbers, places)
        model.load_state_dict(tensors)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise WeightsError(f"{folder.name}: the autoencoder cannot be opened ({error!r:.200}).") from None
    return Rebuilder(model.eval().to(device), classes, preparation, device)
