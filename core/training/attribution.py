"""Where a network looked: how much each place of a picture speaks for a class.

What the last stage that still knows places has found there, times how much the class's score would gain from more of
it. timm says which modules its stages are, so convolutions and transformers are asked in the same way; a network that
keeps no places is asked how the score depends on the pixels themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from core.errors import ExplorerError
from core.training.predicting import Predictor, normalised, softmax

FEWEST = 4
"""Places along the shorter side below which a map says no more than `somewhere`."""
WARM = np.array((232, 118, 30), np.float32)
STRONGEST = 0.75
"""How much of the picture the warmest place covers."""
SIDE = 256
"""Pixels that the drawn picture has at least on its longer side."""
ROWS, COLUMNS = ("top", "middle", "bottom"), ("left", "middle", "right")


@dataclass(frozen=True)
class Look:
    """One class of one picture: how probable it is, and what speaks for it (height x width, 0 to 1)."""

    label: str
    probability: float
    heat: np.ndarray

    @property
    def where(self) -> str:
        """The warmest ninth of the picture in words; `nowhere` if nothing speaks for the class."""
        if not self.heat.any():
            return "nowhere"
        ninths = functional.adaptive_avg_pool2d(torch.from_numpy(self.heat)[None], 3)[0]
        row, column = divmod(int(ninths.argmax()), 3)
        return "the middle" if row == column == 1 else f"{ROWS[row]} {COLUMNS[column]}"


def looks(predictor: Predictor, picture: Image.Image, classes: Sequence[int]) -> tuple[np.ndarray, list[Look]]:
    """The picture as the network saw it, and a look for each class."""
    seen = predictor.preparation.seen(predictor.preparation.canvas_of(picture)[None])
    inputs = normalised(seen, predictor.preparation, predictor.device).requires_grad_()
    with torch.enable_grad():
        found, logits = stages_of(predictor.model, inputs)
        if not logits.requires_grad:
            raise ExplorerError(
                "What answers here counts votes, which no small change of a picture moves: no place speaks for a class."
            )
        heats = [_heat([inputs, *found], logits[0, each], seen.shape[1:3]) for each in classes]
    likely = softmax(logits.detach().float().cpu().numpy())[0]
    named = zip(classes, heats, strict=True)
    return seen[0], [Look(predictor.classes[each], float(likely[each]), heat) for each, heat in named]


def overlay(seen: np.ndarray, look: Look) -> Image.Image:
    """The picture in grey, warm where it speaks for the class."""
    by = max(1, round(SIDE / max(seen.shape[:2])))
    size = (seen.shape[1] * by, seen.shape[0] * by)
    grey = np.asarray(Image.fromarray(seen).convert("L").resize(size, Image.Resampling.NEAREST), np.float32)[..., None]
    heat = np.asarray(Image.fromarray(look.heat).resize(size, Image.Resampling.BILINEAR))[..., None]
    share = STRONGEST * heat
    return Image.fromarray(np.rint(grey * (1 - share) + WARM * share).clip(0, 255).astype(np.uint8))


def stages_of(model: nn.Module, inputs: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
    """What each of timm's stages makes of the pictures, first to last; and the scores."""
    found: dict[str, torch.Tensor] = {}

    def keep(name: str, output: object) -> None:
        if isinstance(output, torch.Tensor):
            found[name] = output

    modules = dict(model.named_modules())
    names = [str(each["module"]) for each in getattr(model, "feature_info", []) if each.get("module") in modules]
    hooks = [
        modules[name].register_forward_hook(lambda module, given, output, name=name: keep(name, output))
        for name in dict.fromkeys(names)
    ]
    try:
        logits = model(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return list(found.values()), logits


def _heat(found: Sequence[torch.Tensor], score: torch.Tensor, size: tuple[int, ...]) -> np.ndarray:
    """Of the last stage that knows places and that the score depends on in more than one of them."""
    for features in reversed(found):
        if not features.requires_grad:
            continue
        (gain,) = torch.autograd.grad(score, features, retain_graph=True, allow_unused=True)
        places = None if gain is None else _places((features * gain).detach().float(), size)
        if places is not None and (places != 0).sum() > 1:
            heat = functional.interpolate(places[None, None].relu(), size, mode="bilinear")[0, 0]
            return (heat / heat.max().clamp(min=1e-12)).cpu().numpy()
    return np.zeros(size, np.float32)


def _places(product: torch.Tensor, size: tuple[int, ...]) -> torch.Tensor | None:
    """Channels summed up, so that one number per place is left; None where there are too few places."""
    if product.dim() == 4:
        height, width = size
        channels_last = _is_grid(product.shape[1], product.shape[2], height, width) and not _is_grid(
            product.shape[2], product.shape[3], height, width
        )
        grid = product[0].sum(-1 if channels_last else 0)
    elif product.dim() == 3:
        grid = _grid_of(product[0].sum(-1), size)
    else:
        return None
    return grid if min(grid.shape) >= FEWEST else None


def _is_grid(rows: int, columns: int, height: int, width: int) -> bool:
    """Whether these could be the sides of a map of the picture: of its own shape, and no larger."""
    return rows <= height and columns <= width and abs(rows * width - columns * height) <= max(height, width)


def _grid_of(tokens: torch.Tensor, size: tuple[int, ...]) -> torch.Tensor:
    """Tokens in rows; those that stand for no place (class, registers) come first and are left out."""
    rows = max(1, int((len(tokens) * size[0] / size[1]) ** 0.5))
    columns = max(1, int(rows * size[1] / size[0]))
    return tokens[len(tokens) - rows * columns :].reshape(rows, columns)
