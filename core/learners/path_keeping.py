"""A whole path as files: what each head is and how well it does as JSON, its weights and confusions as safetensors."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from core.learners.path_judging import Standing
from core.learners.path_walker import Walker
from core.training.weights import write_tensors


def keep_path(folder: Path, walker: Walker, best: Mapping[str, Any], train: Standing, val: Standing) -> None:
    """All heads as they are now; `best` is the one that is saved as a network, as it was after its epoch."""
    weight, bias = walker.model.weight.detach().flatten(0, 1), walker.model.bias.detach().flatten(0, 1)
    about = {
        "kind": walker.chosen.penalty,
        "best": best,
        "classes": list(walker.classes),
        "weights": weight[0].numel(),
        "pictures": {"train": train.n, "val": val.n},
        "heads": list(_told(walker, weight, train, val)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "path.json").write_text(json.dumps(about, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    tensors = {"weight": weight, "bias": bias}
    if val.confusions is not None:
        tensors["confusions"] = torch.from_numpy(val.confusions).int()
    write_tensors({name: each.cpu().contiguous() for name, each in tensors.items()}, folder / "path.safetensors")


def _told(walker: Walker, weight: torch.Tensor, train: Standing, val: Standing) -> Iterator[dict[str, Any]]:
    zeros, norms = (weight == 0).sum((1, 2)).tolist(), weight.square().sum((1, 2)).sqrt().tolist()
    for number, (zero, norm) in enumerate(zip(zeros, norms, strict=True)):
        yield {
            "number": number,
            **walker.of_head(number),
            **_figures(train, "train", number),
            **_figures(val, "val", number),
            "zeros": zero,
            "norm": _known(norm),
        }


def _figures(standing: Standing, split: str, number: int) -> dict[str, Any]:
    return {f"{split}_loss": _known(float(standing.losses[number])), f"{split}_right": int(standing.right[number])}


def _known(figure: float) -> float | None:
    """JSON has no word for what is no number."""
    return figure if math.isfinite(figure) else None
