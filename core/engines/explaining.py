"""Why a finished run says what it says about a picture: for each class, the picture warm where it speaks for it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.data.miniatures import png_of
from core.engines.predictor import opened
from core.errors import NotFound, shown


def explain(best: Path, name: str, content: bytes | Path, labels: Sequence[str], device: str) -> list[dict[str, Any]]:
    """A look for each label; for the one the run would say, where none is given.

    Who reads a picture part by part shows its cuts instead: they are why. `shows` says which of both it is.
    """
    from core.data.decoding import decode
    from core.training.attribution import looks, overlay  # torch loads here

    predictor = opened(best, device)
    picture = decode(content, name).image
    places = _places(predictor.classes, labels) or [int(predictor.probabilities([picture])[0].argmax())]
    if hasattr(predictor, "parts"):
        return _cuts(predictor, picture, places)
    seen, found = looks(predictor, picture, places)
    return [
        {
            "label": look.label,
            "probability": look.probability,
            "shows": "heat",
            "where": look.where,
            "heat": png_of(overlay(seen, look)),
        }
        for look in found
    ]


def _cuts(reader: Any, picture: Any, places: Sequence[int]) -> list[dict[str, Any]]:
    """The same drawing for each label: where the picture is cut, and what each part was taken for."""
    from core.learners.parts import drawn

    read, likely = reader.parts(picture), reader.probabilities([picture])[0]
    cuts = {"shows": "cuts", "where": read.in_words(), "heat": png_of(drawn(read))}
    return [{"label": reader.classes[place], "probability": float(likely[place]), **cuts} for place in places]


def rebuild(best: Path, pictures: Sequence[tuple[str, bytes | Path]], device: str) -> list[bytes]:
    """Each picture above what an autoencoder draws again from the little that it keeps of it, as PNG."""
    import numpy as np

    from core.data.decoding import decode
    from core.learners.reconstructions import Rebuilder, pairs

    rebuilder = opened(best, device)
    if not isinstance(rebuilder, Rebuilder):
        raise NotFound("What was learned here draws no picture again; only an autoencoder does.")
    seen = [rebuilder.preparation.canvas_of(decode(content, name).image) for name, content in pictures]
    return [png_of(pair) for pair in pairs(rebuilder, np.stack(seen))] if seen else []


def _places(classes: Sequence[str], labels: Sequence[str]) -> list[int]:
    for label in labels:
        if label not in classes:
            raise NotFound(f"The run knows no class {shown(label)}; it knows {len(classes)}, {shown([*classes])}.")
    return [classes.index(label) for label in labels]
