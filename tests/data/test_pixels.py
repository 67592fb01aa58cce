"""From any picture to the network's input: squashed, cropped or padded, decoded once, the same for everyone."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as drawn
from PIL import Image

from core.data.pixels import Canvases, Preparation, measured_colours
from core.data.source import Source

PROJECT = Path(__file__).resolve().parents[2]
SHAPES = [(1, 1), (1, 5000), (5000, 1), (100, 400), (400, 100), (7, 13), (96, 96)]
"""Widths and heights."""
FITS = ["squash", "crop", "pad"]


def preparation(fit: str = "squash", size: tuple[int, int] = (32, 48)) -> Preparation:
    return Preparation(size=size, fit=fit, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))


def picture(width: int, height: int, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def ramp(width: int, height: int) -> Image.Image:
    """Redder to the right, greener to the bottom: a pixel says where it came from. Blue everywhere."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.dstack([across, down, np.full_like(across, 255)]).round().astype(np.uint8))


class Drawn:
    """A source of drawn pictures that counts how often each was read."""

    def __init__(self, count: int = 9, fingerprint: str = "drawn"):
        self.reads: Counter[int] = Counter()
        self.source = Source(
            name="drawn",
            classes=("a", "b"),
            labels=np.arange(count) % 2,
            files=[f"{number}.png" for number in range(count)],
            given=[""] * count,
            read=self._read,
            fingerprint=fingerprint,
        )

    def _read(self, index: int) -> Image.Image:
        self.reads[index] += 1
        return picture(20 + index, 40 - index, seed=index)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("size", [(32, 48), (96, 320), (224, 224)])
def test_a_picture_of_any_shape_becomes_a_canvas(shape: tuple[int, int], fit: str, size: tuple[int, int]):
    prepared = preparation(fit, size)
    canvas = prepared.canvas_of(picture(*shape))
    assert (canvas.shape, canvas.dtype) == ((*prepared.canvas, 3), np.uint8)
    assert prepared.seen(canvas[None]).shape == (1, *size, 3)


@given(drawn.integers(1, 90), drawn.integers(1, 90), drawn.integers(8, 60), drawn.integers(8, 60))
def test_any_shape_goes_onto_any_other(width: int, height: int, rows: int, columns: int):
    for fit in FITS:
        prepared = preparation(fit, (rows, columns))
        assert prepared.canvas_of(Image.new("RGB", (width, height), "white")).shape == (*prepared.canvas, 3)


def test_a_line_of_pixels_is_cropped_before_it_is_enlarged():
    """Enlarged first, this one would take 300 gigabytes."""
    canvas = preparation("crop", (224, 224)).canvas_of(Image.new("RGB", (1, 2_000_000), "white"))
    assert canvas.shape == (256, 256, 3) and canvas.min() == 255


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "CMYK", "I;16"])
def test_a_picture_of_another_mode_becomes_three_colours(mode: str):
    image = Image.new(mode, (30, 20))
    assert preparation().canvas_of(image).shape == (32, 48, 3)


def test_squashing_keeps_everything_and_changes_the_shape():
    canvas = preparation("squash", (32, 48)).canvas_of(ramp(200, 50))
    assert canvas[0, 0, 0] < 8 and canvas[-1, -1, 0] > 247 and canvas[-1, 0, 1] > 240


@pytest.mark.parametrize(("shape", "shown"), [((400, 100), (0.5, 1.0)), ((100, 400), (1.0, 0.5))])
def test_cropping_keeps_the_shape_and_shows_the_middle(shape: tuple[int, int], shown: tuple[float, float]):
    """Of a picture twice as wide as wanted, half of the width is on the canvas: its middle."""
    size = (64, 128) if shape[0] > shape[1] else (128, 64)
    canvas = preparation("crop", size).canvas_of(ramp(*shape)).astype(float)
    for axis, (first, last, share) in enumerate([(canvas[0, 0], canvas[-1, -1], each) for each in shown]):
        assert first[axis] / 255 == pytest.approx((1 - share) / 2, abs=0.02)
        assert last[axis] / 255 == pytest.approx((1 + share) / 2, abs=0.02)


def test_a_crop_is_what_resizing_and_cutting_the_centre_gives():
    image, prepared = ramp(300, 200), preparation("crop", (56, 56))
    enlarged = np.asarray(image.resize((96, 64), Image.Resampling.BILINEAR)).astype(int)
    assert np.abs(prepared.canvas_of(image).astype(int) - enlarged[:, 16:80]).max() <= 1


@pytest.mark.parametrize(
    ("shape", "black"), [((400, 100), np.s_[:10, :]), ((100, 400), np.s_[:, :10]), ((100, 400), np.s_[:, -10:])]
)
def test_padding_keeps_everything_between_black_borders(shape: tuple[int, int], black: tuple):
    canvas = preparation("pad", (64, 64)).canvas_of(ramp(*shape))
    assert canvas[black].max() == 0
    inside = canvas[canvas[..., 2] > 0].astype(int)
    assert len(inside) == 64 * 16 and np.ptp(inside[:, 0]) > 235 and np.ptp(inside[:, 1]) > 215
    assert canvas[32, 32, 2] == 255 and 118 < canvas[32, 32, 0] < 138, "the middle stays in the middle"


def test_what_is_seen_is_the_centre_of_the_canvas():
    prepared = preparation("crop", (28, 56))
    assert prepared.canvas == (32, 64)
    canvases = np.random.default_rng(0).integers(0, 256, (3, 32, 64, 3), dtype=np.uint8)
    seen = prepared.seen(canvases)
    assert np.array_equal(seen, canvases[:, 2:30, 4:60]) and seen.flags["C_CONTIGUOUS"]


@pytest.mark.parametrize("fit", ["squash", "pad"])
def test_without_a_crop_the_whole_canvas_is_seen(fit: str):
    canvases = np.random.default_rng(0).integers(0, 256, (2, 32, 48, 3), dtype=np.uint8)
    assert np.array_equal(preparation(fit).seen(canvases), canvases)


def test_a_preparation_survives_json():
    for fit in FITS:
        prepared = replace(preparation(fit), mean=(0.485, 0.456, 0.406))
        assert Preparation.from_json(json.loads(json.dumps(prepared.to_json()))) == prepared


@pytest.mark.parametrize("fit", FITS)
def test_a_kept_canvas_is_what_predict_makes_of_the_same_picture(fit: str, tmp_path: Path):
    source, prepared = Drawn().source, preparation(fit)
    kept = Canvases(source, prepared, tmp_path)[np.arange(9)]
    assert np.array_equal(kept, np.stack([prepared.canvas_of(source.read(index)) for index in range(9)]))


def test_each_picture_is_decoded_once_and_only_when_asked_for(tmp_path: Path):
    set_of = Drawn()
    canvases = Canvases(set_of.source, preparation(), tmp_path)
    first = canvases[np.array([5, 2, 5])]
    assert set_of.reads == {2: 1, 5: 1} and np.array_equal(first[0], first[2])
    canvases.ensure(np.arange(6))
    Canvases(set_of.source, preparation(), tmp_path).ensure(np.arange(9))
    assert set_of.reads == dict.fromkeys(range(9), 1)


def test_canvases_are_shown_where_they_lie_and_nobody_can_write_to_them(tmp_path: Path):
    set_of, numbers = Drawn(), np.array([5, 2, 5])
    canvases = Canvases(set_of.source, preparation(), tmp_path)
    shown = list(canvases.shown(numbers))
    assert set_of.reads == {2: 1, 5: 1} and np.array_equal(shown, canvases[numbers])
    assert np.shares_memory(shown[0], shown[2]) and not any(each.flags.writeable for each in shown)


def test_more_pictures_than_are_decoded_at_a_time_are_all_decoded(tmp_path: Path):
    set_of = Drawn(15)
    set_of.source = replace(set_of.source, labels=np.zeros(600, int), read=lambda index: picture(4, 4, seed=index))
    kept = Canvases(set_of.source, preparation(size=(4, 4)), tmp_path)[np.arange(600)]
    assert all(np.array_equal(kept[index], np.asarray(picture(4, 4, seed=index))) for index in (0, 255, 256, 599))


def test_another_fingerprint_fit_or_size_is_another_cache_but_other_colours_are_not(tmp_path: Path):
    Canvases(Drawn().source, preparation(), tmp_path).ensure(np.arange(9))
    for source, prepared in [
        (Drawn(fingerprint="changed"), preparation()),
        (Drawn(), preparation("pad")),
        (Drawn(), preparation(size=(40, 48))),
    ]:
        Canvases(source.source, prepared, tmp_path).ensure(np.arange(9))
        assert sum(source.reads.values()) == 9
    colours = Drawn()
    Canvases(colours.source, replace(preparation(), mean=(0.0, 0.0, 0.0)), tmp_path).ensure(np.arange(9))
    assert sum(colours.reads.values()) == 0


def test_another_way_of_decoding_finds_no_canvases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Canvases(Drawn().source, preparation(), tmp_path).ensure(np.arange(9))
    monkeypatch.setattr("core.data.pixels.VERSION", 0)
    later = Drawn()
    Canvases(later.source, preparation(), tmp_path).ensure(np.arange(9))
    assert sum(later.reads.values()) == 9


def test_a_picture_that_cannot_be_read_leaves_no_row_that_counts(tmp_path: Path):
    whole = Drawn()

    def torn(index: int) -> Image.Image:
        if index == 7:
            raise OSError("torn")
        return whole.source.read(index)

    with pytest.raises(OSError, match="torn"):
        Canvases(replace(whole.source, read=torn), preparation(), tmp_path).ensure(np.arange(9))
    kept = Canvases(whole.source, preparation(), tmp_path)[np.arange(9)]
    assert np.array_equal(kept[7], preparation().canvas_of(picture(27, 33, seed=7)))


def test_two_processes_that_decode_the_same_pictures_leave_what_one_would(tmp_path: Path):
    code = """
import sys
import numpy as np
from pathlib import Path
from core.data.pixels import Canvases, Preparation
from tests.data.test_pixels import Drawn, preparation
set_of = Drawn(15)
canvases = Canvases(set_of.source, preparation("crop"), Path(sys.argv[1]))
for index in range(15):
    canvases.ensure(np.array([index]))
"""
    for folder, writers in ((tmp_path / "two", 2), (tmp_path / "one", 1)):
        started = [subprocess.Popen([sys.executable, "-c", code, folder], cwd=PROJECT) for _ in range(writers)]
        assert [each.wait(60) for each in started] == [0] * writers
    one, two = ({file.name: file.read_bytes() for file in (tmp_path / n / "pixels").iterdir()} for n in ("one", "two"))
    assert one == two and len(one) == 1


def test_measured_colours_are_the_mean_and_spread_of_the_given_pictures_alone(tmp_path: Path):
    canvases, chosen = Canvases(Drawn(15).source, preparation(), tmp_path), np.arange(12)
    mean, std = measured_colours(canvases, chosen)
    pixels = canvases[chosen].reshape(-1, 3) / 255
    assert mean == pytest.approx(pixels.mean(0)) and std == pytest.approx(pixels.std(0))
    assert mean != measured_colours(canvases, np.arange(15))[0]


def test_pictures_of_one_colour_have_a_spread_that_can_be_divided_by(tmp_path: Path):
    source = replace(Drawn().source, read=lambda index: Image.new("RGB", (9, 9), (255, 0, 128)))
    mean, std = measured_colours(Canvases(source, preparation(), tmp_path), np.arange(9))
    assert mean == pytest.approx((1.0, 0.0, 128 / 255)) and min(std) > 0
