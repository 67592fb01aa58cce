"""Pictures read part by part: what each part is, what they come to together, and a drawing that shows the cuts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw

from core.data.pixels import Preparation
from core.learners.candidates import Candidate, Windows, candidates_of, cut_out
from core.learners.ink import ink_of
from core.learners.numbers import of_classes
from core.learners.part_network import PartNetwork
from core.learners.pieces import Pieces, pieces_of
from core.learners.reading import Reading, read
from core.training.folders import opening, write_folder
from core.training.modes import at_rest
from core.training.weights import Tensors

WINDOWS_AT_ONCE = 512
PICTURES_AT_ONCE = 128
DISTANCES = (0.9, 1.0, 1.1)
"""Each candidate is looked at from so many: on 900 sums of MNIST's validation digits 37 mistakes, from one alone 45."""
LEAST = 1e-12
ENLARGED = 480
"""Pixels that a drawing has at least on its longer side."""
CUTS = ("#0072b2", "#d55e00")
"""Neighbouring parts alternate between two colours that everybody can tell apart."""


@dataclass(frozen=True)
class Part:
    """One part of a picture: where it is (left, top, right, bottom), what it shows, and how surely."""

    box: tuple[int, int, int, int]
    label: str
    probability: float
    single: float
    """How probable it is that this is one thing, neither half of one nor two."""


@dataclass(frozen=True)
class Read:
    """A picture as it was cut: its parts, left to right, and what they come to together."""

    seen: np.ndarray
    parts: tuple[Part, ...]
    label: str
    probability: float
    certainty: float
    """The share of this way to cut among all."""

    def in_words(self) -> str:
        named = ", ".join(f"{part.label} ({part.probability:.0%})" for part in self.parts)
        count = f"{len(self.parts)} part{'' if len(self.parts) == 1 else 's'}"
        return f"{count}: {named}; cut like this with {self.certainty:.0%}" if self.parts else "no part was found"


@dataclass(frozen=True)
class PartReader:
    """Cuts pictures, reads the parts, and adds them up."""

    network: PartNetwork
    classes: tuple[str, ...]
    numbers: tuple[int, ...]
    values: tuple[int, ...]
    manner: str
    preparation: Preparation
    device: str = "cpu"
    model: None = None
    """No single network answers for a whole picture."""

    def probabilities(self, pictures: Sequence[Image.Image]) -> np.ndarray:
        return self.probabilities_of(np.stack([self.preparation.canvas_of(picture) for picture in pictures]))

    def probabilities_of(self, canvases: np.ndarray) -> np.ndarray:
        return np.exp(self.logits_of(canvases)).astype(np.float32)

    def logits_of(self, canvases: np.ndarray) -> np.ndarray:
        """The logarithms of the probabilities."""
        rows = [
            of_classes(reading.sums, self.numbers)
            for start in range(0, len(canvases), PICTURES_AT_ONCE)
            for _, _, reading in self._readings(canvases[start : start + PICTURES_AT_ONCE])
        ]
        return np.log(np.maximum(np.stack(rows), LEAST)).astype(np.float32)

    def parts(self, picture: Image.Image) -> Read:
        """How one picture is cut and read."""
        canvas = self.preparation.canvas_of(picture)[None]
        [(found, shares, reading)] = self._readings(canvas)
        rows = of_classes(reading.sums, self.numbers)
        return Read(
            seen=self.preparation.seen(canvas)[0],
            parts=tuple(self._part(found[place], shares[place]) for place in reading.chain),
            label=self.classes[int(rows.argmax())],
            probability=float(rows.max()),
            certainty=reading.certainty,
        )

    def _part(self, found: Candidate, shares: np.ndarray) -> Part:
        single = float(1 - shares[-1])
        value = int(shares[:-1].argmax())
        return Part(found.box, str(self.values[value]), float(shares[value] / max(single, LEAST)), single)

    def _readings(self, canvases: np.ndarray) -> list[tuple[list[Candidate], np.ndarray, Reading]]:
        ink = ink_of(self.preparation.seen(canvases))
        cut = [pieces_of(each, self.manner) for each in ink]
        found = [candidates_of(each) for each in cut]
        shares = self._shares(ink, cut, Windows.of(found))
        ends = np.cumsum([len(each) for each in found])[:-1]
        return [
            (own, rows, read(own, rows, self.values, pieces.count))
            for own, rows, pieces in zip(found, np.split(shares, ends), cut, strict=True)
        ]

    def _shares(self, ink: np.ndarray, cut: Sequence[Pieces], windows: Windows) -> np.ndarray:
        places = np.stack([each.places for each in cut])
        found = [np.zeros((0, len(self.values) + 1))]
        with at_rest(self.network), torch.inference_mode():
            for start in range(0, len(windows), WINDOWS_AT_ONCE):
                some = windows.part(start, start + WINDOWS_AT_ONCE)
                looks = [self.network(cut_out(ink, places, some.scaled(by)).to(self.device)) for by in DISTANCES]
                said = torch.stack([scores.log_softmax(1) for scores in looks]).mean(0)
                found.append(said.cpu().double().softmax(1).numpy())
        return np.concatenate(found)


def save_reader(folder: Path, state: Tensors, reader: PartReader, recipe: dict[str, Any]) -> None:
    """The weights as safetensors, and all else that reading takes as JSON."""
    config = {
        "architecture": "thaw_parts",
        "label_names": list(reader.classes),
        "part_names": [*map(str, reader.values)],
    }
    thaw = {"preparation": reader.preparation.to_json(), "recipe": recipe, "cuts": reader.manner}
    write_folder(folder, state, config, thaw)


def open_reader(folder: Path, device: str = "cpu") -> PartReader:
    """What `save_reader` wrote, ready to answer."""
    with opening(folder, "what reads the parts") as saved:
        values = tuple(int(name) for name in saved.config["part_names"])
        network = PartNetwork(len(values))
        network.load_state_dict(saved.tensors)
        return PartReader(
            network=network.eval().to(device),
            classes=saved.classes,
            numbers=tuple(int(name) for name in saved.classes),
            values=values,
            manner=saved.thaw["cuts"],
            preparation=saved.preparation,
            device=device,
        )


def drawn(read: Read) -> Image.Image:
    """The picture enlarged, each part in a box with its label and probability below it."""
    by = max(1, round(ENLARGED / max(read.seen.shape[:2])))
    height, width = (side * by for side in read.seen.shape[:2])
    line = 14
    sheet = Image.new("RGB", (width, height + 2 * line + 4), "white")
    sheet.paste(Image.fromarray(read.seen).resize((width, height), Image.Resampling.NEAREST))
    pen = ImageDraw.Draw(sheet)
    for number, part in enumerate(read.parts):
        left, top, right, bottom = (edge * by for edge in part.box)
        colour = CUTS[number % 2]
        pen.rectangle((left, top, right - 1, bottom - 1), outline=colour, width=max(1, by // 3))
        pen.text((left, height + 1 + line * (number % 2)), f"{part.label} {part.probability:.0%}", fill=colour)
    return sheet
