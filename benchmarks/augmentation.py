"""How many times quicker training pictures are varied from kept pixels than from their files: one core, at 224.

    python -m benchmarks.augmentation

The tutorial's way: Pillow decodes a JPEG, torchvision cuts out and resizes a random part, mirrors half of the pictures,
and makes a normalised tensor. Ours: such a part of a kept 256-pixel canvas, mirrored, stacked, normalised as a batch.
Both end with float32 that a network takes. Other ways to vary pictures are timed beside it.
"""

import argparse
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image

from benchmarks.figures import Figure, answer, say
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
OTHERS = ("flip", "crop_flip", "rotation", "colour", "randaugment", "trivial")


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
        acts = {"tutorial": lambda: _as_tutorials_do(jpegs)}
        for name in ("resized_crop_flip", *OTHERS):
            acts[name] = lambda name=name: _from_the_cache(kept, name, numbers)
        taken = in_turn(acts, asked.rounds)
    per_picture = {name: len(jpegs) if name == "tutorial" else len(numbers) for name in acts}
    rates = {name: [each / per_picture[name] for each in seconds] for name, seconds in taken.items()}
    say(", ".join(f"{name} {1 / min(each):,.0f} a second" for name, each in rates.items()))
    tutorial = rates.pop("tutorial")
    for name, rate in rates.items():
        yield Figure.of("the tutorial's way, from JPEG files", f"{name} from kept pixels", tutorial, rate)


def _kept(dataset: str, folder: Path) -> Canvases:
    home = Home.from_environment()
    if located(dataset, home).place is None:
        raise SystemExit(f"{dataset} is not found below THAW_DATA; name another folder of photographs by --dataset.")
    preparation = Preparation(size=(SIZE, SIZE), fit="crop", mean=MEAN, std=STD)
    kept = Canvases(open_source(dataset, Home(folder)), preparation, folder)
    kept.ensure(np.arange(len(kept.source)))
    return kept


def _as_tutorials_do(jpegs: list[bytes]) -> None:
    from torchvision import transforms

    vary = transforms.Compose(
        [
            transforms.RandomResizedCrop(SIZE),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )
    made = (vary(Image.open(io.BytesIO(each)).convert("RGB")) for each in jpegs)
    while batch := list(islice(made, BATCH)):
        torch.stack(batch)  # type: ignore[arg-type]


def _from_the_cache(kept: Canvases, name: str, numbers: np.ndarray) -> None:
    varied = Varied(kept, [AUGMENTATIONS.build(AUGMENTATIONS.choose(name))], seed=0)
    for batch in np.split(numbers, range(BATCH, len(numbers), BATCH)):
        normalised(varied.pictures(batch, epoch=0), kept.preparation, "cpu")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dataset", default="hymenoptera")
    asked.add_argument("--pictures", type=int, default=256)
    asked.add_argument("--rounds", type=int, default=5)
    answer(asked, measure)


if __name__ == "__main__":
    main()
