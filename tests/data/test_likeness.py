import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from core.data.likeness import CROWD, identical, look_at, nearly_identical


def scene(seed: int, size: tuple[int, int] = (120, 90)) -> Image.Image:
    """A drawn picture with shapes and shading, unlike those of other seeds."""
    chance = np.random.default_rng(seed)
    image = Image.fromarray(chance.integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(6):
        x, y, radius = chance.integers(0, 90, 3)
        pen.ellipse((x, y, x + radius / 3, y + radius / 3), fill=tuple(map(int, chance.integers(0, 256, 3))))
    return image


def saved_again(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=70)
    return Image.open(buffer).convert("RGB")


CHANGES = {
    "saved again": saved_again,
    "smaller": lambda image: image.resize((image.width // 2, image.height // 2)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.05),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_nearly_the_same(change):
    looks = [look_at(scene(seed)) for seed in range(20)] + [look_at(CHANGES[change](scene(7)))]
    assert (7, 20) in nearly_identical(looks)
    assert identical(looks) == []


def test_different_pictures_are_not_alike():
    assert nearly_identical([look_at(scene(seed)) for seed in range(60)]) == []


def test_the_same_pixels_are_the_same_picture_whatever_the_file():
    looks = [look_at(scene(1)), look_at(scene(2)), look_at(scene(1))]
    assert identical(looks) == [[0, 2]]
    assert nearly_identical(looks) == []


def test_the_same_bytes_in_another_shape_are_another_picture():
    pixels = np.arange(72, dtype=np.uint8)
    assert identical([look_at(Image.fromarray(pixels.reshape(shape))) for shape in ((4, 6, 3), (6, 4, 3))]) == []


def test_pictures_of_one_colour_are_like_nothing():
    assert nearly_identical([look_at(Image.new("RGB", (9, 9), (level, level, level))) for level in range(50)]) == []


def test_a_crowd_of_likenesses_is_bounded_and_still_found():
    one = np.asarray(scene(3))
    crowd = [look_at(Image.fromarray(np.clip(one + np.uint8(0), 0, 255)))]
    for place in range(CROWD + 100):
        changed = one.copy()
        changed[place % 90, place % 120, 0] ^= 1 + place // 90
        crowd.append(look_at(Image.fromarray(changed)))
    pairs = nearly_identical(crowd)
    assert {place for pair in pairs for place in pair} >= set(range(CROWD))
    assert len(pairs) < len(crowd) * CROWD


def test_a_look_knows_mean_and_spread():
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8))
    look, pixels = look_at(image), np.asarray(image) / 255
    assert np.allclose(look.mean, pixels.mean((0, 1)))
    assert np.allclose(look.square, (pixels**2).mean((0, 1)))
