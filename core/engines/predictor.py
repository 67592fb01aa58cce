"""What a finished run says about pictures of one's own: decoded safely, prepared and judged as in its training."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.entry_names import is_litter
from core.data.miniatures import miniature
from core.errors import PictureError

if TYPE_CHECKING:
    from core.data.decoding import Decoded
    from core.training.predicting import Predictor

PICTURES_AT_ONCE = 64
TOP = 5
WARM = 4
"""Networks that are kept ready to answer."""

Picture = tuple[str, bytes | Path]
"""Its name as people know it, and its bytes or the file that holds them."""


def predict(best: Path, pictures: Iterable[Picture], device: str, size: int = 0) -> dict[str, Any]:
    """A label for each picture, and a reason for each one that can't be read.

    With a size, each picture comes along as it was read: a PNG, no larger than that.
    """
    predictor = opened(best.resolve(), device)
    predictions: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    pictures = iter(pictures)
    while batch := list(islice(pictures, PICTURES_AT_ONCE)):
        read = [each for picture in batch if (each := _read(*picture, rejected))]
        predictions += _judged(predictor, read, size) if read else []
    return {"classes": list(predictor.classes), "predictions": predictions, "rejected": rejected}


@lru_cache(maxsize=WARM)
def opened(version: Path, device: str) -> "Predictor":
    """The network of a run; whoever asks again soon need not load it again. New best weights are another folder."""
    from core.training.predicting import open_predictor  # torch loads here

    return open_predictor(version, device)


def _read(name: str, content: bytes | Path, rejected: list[dict[str, Any]]) -> tuple[str, "Decoded"] | None:
    from core.data.decoding import decode

    try:
        return name, decode(content, name)
    except PictureError as error:
        rejected.append({"file": name, "reason": str(error)})
        return None


def _judged(predictor: "Predictor", read: Sequence[tuple[str, "Decoded"]], size: int) -> Iterator[dict[str, Any]]:
    rows = predictor.probabilities([decoded.image for _, decoded in read])
    for (name, decoded), row in zip(read, rows.tolist(), strict=True):
        yield {
            "file": name,
            **_said(row, predictor.classes),
            "notes": list(decoded.notes),
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
