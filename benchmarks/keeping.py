"""Is it right about keeping? `python -m benchmarks.keeping [--network mobilenetv2_100]`.

At every border between stages: the seconds that a frozen prefix takes in all epochs, over those of computing it once,
writing its features and reading them in each epoch. Above 1 keeping pays; beside it stands what a run would decide.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import timm
import torch

from benchmarks.figures import Figure, answer, at_least, say
from core.data.rows import Rows
from core.training.counting import operations_of
from core.training.keeping import Costs, memory_for_reading, reason_against, room_on
from core.training.parts import parts_of
from core.training.splitting import Cut, cut_below

PICTURES, BATCH = 32, 16


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--network", default="resnet18")
    asked.add_argument("--size", type=int, default=224)
    asked.add_argument("--epochs", nargs="+", type=int, default=[2, 5, 20])
    asked.add_argument("--rounds", type=at_least(1), default=3)
    answer(asked, measured)


def measured(given: argparse.Namespace) -> Iterator[Figure]:
    model = timm.create_model(given.network, num_classes=2).eval().to(memory_format=torch.channels_last)
    pictures = torch.randn(PICTURES, 3, given.size, given.size).contiguous(memory_format=torch.channels_last)
    parts = parts_of(model, "stage")
    with torch.inference_mode():
        model(pictures[:BATCH])
        seconds = _seconds(lambda: _through(model, pictures))
        pace = PICTURES * operations_of(model, lambda: model(pictures[:1])) / seconds
        for lowest in range(len(parts) - 1, 0, -1):
            learning = {name for part in parts[lowest:] for name in part.parameters}
            if cut := cut_below(model, learning, pictures[:2]):
                yield from _at_border(model, cut, pictures, pace, given)


def _at_border(
    model: torch.nn.Module, cut: Cut, pictures: torch.Tensor, pace: float, given: argparse.Namespace
) -> Iterator[Figure]:
    making, writing, reading = np.array([_seconds_of(cut, pictures) for _ in range(1 + given.rounds)])[1:].T
    features = cut.prefix(pictures[:1])
    size, picture = features.numel() * features.element_size(), pictures[:1]
    rates = [PICTURES * size / np.median(each) / 1e6 for each in (writing, reading)]
    say(f"{cut.boundary}: {size / 1e3:.0f} kB a picture, written at {rates[0]:.0f} MB/s, read at {rates[1]:.0f}")
    costs = Costs(
        operations=operations_of(model, lambda: model(picture)) - operations_of(model, lambda: cut.suffix(features)),
        row_bytes=size,
        pictures=PICTURES,
        epochs=1,
        pace=pace,
        room=room_on(Path(tempfile.gettempdir())),
        memory=memory_for_reading(),
    )
    for epochs in given.epochs:
        decided = "left" if reason_against(replace(costs, epochs=epochs)) else "kept"
        name = f"{given.network} below {cut.boundary}, {epochs} epochs, {decided}: afresh"
        yield Figure.of(name, "keeping", list(epochs * making), list(making + writing + epochs * reading))


def _seconds_of(cut: Cut, pictures: torch.Tensor) -> tuple[float, float, float]:
    """To make the features, to write them safely, and to read them."""
    numbers, began = np.arange(PICTURES), time.perf_counter()
    made = _through(cut.prefix, pictures)
    making, features = time.perf_counter() - began, torch.cat(made).contiguous().numpy()
    with tempfile.TemporaryDirectory() as folder:
        rows = Rows(Path(folder), "features", PICTURES, features.shape[1:], np.float32)

        def write() -> None:
            rows.write(numbers, features)
            rows.settle(numbers)

        def read() -> None:
            for batch in np.split(numbers, PICTURES // BATCH):
                torch.from_numpy(rows[batch])

        return making, _seconds(write), _seconds(read)


def _through(compute: Callable[[torch.Tensor], torch.Tensor], pictures: torch.Tensor) -> list[torch.Tensor]:
    return [compute(batch) for batch in pictures.split(BATCH)]


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
