"""What a finished run says about pictures of one's own: decoded safely, prepared and judged as in its training."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.entry_names import is_litter
from core.errors import PictureError

if TYPE_CHECKING:
    from core.training.predicting import Predictor

PICTURES_AT_ONCE = 64
TOP = 5
WARM = 4
"""Networks that are kept ready to answer."""

Picture = tuple[str, bytes | Path]
"""Its name as people know it, and its bytes or the file that holds them."""


def predict(best: Path, pictures: Iterable[Picture], device: str) -> dict[str, Any]:
    """A label for each picture, and a reason for each one that can't be read."""
    predictor = opened(best.resolve(), device)
    predictions: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    pictures = iter(pictures)
    while batch := list(islice(pictures, PICTURES_AT_ONCE)):
        _judge(predictor, batch, predictions, rejected)
    return {"predictions": predictions, "rejected": rejected}


@lru_cache(maxsize=WARM)
def opened(version: Path, device: str) -> "Predictor":
    """The network of a run; whoever asks again soon need not load it again. New best weights are another folder."""
    from core.training.predicting import open_predictor  # torch loads here

    return open_predictor(version, device)


def _judge(
    predictor: "Predictor", batch: Sequence[Picture], predictions: list[dict[str, Any]], rejected: list[dict[str, Any]]
) -> None:
    from core.data.decoding import decode

    read, files = [], []
    for name, content in batch:
        try:
            read.append(decode(content, name))
            files.append(name)
        except PictureError as error:
            rejected.append({"file": name, "reason": str(error)})
    if read:
        rows = predictor.probabilities([each.image for each in read])
        for file, decoded, row in zip(files, read, rows.tolist(), strict=True):
            predictions.append(_said(file, row, predictor.classes, decoded.notes))


def _said(file: str, row: list[float], classes: Sequence[str], notes: Sequence[str]) -> dict[str, Any]:
    best_first = sorted(range(len(row)), key=lambda place: -row[place])[:TOP]
    top = [{"label": classes[place], "probability": row[place]} for place in best_first]
    return {"file": file, **top[0], "top": top, "notes": list(notes)}


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
