"""How many times quicker training pictures are varied from kept pixels than from their files: one core, at 224.

    python -m benchmarks.augmentation

The tutorial's way: Pillow decodes a JPEG, torchvision cuts out and resizes a random part, mirrors half of the pictures,
and makes a normalised tensor. Ours: such a part of a kept 256-pixel canvas, mirrored, stacked, normalised as a batch.
Both end with float32 that a network takes; once more both end with bytes, as making numbers of them is another's work
where a GPU does it. Other ways to vary pictures are timed beside it.
"""

import argparse
import io
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from PIL import Image

from benchmarks.figures import Figure, answer, at_least, say
from benchmarks.turns import in_turn
from core.catalog.augmentations import AUGMENTATIONS
from core.data.batches import Varied
from core.data.finding import located, open_source
from core.data.pixels import Canvases, Preparation
from core.home import Home
from core.training.memory import hold_freed_memory
from core.training.predicting import normalised

SIZE, BATCH = 224, 32
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MAIN = "resized_crop_flip"
OTHERS = ("flip", "crop_flip", "rotation", "colour", "randaugment", "trivial")

TUTORIAL, TO_BYTES = "tutorial's way", "tutorial's way to bytes"


def measure(asked: argparse.Namespace) -> Iterator[Figure]:
    torch.set_num_threads(1)
    hold_freed_memory()  # as every run does
    with TemporaryDirectory() as folder:
        kept = _kept(asked.dataset, Path(folder))
        numbers = np.arange(asked.pictures) % len(kept.source)
        files = [str(kept.source.files[number]) for number in numbers.tolist()]
        place = located(asked.dataset, Home.from_environment()).place
        assert place is not None
        jpegs = [(place / file).read_bytes() for file in files if file.endswith(".jpg")]
        theirs = {
            TUTORIAL: lambda: _as_tutorials_do(jpegs, torch.stack, *_to_numbers()),
            TO_BYTES: lambda: _as_tutorials_do(jpegs, np.stack, np.asarray),
        }
        ours: dict[str, Callable[[], None]] = {f"{MAIN}, bytes": lambda: _bytes_from_the_cache(kept, numbers)}
        for name in (MAIN, *OTHERS):
            ours[name] = lambda name=name: _from_the_cache(kept, name, numbers)
        taken = in_turn(theirs | ours, asked.rounds)
    rates = {
        name: [each / len(jpegs if name in theirs else numbers) for each in seconds] for name, seconds in taken.items()
    }
    say(", ".join(f"{name} {1 / min(each):,.0f} a second" for name, each in rates.items()))
    for name in ours:
        beside = TO_BYTES if name.endswith("bytes") else TUTORIAL
        yield Figure.of(f"the {beside}, from JPEG files", f"{name} from kept pixels", rates[beside], rates[name])


def _kept(dataset: str, folder: Path) -> Canvases:
    home = Home.from_environment()
    if located(dataset, home).place is None:
        raise SystemExit(f"{dataset} is not found below THAW_DATA; name another folder of photographs by --dataset.")
    preparation = Preparation(size=(SIZE, SIZE), fit="crop", mean=MEAN, std=STD)
    kept = Canvases(open_source(dataset, Home(folder)), preparation, folder)
    kept.ensure(np.arange(len(kept.source)))
    return kept


def _to_numbers() -> list[Callable[[Any], Any]]:
    from torchvision import transforms

    return [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]


def _as_tutorials_do(jpegs: list[bytes], stack: Callable[[list[Any]], object], *then: Callable[[Any], Any]) -> None:
    from torchvision import transforms

    vary = transforms.Compose([transforms.RandomResizedCrop(SIZE), transforms.RandomHorizontalFlip(), *then])
    made = (vary(Image.open(io.BytesIO(each)).convert("RGB")) for each in jpegs)
    while batch := list(islice(made, BATCH)):
        stack(batch)


def _from_the_cache(kept: Canvases, name: str, numbers: np.ndarray) -> None:
    for pictures in _varied(kept, name, numbers):
        normalised(pictures, kept.preparation, "cpu")


def _bytes_from_the_cache(kept: Canvases, numbers: np.ndarray) -> None:
    for _ in _varied(kept, MAIN, numbers):
        pass


def _varied(kept: Canvases, name: str, numbers: np.ndarray) -> Iterator[np.ndarray]:
    """In batches of bytes."""
    varied = Varied(kept, [AUGMENTATIONS.build(AUGMENTATIONS.choose(name))], seed=0)
    for batch in np.split(numbers, range(BATCH, len(numbers), BATCH)):
        yield varied.pictures(batch, epoch=0)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dataset", default="hymenoptera")
    asked.add_argument("--pictures", type=int, default=256)
    asked.add_argument("--rounds", type=at_least(1), default=5)
    answer(asked, measure)


if __name__ == "__main__":
    main()
