"""What a finished run says about pictures of one's own: decoded safely, prepared and judged as in its training."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.catalog.learners import LEARNERS
from core.data.entry_names import is_litter
from core.data.miniatures import miniature
from core.errors import PictureError
from core.home import Home

if TYPE_CHECKING:
    import numpy as np

    from core.data.decoding import Decoded
    from core.training.predicting import Predictor

PICTURES_AT_ONCE = 64
TOP = 5
WARM = 4
"""Networks that are kept ready to answer."""

UNLIKE = "nothing it has learned from looks like this, so its answer says little"

Judge = Callable[["Predictor", "np.ndarray"], tuple["np.ndarray", Iterable[bool]]]
"""Gives each picture's probabilities, and whether it is like nothing the run has learned from."""

Picture = tuple[str, bytes | Path]
"""Its name as people know it, and its bytes or the file that holds them."""


def predict(
    best: Path, pictures: Iterable[Picture], device: str, size: int = 0, judge: Judge | None = None
) -> dict[str, Any]:
    """A label for each picture, and a reason for each one that can't be read.

    With a size, each picture comes along as it was read: a PNG, no larger than that. A `judge` may know the run's
    pictures: then a note says so where one is like nothing it has learned from.
    """
    predictor = opened(best, device)
    predictions: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    pictures = iter(pictures)
    while batch := list(islice(pictures, PICTURES_AT_ONCE)):
        read = [each for picture in batch if (each := _read(*picture, rejected))]
        predictions += _judged(predictor, read, size, judge or _plainly) if read else []
    return {"classes": list(predictor.classes), "predictions": predictions, "rejected": rejected}


def opened(best: Path, device: str) -> "Predictor":
    """The network of a run; whoever asks again soon need not load it again."""
    return _opened(best, _version(best), device)


def judge_of(best: Path, recipe: str, home: Home, device: str) -> Judge:
    """Tells what is like nothing that the run has learned from; its dataset must be there."""
    return _judge_of(best, _version(best), recipe, home, device)


Version = tuple[tuple[str, int, int], ...]


def _version(best: Path) -> Version:
    """What the weights are, as far as files tell: another epoch's are another folder, and damaged ones are told too."""
    files = sorted(best.resolve().glob("*"))
    return tuple((str(file), about.st_size, about.st_mtime_ns) for file in files for about in [file.stat()])


@lru_cache(maxsize=WARM)
def _opened(best: Path, _: Version, device: str) -> "Predictor":
    from core.training.predicting import open_as  # torch loads here

    return open_as(_learner_of(best), best, device)


def _learner_of(best: Path) -> str:
    """Who saved this; a network's way of opening it tells what is amiss where nobody can be made out."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        name = json.loads((best / "thaw.json").read_text(encoding="utf-8"))["recipe"]["learner"]["name"]
        if name in LEARNERS:
            return str(name)
    return "network"


@lru_cache(maxsize=WARM)
def _judge_of(best: Path, _: Version, recipe: str, home: Home, device: str) -> Judge:
    from core.recipe import Recipe
    from core.training.familiarity import familiarity

    if opened(best, device).model is None:
        return _plainly  # no features that could be near or far
    return familiarity(opened(best, device), Recipe.from_text(recipe), home).judge


def _plainly(predictor: "Predictor", canvases: "np.ndarray") -> tuple["np.ndarray", Iterable[bool]]:
    return predictor.probabilities_of(canvases), [False] * len(canvases)


def _read(name: str, content: bytes | Path, rejected: list[dict[str, Any]]) -> tuple[str, "Decoded"] | None:
    from core.data.decoding import decode

    try:
        return name, decode(content, name)
    except PictureError as error:
        rejected.append({"file": name, "reason": str(error)})
        return None


def _judged(
    predictor: "Predictor", read: Sequence[tuple[str, "Decoded"]], size: int, judge: Judge
) -> Iterator[dict[str, Any]]:
    import numpy as np

    canvases = np.stack([predictor.preparation.canvas_of(decoded.image) for _, decoded in read])
    rows, strange = judge(predictor, canvases)
    for (name, decoded), row, is_strange in zip(read, rows.tolist(), strange, strict=True):
        yield {
            "file": name,
            **_said(row, predictor.classes),
            "notes": [*decoded.notes, *([UNLIKE] if is_strange else [])],
            **({"picture": miniature(decoded.image, size)} if size else {}),
        }


def _said(row: list[float], classes: Sequence[str]) -> dict[str, Any]:
    best_first = sorted(range(len(row)), key=lambda place: -row[place])[:TOP]
    top = [{"label": classes[place], "probability": row[place]} for place in best_first]
    return {**top[0], "top": top}


def pictures_of(paths: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Files as they are named, and everything below a folder that is not hidden or known junk, in order."""
    for given in paths:
        path = Path(given).expanduser()
        if not path.is_dir():
            yield given, path
            continue
        for file in sorted(path.rglob("*")):
            if file.is_file() and not is_litter(file.relative_to(path).as_posix()):
                yield str(file), file
