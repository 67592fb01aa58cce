"""How time and memory grow with the number of pictures: `python -m benchmarks.growth --chart docs/images/growth.svg`.

Runs on 1, 2, 4, 8 and 16 times as many training pictures of CIFAR-10, each in a fresh process and an empty home; then
one on twice as many again, which are drawn by code; and all of them again in every further round. Time per picture is
told beyond what a run on a hundred pictures takes in the same round, for that is what starting costs; memory is the
process's own (benchmarks/growing_run.py says how).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from benchmarks.drawing import Line, lines_chart
from benchmarks.figures import Figure, answer, at_least, say
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
Round = dict[int, Taken]
"""What was taken for so many pictures."""


def measure(asked: argparse.Namespace) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        cifar = _unpacked(Path(folder) / "cifar10")
        _run(asked.kinds[0], START, cifar, Path(folder))  # warms up the machine
        told = _recorded(asked.record)
        told.update({kind: [] for kind in asked.kinds})
        for kind in asked.kinds * asked.repeats:
            told[kind].append(_round(asked, kind, cifar, Path(folder)))
            if asked.record:
                asked.record.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if asked.chart:
        asked.chart.write_text(_chart(told), encoding="utf-8")
    for kind, rounds in told.items():
        yield from _figures(kind, rounds)


def _recorded(place: Path | None) -> dict[str, list[Round]]:
    """What was measured at another time."""
    if place is None or not place.exists():
        return {}
    known = json.loads(place.read_text(encoding="utf-8"))
    return {kind: [{int(count): taken for count, taken in each.items()} for each in known[kind]] for kind in known}


def _round(asked: argparse.Namespace, kind: str, cifar: list[Path], folder: Path) -> Round:
    sizes = [START, *(asked.least * 2**power for power in range(asked.doublings + 1))]
    drawn = [asked.drawn] if asked.drawn else []
    return {count: _run(kind, count, [] if count in drawn else cifar, folder) for count in (*sizes, *drawn)}


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


def per_picture(taken: Round, count: int) -> float:
    """Milliseconds beyond the start."""
    return 1000 * (taken[count]["seconds"] - taken[START]["seconds"]) / (count - START)


def own_memory(taken: Round, count: int) -> float:
    return taken[count]["memory"] / 2**20


MEASURES = {
    "time per picture": ("milliseconds per picture, beyond the start", per_picture),
    "memory": ("the process's own memory in MiB", own_memory),
}


def _sizes(rounds: Sequence[Round]) -> list[int]:
    return sorted(rounds[0].keys() - {START})


def _figures(kind: str, rounds: Sequence[Round]) -> Iterator[Figure]:
    least, *others = _sizes(rounds)
    for count in others:
        for name, (_, of) in MEASURES.items():
            above, below = ([of(each, some) for each in rounds] for some in (count, least))
            yield Figure.of(f"{KINDS[kind]}: {name} with {count:,}", f"the same with {least:,}", above, below)


def _chart(told: Mapping[str, Sequence[Round]]) -> str:
    """The middle one of all rounds."""

    def line(kind: str, of: Callable[[Round, int], float]) -> Line:
        rounds = told[kind]
        return Line(KINDS[kind], [(count, median(of(each, count) for each in rounds)) for count in _sizes(rounds)])

    panels = {title: [line(kind, of) for kind in told] for title, of in MEASURES.values()}
    return lines_chart("How a run grows with its pictures", panels, "training pictures")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--least", type=int, default=3125)
    asked.add_argument("--doublings", type=int, default=4)
    asked.add_argument("--drawn", type=int, default=100_000, help="pictures of the run on drawn ones; 0 leaves it out")
    asked.add_argument("--kinds", nargs="+", default=[*KINDS], choices=[*KINDS])
    asked.add_argument("--repeats", type=at_least(1), default=3)
    asked.add_argument("--record", type=Path, help="a JSON file that keeps what was measured of each kind")
    asked.add_argument("--chart", type=Path, help="an SVG file to draw them into")
    answer(asked, measure)


if __name__ == "__main__":
    main()
