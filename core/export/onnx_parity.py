"""How far an ONNX file's answers lie from the network's own: measured on real pictures, and written down."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from core.data.pixels import Preparation
from core.errors import TrainingError
from core.export.onnx_network import INPUT, Answering

if TYPE_CHECKING:
    from onnx import ModelProto

CLEAR = 2e-4
"""Where the two likeliest classes lie further apart than this, both must name the same one."""
ALLOWED = 1e-4
"""By so much may a probability differ where the pictures were prepared alike."""
SAME_ENOUGH = 0.9
"""The share of the same answers under which the file is another thing than the run."""
AT_ONCE = 32

Run = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Parity:
    """What was measured."""

    pictures: int
    split: str
    largest: float
    """The largest difference in any probability."""
    agree: int
    """Pictures of which both name the same class."""
    clear: int
    """Pictures whose two likeliest classes lie apart by more than CLEAR."""
    agree_where_clear: int
    with_preprocessing: bool = False
    levels_mean: float | None = None
    """How far resized pixels lie from Pillow's on average, in levels of 255."""
    levels_largest: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compared(ours: np.ndarray, theirs: np.ndarray) -> dict[str, Any]:
    """Two tables of probabilities, a row per picture."""
    top = np.sort(ours, axis=1)
    clear = top[:, -1] - top[:, -2] > CLEAR
    same = ours.argmax(1) == theirs.argmax(1)
    return {
        "pictures": len(ours),
        "largest": float(np.abs(ours - theirs).max()),
        "agree": int(same.sum()),
        "clear": int(clear.sum()),
        "agree_where_clear": int((same & clear).sum()),
    }


def measure(
    answering: Answering,
    graph: "ModelProto",
    pictures: Sequence[Image.Image],
    split: str,
    preparing: "ModelProto | None",
) -> Parity:
    """Both asked about the same pictures; with `preparing`, the file gets them as they are."""
    canvases = np.stack([answering.preparation.canvas_of(picture) for picture in pictures])
    ours, run = answering.probabilities_of(canvases), running(graph)
    if preparing is None:
        theirs = np.concatenate(list(_in_batches(run, prepared(answering.preparation, canvases))))
        return Parity(split=split, **compared(ours, theirs))
    as_they_are = [np.asarray(picture.convert("RGB"))[None] for picture in pictures]
    theirs = np.concatenate([run(each) for each in as_they_are])
    levels = _levels_apart(answering.preparation, canvases, map(running(preparing), as_they_are))
    return Parity(split=split, with_preprocessing=True, **compared(ours, theirs), **levels)


def running(graph: "ModelProto") -> Run:
    """The graph, answering with its one output."""
    import onnxruntime

    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return lambda batch: np.asarray(session.run(None, {INPUT: batch})[0])


def prepared(preparation: Preparation, canvases: np.ndarray) -> np.ndarray:
    """What the network takes, in plain numpy: the recipe for whoever uses the file without preprocessing inside."""
    pixels = preparation.seen(canvases).transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
    mean, std = (np.array(each, np.float32).reshape(1, 3, 1, 1) for each in (preparation.mean, preparation.std))
    return (pixels - mean) / std


def _in_batches(run: Run, pictures: np.ndarray) -> Iterator[np.ndarray]:
    for first in range(0, len(pictures), AT_ONCE):
        yield run(pictures[first : first + AT_ONCE])


def _levels_apart(preparation: Preparation, canvases: np.ndarray, theirs: Iterator[np.ndarray]) -> dict[str, Any]:
    std = np.array(preparation.std, np.float32).reshape(1, 3, 1, 1)
    apart = [
        np.abs(prepared(preparation, canvas[None]) - each) * std * 255
        for canvas, each in zip(canvases, theirs, strict=True)
    ]
    return {
        "levels_mean": float(np.mean([each.mean() for each in apart])),
        "levels_largest": float(max(each.max() for each in apart)),
    }


def insist_on_likeness(parity: Parity) -> None:
    """A network that answers quite otherwise is not what the run says: something else stands behind its answers."""
    if parity.agree < SAME_ENOUGH * parity.pictures:
        raise TrainingError(
            f"Its network alone names the same class for only {parity.agree} of {parity.pictures} pictures, so an ONNX "
            "file would not answer as this run does; leave --onnx away."
        )
