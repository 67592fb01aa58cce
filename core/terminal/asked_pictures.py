"""What is asked of whoever has torch, told: answers for pictures, where a run looked, how long a recipe takes."""

import re
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import NotFound, RecordError, shown
from core.service import Workbench
from core.terminal.drawing import duration, share, size
from core.terminal.exits import DONE, MENDABLE
from core.terminal.lists import tell_predictions
from core.terminal.recipes import recipe_of
from core.terminal.screen import Screen, inert

Picture = str | tuple[str, bytes]


def predict(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    samples = bench.samples(asked.run, asked.samples) if asked.samples > 0 else []
    pictures = [*_given(asked.images), *((each["file"], each["picture"]) for each in samples)]
    truths = {each["file"]: each["label"] for each in samples}
    said = bench.predict(asked.run, pictures, asked.device, familiar=asked.familiar)
    found = {**said, "predictions": [{**each, "truth": truths.get(each["file"])} for each in said["predictions"]]}
    if asked.json:
        screen.result(found)
    else:
        tell_predictions(found, screen)
    for each in found["rejected"]:
        screen.error(each["reason"])
    if not found["predictions"] and not found["rejected"]:
        screen.error("There is no picture there; name a file, or a folder that holds some.")
    return DONE if found["predictions"] else MENDABLE


def explain(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    folder = Path(asked.to).expanduser()
    looks = []
    for number, picture in enumerate(_each(_given(asked.images)), 1):
        name = picture if isinstance(picture, str) else picture[0]
        for look in bench.why(asked.run, picture, asked.classes, asked.device):
            file = _written(
                folder / f"{number}-{_plain(Path(name).stem)}-{_plain(look['label'])}.png", look.pop("heat")
            )
            looks.append({"picture": name, **look, "file": file})
    if asked.json:
        screen.result({"run": asked.run, "files": [each["file"] for each in looks], "looks": looks})
    for each in [] if asked.json else looks:
        warmest = "warmest at " if each["shows"] == "heat" else ""
        told = f"{each['label']} {share(each['probability'])}, {warmest}{each['where']}"
        screen.line(f"{inert(each['picture'])}: {inert(told)}  ({inert(each['file'])})")
    return DONE


def redraw(bench: Workbench, asked: Namespace) -> Mapping[str, Any]:
    which, folder = {"any": None, "wrong": False, "right": True}[asked.which], Path(asked.to).expanduser()
    found = bench.reconstructions(asked.run, asked.split, which, asked.count, asked.device)
    for number, row in enumerate(found["rows"], 1):
        file = folder / f"{number}-{_plain(Path(row['file']).stem)}-redrawn.png"
        row["drawn"] = _written(file, row.pop("pair"))
    return {**found, "files": [row["drawn"] for row in found["rows"]]}


def tell_redrawn(found: Mapping[str, Any], screen: Screen) -> None:
    for row in found["rows"]:
        said = row["true"] if row["right"] else f"{row['true']} taken for {row['predicted']}"
        screen.line(f"{inert(row['file'])}: {inert(said)}  ({inert(row['drawn'])})")
    if not found["rows"]:
        screen.line("No picture fits.")


def estimate(bench: Workbench, asked: Namespace) -> Mapping[str, Any]:
    return bench.estimate(recipe_of(asked), asked.device)


def tell_estimate(found: Mapping[str, Any], screen: Screen) -> None:
    low, high = duration(found["seconds_low"]), duration(found["seconds_high"])
    screen.line(f"about {duration(found['seconds'])} on {found['device']} ({low} to {high}), {found['steps']:,} steps")
    screen.line(f"memory: {size(found['memory'])}")


def _given(images: list[str]) -> list[Picture]:
    return [("stdin", sys.stdin.buffer.read()) if image == "-" else image for image in images]


def _each(pictures: list[Picture]) -> list[Picture]:
    """A folder stands for what lies in it."""
    from core.engines.predictor import pictures_of

    found: list[Picture] = []
    for each in pictures:
        found += [name for name, _ in pictures_of([each])] if isinstance(each, str) else [each]
    if not found:
        raise NotFound("There is no picture there; name a file, or a folder that holds some.")
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name)[:60].strip(".") or "picture"


def _written(file: Path, content: bytes) -> str:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise RecordError(f"{shown(str(file))} can't be written ({error.strerror}); choose another --to.") from None
    return str(file)
