"""How training pictures are varied, so that a network learns what stays the same.

An augmentation works on one uint8 picture (height x width x 3) and draws all its chance from the generator it is
given, which training addresses by (seed, epoch, position, view): threads and resumes cannot change a picture.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from core.catalog.registry import Registry, knob

Picture = np.ndarray
Draw = np.random.Generator


class Augmentation(ABC):
    """One way to vary a picture."""

    crops: bool = False
    """Whether it chooses the part of the larger canvas that is seen; if none does, the centre is."""

    @abstractmethod
    def apply(self, picture: Picture, size: tuple[int, int], draw: Draw) -> Picture:
        """The varied picture; `size` (height, width) is what training wants in the end."""


AUGMENTATIONS: Registry[Augmentation] = Registry("augmentation")


def centre(picture: Picture, size: tuple[int, int]) -> Picture:
    """The middle of the canvas: what evaluation sees, and training where nothing else was asked for."""
    top, left = ((have - want) // 2 for have, want in zip(picture.shape, size, strict=False))
    return picture[top : top + size[0], left : left + size[1]]


def vary(picture: Picture, size: tuple[int, int], augmentations: list[Augmentation], draw: Draw) -> Picture:
    """One picture through all augmentations, in their order; where none of them crops, its centre goes through."""
    if not any(each.crops for each in augmentations):
        picture = centre(picture, size)
    for augmentation in augmentations:
        picture = augmentation.apply(picture, size, draw)
    return np.ascontiguousarray(picture)


def flipped(picture: Picture, draw: Draw) -> Picture:
    return mirrored(picture) if draw.random() < 0.5 else picture


def mirrored(picture: Picture) -> Picture:
    """Left to right, colour by colour: a quarter of the time that NumPy takes for pixels of three bytes.

    torch is quicker still, but wakes threads of its own for each picture, which the network then waits for.
    """
    made = np.empty(picture.shape, picture.dtype)
    for colour in range(picture.shape[2]):
        made[..., colour] = picture[:, ::-1, colour]
    return made


def resized(picture: Picture, size: tuple[int, int]) -> Picture:
    """As Pillow does it, in a quarter of its time; where both round twice, a byte may differ by one, rarely by two."""
    if picture.shape[:2] == size:
        return picture
    from torch import from_numpy
    from torch.nn.functional import interpolate

    picture = np.ascontiguousarray(picture)
    if not picture.flags.writeable:  # Pillow's are not, which torch warns of
        picture = picture.copy()
    # The batch comes first: torch sees only then that a pixel's colours lie side by side, and leaves them so.
    batch = from_numpy(picture)[None].permute(0, 3, 1, 2)
    return interpolate(batch, size, mode="bilinear", antialias=True)[0].permute(1, 2, 0).numpy()


@AUGMENTATIONS.register("none")
@dataclass(frozen=True)
class Nothing(Augmentation):
    """Every picture as it is, the same in every epoch; what a frozen prefix computes can then be kept."""

    def apply(self, picture: Picture, size: tuple[int, int], draw: Draw) -> Picture:
        return picture


@AUGMENTATIONS.register("flip")
@dataclass(frozen=True)
class Flip(Augmentation):
    """Mirror half of the pictures left to right. Not for digits or text."""

    def apply(self, picture: Picture, size: tuple[int, int], draw: Draw) -> Picture:
        return flipped(picture, draw)


@AUGMENTATIONS.register("crop_flip")
@dataclass(frozen=True)
class CropFlip(Augmentation):
    """Shift the picture a little over a black border, and mirror half of them: the classic for small pictures."""

    padding: float = knob(0.125, low=0.0, high=0.5, help="The border, as a share of height and width.")
    mirror: bool = knob(True, help="Also mirror half of the pictures; switch off for digits and text.")
    crops = True

    def apply(self, picture: Picture, size: tuple[int, int], draw: Draw) -> Picture:
        rows, columns = (math.ceil(side * self.padding) for side in size)
        up, left = int(draw.integers(2 * rows + 1)) - rows, int(draw.integers(2 * columns + 1)) - columns
        made = shifted(centre(picture, size), up, left)
        return flipped(made, draw) if self.mirror else made


def shifted(picture: Picture, up: int, left: int) -> Picture:
    """Moved over a black ground."""
    made = np.zeros(picture.shape, picture.dtype)
    (to_rows, from_rows), (to_columns, from_columns) = map(_overlap, picture.shape, (up, left))
    made[to_rows, to_columns] = picture[from_rows, from_columns]
    return made


def _overlap(side: int, back: int) -> tuple[slice, slice]:
    """Where the pixels of a side that is moved back by so many come to, and where they come from."""
    return slice(max(0, -back), side - max(0, back)), slice(max(0, back), side - max(0, -back))


@AUGMENTATIONS.register("resized_crop_flip")
@dataclass(frozen=True)
class ResizedCropFlip(Augmentation):
    """Cut out a random part of random size and shape, enlarge it, mirror half: the classic for photographs."""

    smallest: float = knob(0.08, low=0.01, high=1.0, help="The smallest part, as a share of the picture's area.")
    mirror: bool = knob(True, help="Also mirror half of the pictures; switch off for text.")
    crops = True

    def apply(self, picture: Picture, size: tuple[int, int], draw: Draw) -> Picture:
        top, left, height, width = random_box(picture.shape[:2], size, self.smallest, draw)
        cut = picture[top : top + height, left : left + width]
        # Mirrored first, it is the same to the last bit, and most parts have fewer pixels before they are enlarged.
        return resized(flipped(cut, draw) if self.mirror else cut, size)


def random_box(
    canvas: tuple[int, int], size: tuple[int, int], smallest: float, draw: Draw
) -> tuple[int, int, int, int]:
    """Top, left, height, width of a part with 3:4 to 4:3 of the wanted shape; the centre if ten tries find none."""
    wanted = size[1] / size[0]
    for _ in range(10):
        area = canvas[0] * canvas[1] * draw.uniform(smallest, 1.0)
        shape = wanted * math.exp(draw.uniform(math.log(3 / 4), math.log(4 / 3)))
        height, width = round(math.sqrt(area / shape)), round(math.sqrt(area * shape))
        if 0 < height <= canvas[0] and 0 < width <= canvas[1]:
            top, left = int(draw.integers(canvas[0] - height + 1)), int(draw.integers(canvas[1] - width + 1))
            return top, left, height, width
    height = max(1, min(canvas[0], round(canvas[1] / wanted)))
    width = max(1, min(canvas[1], round(canvas[0] * wanted)))
    return (canvas[0] - height) // 2, (canvas[1] - width) // 2, height, width


@AUGMENTATIONS.register("rotation")
@dataclass(frozen=True)
class Rotation(Augmentation):
    """Turn each picture by a random angle; the corners that open are black."""

    degrees: float = knob(15.0, low=0.0, high=180.0, help="The largest angle, to either side.")

    def apply(self, picture: Picture, size: tuple[int, int], draw: Draw) -> Picture:
        angle = draw.uniform(-self.degrees, self.degrees)
        return np.asarray(Image.fromarray(picture).rotate(angle, Image.Resampling.BILINEAR))


@AUGMENTATIONS.register("colour")
@dataclass(frozen=True)
class Colour(Augmentation):
    """Change brightness, contrast and saturation at random: light and cameras differ, the label does not."""

    strength: float = knob(0.2, low=0.0, high=1.0, help="The largest change of each, as a share.")

    def apply(self, picture: Picture, size: tuple[int, int], draw: Draw) -> Picture:
        image = Image.fromarray(picture)
        for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            image = enhance(image).enhance(1 + draw.uniform(-self.strength, self.strength))
        return np.asarray(image)


def _shear(image: Image.Image, across: float, down: float) -> Image.Image:
    return image.transform(image.size, Image.Transform.AFFINE, (1, across, 0, down, 1, 0), Image.Resampling.BILINEAR)


def _shift(image: Image.Image, across: float, down: float) -> Image.Image:
    move = (1, 0, across * image.width, 0, 1, down * image.height)
    return image.transform(image.size, Image.Transform.AFFINE, move, Image.Resampling.BILINEAR)


OPERATIONS: list[Any] = [
    lambda image, size: image,
    lambda image, size: _shear(image, 0.3 * size, 0),
    lambda image, size: _shear(image, 0, 0.3 * size),
    lambda image, size: _shift(image, 0.3 * size, 0),
    lambda image, size: _shift(image, 0, 0.3 * size),
    lambda image, size: image.rotate(30 * size, Image.Resampling.BILINEAR),
    lambda image, size: ImageEnhance.Brightness(image).enhance(1 + 0.9 * size),
    lambda image, size: ImageEnhance.Color(image).enhance(1 + 0.9 * size),
    lambda image, size: ImageEnhance.Contrast(image).enhance(1 + 0.9 * size),
    lambda image, size: ImageEnhance.Sharpness(image).enhance(1 + 0.9 * size),
    lambda image, size: ImageOps.posterize(image, 8 - round(4 * abs(size))),
    lambda image, size: ImageOps.solarize(image, 256 - round(256 * abs(size))),
    lambda image, size: ImageOps.autocontrast(image),
    lambda image, size: ImageOps.equalize(image),
]
"""What RandAugment and TrivialAugment choose from; `size` runs from -1 to 1."""


@AUGMENTATIONS.register("randaugment")
@dataclass(frozen=True)
class RandAugment(Augmentation):
    """A few operations drawn from fourteen (shear, shift, turn, colour, contrast, ...), all of one strength."""

    operations: int = knob(2, low=1, high=10, help="How many operations each picture goes through.")
    strength: float = knob(0.3, low=0.0, high=1.0, help="How strong each operation is.")

    def apply(self, picture: Picture, size: tuple[int, int], draw: Draw) -> Picture:
        image = Image.fromarray(picture)
        for _ in range(self.operations):
            strength = self.strength * (1 if draw.random() < 0.5 else -1)
            image = OPERATIONS[int(draw.integers(len(OPERATIONS)))](image, strength)
        return np.asarray(image)


@AUGMENTATIONS.register("trivial")
@dataclass(frozen=True)
class TrivialAugment(Augmentation):
    """One of RandAugment's fourteen operations at a random strength: nothing to tune, and hard to beat."""

    def apply(self, picture: Picture, size: tuple[int, int], draw: Draw) -> Picture:
        operation = OPERATIONS[int(draw.integers(len(OPERATIONS)))]
        return np.asarray(operation(Image.fromarray(picture), float(draw.uniform(-1, 1))))
