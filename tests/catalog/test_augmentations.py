"""Augmentations keep the picture's form, draw all chance from the address, and cut what they say they cut."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as drawn
from PIL import Image

from core.catalog.augmentations import (
    AUGMENTATIONS,
    OPERATIONS,
    Augmentation,
    centre,
    mirrored,
    random_box,
    resized,
    shifted,
    vary,
)
from core.data.batches import PICTURE, draw

SIZES = [((32, 32), (32, 32)), ((37, 37), (32, 32)), ((110, 366), (96, 320)), ((9, 2048), (8, 2048)), ((8, 8), (8, 8))]
"""Canvas and size: squashed, cropped, wide, as flat as can be, as small as can be."""


def built(*choices: Any) -> list[Augmentation]:
    return [AUGMENTATIONS.build(AUGMENTATIONS.parse(choice)) for choice in choices]


def noise(canvas: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (*canvas, 3), dtype=np.uint8)


def varied(canvas: np.ndarray, size: tuple[int, int], *choices: Any, epoch: int = 0, place: int = 0) -> np.ndarray:
    return vary(canvas, size, built(*choices), draw(PICTURE, 7, epoch, place))


@pytest.mark.parametrize(("canvas", "size"), SIZES)
@pytest.mark.parametrize("name", AUGMENTATIONS.names())
def test_what_comes_out_is_a_picture_of_the_wanted_size(name: str, canvas: tuple[int, int], size: tuple[int, int]):
    for place in range(25):
        picture = varied(noise(canvas), size, name, place=place)
        assert (picture.shape, picture.dtype) == ((*size, 3), np.uint8) and picture.flags["C_CONTIGUOUS"]


@pytest.mark.parametrize("first", AUGMENTATIONS.names())
@pytest.mark.parametrize("second", AUGMENTATIONS.names())
def test_any_two_in_any_order_end_at_the_wanted_size(first: str, second: str):
    for place in range(3):
        assert varied(noise((55, 183)), (48, 160), first, second, place=place).shape == (48, 160, 3)


@pytest.mark.parametrize("name", AUGMENTATIONS.names())
def test_the_same_address_is_the_same_picture_and_others_differ(name: str):
    canvas = noise((37, 37))
    assert np.array_equal(varied(canvas, (32, 32), name), varied(canvas, (32, 32), name))
    for address in ({"epoch": 1}, {"place": 1}):
        others = [varied(canvas, (32, 32), name, **{key: by + n for key, by in address.items()}) for n in range(20)]
        differ = [not np.array_equal(varied(canvas, (32, 32), name), other) for other in others]
        assert any(differ) is (name != "none")


@pytest.mark.parametrize("name", AUGMENTATIONS.names())
def test_no_chance_is_drawn_from_anywhere_else_and_the_canvas_stays_as_it_is(name: str):
    canvas = noise((37, 37))
    before, state = canvas.copy(), np.random.get_state()[1].copy()  # type: ignore[index,union-attr]
    varied(canvas, (32, 32), name)
    assert np.array_equal(canvas, before)
    assert np.array_equal(np.random.get_state()[1], state)  # type: ignore[index]


def test_without_an_augmentation_that_crops_the_centre_is_seen():
    canvas = noise((40, 50))
    assert np.array_equal(varied(canvas, (20, 30)), canvas[10:30, 10:40])
    assert np.array_equal(varied(canvas, (20, 30), "none"), centre(canvas, (20, 30)))
    assert np.array_equal(varied(canvas, (20, 30), {"name": "rotation", "degrees": 0}), canvas[10:30, 10:40])


def test_flip_mirrors_half_of_the_pictures_and_changes_nothing_else():
    canvas = noise((16, 16))
    made = [varied(canvas, (16, 16), "flip", place=place) for place in range(400)]
    mirrored = [np.array_equal(each, canvas[:, ::-1]) for each in made]
    assert all(np.array_equal(each, canvas) for each, other in zip(made, mirrored, strict=True) if not other)
    assert 160 < sum(mirrored) < 240


@pytest.mark.parametrize("name", ["crop_flip", "resized_crop_flip"])
@pytest.mark.parametrize("mirror", [True, False])
def test_a_crop_mirrors_half_of_the_pictures_or_none(name: str, mirror: bool):
    ramp = np.repeat(np.linspace(1, 255, 64).astype(np.uint8)[None, :, None], 64, axis=0).repeat(3, axis=2)
    made = [varied(ramp, (64, 64), {"name": name, "mirror": mirror}, place=place) for place in range(200)]
    rising = sum(int(picture[32, 48, 0]) > int(picture[32, 16, 0]) for picture in made)
    assert 70 < rising < 130 if mirror else rising == 200


def test_a_shift_shows_a_part_of_the_picture_and_black():
    white = np.full((32, 32, 3), 255, np.uint8)
    shares = [varied(white, (32, 32), "crop_flip", place=place).mean() / 255 for place in range(200)]
    assert min(shares) >= (28 / 32) ** 2 and max(shares) == 1.0
    assert np.array_equal(varied(white, (32, 32), {"name": "crop_flip", "padding": 0}), white)


def test_a_shift_reaches_every_place_that_it_may():
    dot = np.zeros((16, 16, 3), np.uint8)
    dot[8, 8] = 255
    choice = {"name": "crop_flip", "padding": 0.125, "mirror": False}
    reached = {tuple(np.argwhere(varied(dot, (16, 16), choice, place=place)[..., 0])[0]) for place in range(500)}
    assert reached == {(row, column) for row in range(6, 11) for column in range(6, 11)}


@given(
    drawn.integers(1, 300),
    drawn.integers(1, 300),
    drawn.integers(1, 300),
    drawn.integers(1, 300),
    drawn.floats(0.01, 1),
)
def test_a_random_box_lies_within_the_canvas(height: int, width: int, rows: int, columns: int, smallest: float):
    for place in range(5):
        chance = draw(PICTURE, 0, 0, place)
        top, left, tall, wide = random_box((height, width), (rows, columns), smallest, chance)
        assert min(top, left) >= 0 and min(tall, wide) >= 1 and top + tall <= height and left + wide <= width


@pytest.mark.parametrize(
    ("canvas", "size"), [((224, 224), (224, 224)), ((110, 366), (96, 320)), ((366, 110), (320, 96))]
)
@pytest.mark.parametrize("smallest", [0.08, 0.5, 0.9])
def test_a_random_box_has_the_stated_area_and_shape(canvas: tuple[int, int], size: tuple[int, int], smallest: float):
    boxes = [random_box(canvas, size, smallest, draw(PICTURE, 0, 0, place)) for place in range(300)]
    areas = np.array([tall * wide for _, _, tall, wide in boxes]) / (canvas[0] * canvas[1])
    shapes = np.array([wide / tall for _, _, tall, wide in boxes]) / (size[1] / size[0])
    assert areas.min() > smallest * 0.95 and areas.max() <= 1.0
    assert shapes.min() > 3 / 4 * 0.95 and shapes.max() < 4 / 3 * 1.05
    assert areas.min() < smallest + 0.15 and np.ptp(shapes) > 0.1
    assert len({box[:2] for box in boxes}) > 50


def test_a_box_that_cannot_be_found_is_the_centre_in_the_wanted_shape():
    assert random_box((100, 400), (50, 50), 1.0, draw(PICTURE, 0, 0, 0)) == (0, 150, 100, 100)


@pytest.mark.parametrize("canvas", [(1, 1), (1, 50), (50, 1)])
@pytest.mark.parametrize("name", AUGMENTATIONS.names())
def test_a_line_of_pixels_does_not_break_it(name: str, canvas: tuple[int, int]):
    for place in range(40):
        assert varied(noise(canvas), canvas, name, place=place).shape == (*canvas, 3)


def test_a_rotation_stays_within_its_angle_and_opens_black_corners():
    white = np.full((65, 65, 3), 255, np.uint8)
    turned = [varied(white, (65, 65), {"name": "rotation", "degrees": 180}, place=place) for place in range(50)]
    assert all(picture[32, 32, 0] == 255 for picture in turned) and any(picture[0, 0, 0] == 0 for picture in turned)
    mark = np.zeros((65, 65, 3), np.uint8)
    mark[31:34, 60:63] = 255  # to the right of the centre
    for place in range(100):
        rows, columns = np.nonzero(varied(mark, (65, 65), {"name": "rotation", "degrees": 15}, place=place)[..., 0])
        angle = np.degrees(np.arctan2(rows.mean() - 32, columns.mean() - 32))
        assert abs(angle) <= 15.5


def test_colours_change_no_more_than_they_may():
    grey = np.full((8, 8, 3), 100, np.uint8)
    made = [varied(grey, (8, 8), {"name": "colour", "strength": 0.2}, place=place) for place in range(100)]
    levels = [float(picture.mean()) for picture in made]
    assert 79 <= min(levels) < 90 and 110 < max(levels) <= 121
    assert np.array_equal(varied(grey, (8, 8), {"name": "colour", "strength": 0}), grey)


@pytest.mark.parametrize("place", range(12))
def test_an_operation_of_no_strength_leaves_the_picture_as_it_is(place: int):
    image = Image.fromarray(np.dstack([np.arange(256, dtype=np.uint8).reshape(16, 16)] * 3))
    assert np.array_equal(np.asarray(OPERATIONS[place](image, 0.0)), np.asarray(image))


def test_randaugment_of_more_strength_changes_more():
    canvas = np.asarray(Image.radial_gradient("L").convert("RGB").resize((48, 48)))

    def change(strength: float) -> float:
        choice = {"name": "randaugment", "strength": strength}
        made = [varied(canvas, (48, 48), choice, place=place) for place in range(60)]
        return float(np.mean([np.abs(picture.astype(int) - canvas).mean() for picture in made]))

    assert change(0.1) < change(0.5) < change(1.0)
    assert len(OPERATIONS) == 14 and "fourteen" in AUGMENTATIONS.help("randaugment")


@given(drawn.integers(1, 90), drawn.integers(1, 90), drawn.integers(8, 70), drawn.integers(8, 70))
def test_another_size_is_what_pillow_would_make_of_it(height: int, width: int, rows: int, columns: int):
    picture = np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    wanted = np.asarray(Image.fromarray(picture).resize((columns, rows), Image.Resampling.BILINEAR))
    found = resized(picture, (rows, columns))
    assert found.shape == wanted.shape and found.dtype == np.uint8 and found.flags.c_contiguous
    apart = np.abs(found.astype(int) - wanted)
    assert apart.max() <= 2 and (apart > 1).sum() < 10


@given(drawn.integers(1, 90), drawn.integers(1, 90), drawn.integers(8, 70), drawn.integers(8, 70))
def test_a_picture_may_be_mirrored_before_it_is_resized_or_after(height: int, width: int, rows: int, columns: int):
    picture = noise((height, width))
    assert np.array_equal(resized(mirrored(picture), (rows, columns)), mirrored(resized(picture, (rows, columns))))


@given(drawn.integers(1, 20), drawn.integers(1, 20), drawn.floats(-1, 1), drawn.floats(-1, 1))
def test_a_shifted_picture_is_a_part_of_it_within_a_black_border(height: int, width: int, up: float, left: float):
    picture, rows, columns = noise((height, width)), round(up * height), round(left * width)
    bordered = np.pad(picture, ((height, height), (width, width), (0, 0)))
    wanted = bordered[height + rows : 2 * height + rows, width + columns : 2 * width + columns]
    assert np.array_equal(shifted(picture, rows, columns), wanted)


def test_what_pillow_made_is_taken_as_it_is_without_a_warning(recwarn: pytest.WarningsRecorder):
    picture = np.asarray(Image.radial_gradient("L").convert("RGB"))
    torch.set_warn_always(True)  # else only the first array of a process is warned of
    try:
        assert np.array_equal(mirrored(picture), picture[:, ::-1])
        assert resized(picture, (20, 30)).shape == (20, 30, 3)
    finally:
        torch.set_warn_always(False)
    assert not picture.flags.writeable and not recwarn.list


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux lists a process's threads there")
@pytest.mark.parametrize("name", AUGMENTATIONS.names())
def test_no_threads_are_woken_beside_those_that_the_network_computes_with(name: str):
    """Threads that vary pictures while a network learns would call torch's own: it took 1.4 times as long."""

    def threads() -> set[str]:
        return {each.name for each in Path("/proc/self/task").iterdir()}

    def woken() -> set[str]:
        before = threads()  # of which any may end meanwhile
        for place in range(20):
            varied(noise((256, 256)), (224, 224), name, place=place)
        return threads() - before

    had = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with ThreadPoolExecutor(1) as other:
            assert not other.submit(woken).result()
    finally:
        torch.set_num_threads(had)
