"""How time and memory grow with the number of pictures: `python -m benchmarks.growth --chart docs/images/growth.svg`.

Runs on 1, 2, 4, 8 and 16 times as many training pictures of CIFAR-10, each in a fresh process and an empty home; then
one on twice as many again, which are drawn by code. Time per picture is told beyond what a run on a hundred pictures
takes, for that is what starting costs; memory is the process's own (benchmarks/growing_run.py says how).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.drawing import Line, lines_chart
from benchmarks.figures import Figure, answer, say
from core.data.archives import ON_DISK, extract
from core.data.finding import located
from core.errors import NotFound
from core.home import Home

START = 100
TESTED = 1000
KINDS = {"head": "head only", "last_stages": "last stage"}
ABOUT = {
    "dataset": "growing",
    "backbone": "resnet18",
    "pretrained": False,
    "image_size": [32, 32],
    "epochs": 2,
    "batch_size": 128,
}

Taken = dict[str, float]


def measure(asked: argparse.Namespace) -> Iterator[Figure]:
    sizes = [asked.least * 2**power for power in range(asked.doublings + 1)]
    with tempfile.TemporaryDirectory() as folder:
        cifar = _unpacked(Path(folder) / "cifar10")
        _run(asked.kinds[0], START, cifar, Path(folder))  # warms up the machine
        told = _recorded(asked.record)
        for kind in asked.kinds:
            told[kind] = {count: _run(kind, count, cifar, Path(folder)) for count in (START, *sizes)}
            if asked.drawn:
                told[kind][asked.drawn] = _run(kind, asked.drawn, [], Path(folder))
            if asked.record:
                asked.record.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if asked.chart:
        asked.chart.write_text(_chart(told), encoding="utf-8")
    for kind, taken in told.items():
        yield from _figures(kind, taken)


def _recorded(place: Path | None) -> dict[str, dict[int, Taken]]:
    """What was measured at another time."""
    if place is None or not place.exists():
        return {}
    known = json.loads(place.read_text(encoding="utf-8"))
    return {kind: {int(count): taken for count, taken in counts.items()} for kind, counts in known.items()}


def _unpacked(folder: Path) -> list[Path]:
    """The training pictures of CIFAR-10, then its test pictures, every class in turn."""
    place = located("cifar10", Home.from_environment()).place
    if place is None:
        raise NotFound("cifar10 is not found; name the folder that it lies in by THAW_DATA.")
    if not place.is_dir():
        folder.mkdir()
        extract(place, folder, ON_DISK)
        place = folder
    return sorted(place.rglob("*.jpg"), key=lambda file: ("train" not in file.parts, file.name, file.parent.name))


def _run(kind: str, count: int, pictures: Sequence[Path], folder: Path) -> Taken:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        data, home = Path(place) / "data", Path(place) / "home"
        _lay_out(data / "growing", count, pictures)
        recipe = json.dumps({**ABOUT, "strategy": kind})
        command = [sys.executable, "-m", "benchmarks.growing_run", str(home), recipe]
        environment = {**os.environ, "THAW_DATA": str(data)}
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    taken = json.loads(done.stdout)
    say(f"{KINDS[kind]}, {count:,} pictures: {taken['seconds']:.1f} s, {taken['memory'] / 2**20:.0f} MiB")
    return taken


def _lay_out(folder: Path, count: int, pictures: Sequence[Path]) -> None:
    """So many pictures to learn from, and always as many to be tested by."""
    if not pictures:
        _draw(folder, "train", count)
        _draw(folder, "test", TESTED)
        return
    by_split = {split: [each for each in pictures if split in each.parts] for split in ("train", "test")}
    for split, wanted in (("train", count), ("test", TESTED)):
        for file in _evenly(by_split[split], wanted):
            place = folder / split / file.parent.name / file.name
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, place)


def _evenly(files: Sequence[Path], count: int) -> list[Path]:
    """As many of each class."""
    classes: dict[str, list[Path]] = {}
    for file in files:
        classes.setdefault(file.parent.name, []).append(file)
    found = list(islice((each for row in zip(*classes.values(), strict=False) for each in row), count))
    if len(found) < count:
        raise NotFound(f"There are {len(found):,} such pictures, not {count:,}; choose fewer --doublings.")
    return found


def _draw(folder: Path, split: str, count: int) -> None:
    """Noise around one of ten colours."""
    chance = np.random.default_rng(len(split))
    for number, label in zip(range(count), cycle(range(10))):
        pixels = chance.integers(0, 128, (32, 32, 3), np.uint8) + np.uint8(12 * label)
        place = folder / split / f"class{label}" / f"{number:06}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place, quality=90)


def per_picture(taken: Mapping[int, Taken], count: int) -> float:
    """Milliseconds beyond the start."""
    return 1000 * (taken[count]["seconds"] - taken[START]["seconds"]) / (count - START)


def _figures(kind: str, taken: Mapping[int, Taken]) -> Iterator[Figure]:
    least = min(count for count in taken if count != START)
    for count in sorted(taken):
        if count > least:
            name, against = f"{KINDS[kind]}: time per picture with {count:,}", f"the same with {least:,}"
            yield Figure.of(name, against, [per_picture(taken, count)], [per_picture(taken, least)])
            memory = [taken[count]["memory"]], [taken[least]["memory"]]
            yield Figure.of(f"{KINDS[kind]}: memory with {count:,}", against, *memory)


def _chart(told: Mapping[str, Mapping[int, Taken]]) -> str:
    panels = {
        "milliseconds per picture, beyond the start": per_picture,
        "the process's own memory in MiB": lambda taken, count: taken[count]["memory"] / 2**20,
    }
    grown = {kind: [count for count in sorted(taken) if count != START] for kind, taken in told.items()}
    lines = {
        name: [Line(KINDS[kind], [(count, of(told[kind], count)) for count in grown[kind]]) for kind in told]
        for name, of in panels.items()
    }
    return lines_chart("How a run grows with its pictures", lines, "training pictures")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--least", type=int, default=3125)
    asked.add_argument("--doublings", type=int, default=4)
    asked.add_argument("--drawn", type=int, default=100_000, help="pictures of the run on drawn ones; 0 leaves it out")
    asked.add_argument("--kinds", nargs="+", default=[*KINDS], choices=[*KINDS])
    asked.add_argument("--record", type=Path, help="a JSON file that keeps what was measured of each kind")
    asked.add_argument("--chart", type=Path, help="an SVG file to draw them into")
    answer(asked, measure)


if __name__ == "__main__":
    main()
