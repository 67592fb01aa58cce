"""Why a finished run says what it says about a picture: for each class, the picture warm where it speaks for it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.data.miniatures import png_of
from core.engines.predictor import opened
from core.errors import NotFound, shown


def explain(best: Path, name: str, content: bytes | Path, labels: Sequence[str], device: str) -> list[dict[str, Any]]:
    """A look for each label; for the one the run would say, where none is given."""
    from core.data.decoding import decode
    from core.training.attribution import looks, overlay  # torch loads here

    predictor = opened(best, device)
    picture = decode(content, name).image
    places = _places(predictor.classes, labels) or [int(predictor.probabilities([picture])[0].argmax())]
    seen, found = looks(predictor, picture, places)
    return [
        {
            "label": look.label,
            "probability": look.probability,
            "where": look.where,
            "heat": png_of(overlay(seen, look)),
        }
        for look in found
    ]


def _places(classes: Sequence[str], labels: Sequence[str]) -> list[int]:
    for label in labels:
        if label not in classes:
            raise NotFound(f"The run knows no class {shown(label)}; it knows {len(classes)}, {shown([*classes])}.")
    return [classes.index(label) for label in labels]
