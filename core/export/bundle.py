"""A folder to take away: drafted beside its place and moved there when it is whole, never over what somebody has."""

import io
import json
import secrets
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.data.pixels import Preparation
from core.errors import RecordError, shown, telling_of_a_full_disk


@contextmanager
def drafted(place: Path, force: bool = False, kept: Sequence[Path] = ()) -> Iterator[Path]:
    """A folder to fill. It stands at `place` when everything went well; whatever went wrong leaves no trace.

    What lies in `place` is replaced if `force` says so, unless the person, their home or what is `kept` is there.
    """
    if force and any(each.resolve().is_relative_to(place.resolve()) for each in (Path.cwd(), Path.home(), *kept)):
        raise RecordError(f"{shown(str(place))} holds more than an export, so --force leaves it alone; name another.")
    insist_on_room(place, force)
    draft = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
    try:
        with telling_of_a_full_disk(place.parent), _telling_of_places(place):
            draft.mkdir(parents=True)
            yield draft
            _move(draft, place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def insist_on_room(place: Path, force: bool) -> None:
    """An empty folder is as good as none."""
    if place.is_dir() and (force or not any(place.iterdir())):
        return
    if place.is_dir():
        raise RecordError(f"The folder {shown(str(place))} is not empty; name another, or say --force to replace it.")
    if place.exists() or place.is_symlink():
        raise RecordError(f"{shown(str(place))} is a file; name a folder that is not there yet.")


@contextmanager
def _telling_of_places(place: Path) -> Iterator[None]:
    try:
        yield
    except (PermissionError, NotADirectoryError, FileExistsError, FileNotFoundError) as error:
        raise RecordError(f"{shown(str(place))} can't be written ({error.strerror}); name another folder.") from None


def _move(draft: Path, place: Path) -> None:
    """What stood there goes aside first, and comes back if the move fails."""
    aside = place.with_name(f"{draft.name}-before")
    if place.exists():
        place.rename(aside)
    try:
        draft.rename(place)
    except OSError:
        if aside.exists():
            aside.rename(place)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def copy_weights(best: Path, folder: Path) -> None:
    """Everything that was saved as the best: weights and JSON, nothing pickled."""
    for file in sorted(best.resolve().iterdir()):
        if file.is_file():
            shutil.copyfile(file, folder / file.name)


def zipped(folder: Path) -> bytes:
    """A folder as a ZIP archive that unpacks into one folder; what does not shrink is not squeezed for long."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.write(file, file.relative_to(folder.parent))
    return buffer.getvalue()


def write_labels(folder: Path, classes: Sequence[str]) -> None:
    """The classes' names, in the order of the network's answers."""
    _write_json(folder / "labels.json", list(classes))


def write_preprocessing(folder: Path, preparation: Preparation) -> None:
    """What becomes of a picture before the network, step by step, for whoever writes it in another language."""
    height, width = preparation.size
    steps = [
        {"step": "decode", "to": "upright RGB, 8 bits"},
        {
            "step": "resize",
            "fit": preparation.fit,
            "height": preparation.canvas[0],
            "width": preparation.canvas[1],
            "filter": "bilinear, with antialiasing (Pillow's BILINEAR)",
            "how": FITS[preparation.fit],
        },
        {"step": "centre crop", "height": height, "width": width},
        {"step": "divide", "by": 255},
        {"step": "normalise", "mean": list(preparation.mean), "std": list(preparation.std)},
        {"step": "layout", "to": "batch, channels, height, width (float32)"},
    ]
    _write_json(folder / "preprocessing.json", {**preparation.to_json(), "steps": steps})


FITS = {
    "squash": "height and width are set, whatever shape the picture has",
    "crop": "the largest middle part of the wanted shape is resized",
    "pad": "the whole picture is made to fit, in the middle of black borders",
}


def _write_json(place: Path, content: object) -> None:
    place.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
