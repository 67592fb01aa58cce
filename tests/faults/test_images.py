"""Lines 1 to 15 of the fault list: one picture that nobody vouches for."""

import io
import os
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from core.data.decoding import decode
from core.errors import PictureError

pytestmark = pytest.mark.faults


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photograph(width: int = 60, height: int = 40) -> Image.Image:
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(noise)


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(decode(content, "it").image)


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(PictureError) as caught:
        decode(content, name)
    sentence = str(caught.value)
    assert name in sentence
    assert "\n" not in sentence
    return sentence


def test_line_01_an_empty_file_is_refused():
    assert "empty file" in refusal(b"", "nothing.jpg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM"])
def test_line_02_a_truncated_picture_is_rejected(kind):
    whole = saved(photograph(), kind)
    assert "cannot be read" in refusal(whole[: len(whole) * 2 // 3], "cut.jpg")


def test_line_03_a_16_bit_picture_is_rescaled_not_clipped():
    values = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    decoded = decode(saved(Image.fromarray(values), "PNG"), "deep.png")
    assert decoded.facts.mode.startswith("I")
    seen = np.asarray(decoded.image)[..., 0]
    assert np.array_equal(seen.ravel(), np.arange(256))
    assert decoded.notes == ("16 bits a pixel were rescaled to 8",)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.0, 255.0), (-3.0, 7000.0)])
def test_line_04_a_float_tiff_is_normalised(low, high):
    values = np.linspace(low, high, 256, dtype=np.float32).reshape(16, 16)
    seen = pixels(saved(Image.fromarray(values), "TIFF"))
    assert seen.min() == 0
    assert seen.max() == 255
    assert len(np.unique(seen)) > 250


def test_line_04_a_float_tiff_without_numbers_is_rejected():
    values = np.full((4, 4), np.nan, np.float32)
    assert "not numbers" in refusal(saved(Image.fromarray(values), "TIFF"), "nan.tiff")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_line_05_transparent_parts_become_white(mode):
    red = Image.new("RGBA", (8, 8), (200, 0, 0, 255))
    red.paste((0, 0, 0, 0), (0, 0, 4, 8))
    seen = pixels(saved(red.convert(mode), "PNG"))
    assert (seen[:, :4] == 255).all()
    assert (seen[:, 4:] != 255).any(axis=2).all()


def test_line_06_cmyk_becomes_rgb():
    red = Image.new("RGB", (32, 32), (250, 10, 10)).convert("CMYK")
    seen = pixels(saved(red, "JPEG", quality=100))
    assert seen.shape == (32, 32, 3)
    assert seen[..., 0].min() > 230
    assert seen[..., 1:].max() < 30


def test_line_07_an_animation_gives_its_first_frame_with_a_notice():
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue", "green")]
    decoded = decode(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), "moving.gif")
    assert (np.asarray(decoded.image) == (255, 0, 0)).all()
    assert decoded.notes == ("only the first of 3 frames is used",)


def test_line_08_orientation_is_applied_and_nothing_else_of_exif_is_kept():
    lying = Image.new("RGB", (40, 20), "white")
    lying.paste("black", (0, 0, 10, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "the secret garden"
    exif[0x8825] = {1: "N", 2: (45.0, 26.0, 0.0)}
    decoded = decode(saved(lying, "JPEG", exif=exif, quality=100), "lying.jpg").image
    assert decoded.size == (20, 40)
    seen = np.asarray(decoded.convert("L"))
    assert seen[:9].max() < 30
    assert seen[12:].min() > 225
    assert not decoded.info
    assert not dict(decoded.getexif())
    assert b"garden" not in saved(decoded, "JPEG")


def test_line_09_heic_is_read_or_asked_for_as_jpeg():
    try:
        import pillow_heif
    except ImportError:
        heic = b"\x00\x00\x00\x18ftypheic" + bytes(64)
        assert "convert to JPEG" in refusal(heic, "phone.heic")
        return
    content = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), (0, 120, 250))).save(content)
    seen = pixels(content.getvalue())
    assert seen.shape == (48, 64, 3)
    assert abs(seen.astype(int) - (0, 120, 250)).max() < 12


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "SVG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "PostScript"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "HTML"),
        (b"%PDF-1.4\n", "a PDF"),
    ],
)
def test_line_10_other_formats_named_jpg_are_rejected(content, kind):
    sentence = refusal(content, "picture.jpg")
    assert f"it holds {kind}" in sentence
    assert "convert it to JPEG or PNG" in sentence


def png_of(width: int, height: int, bits: int) -> bytes:
    """A PNG of one colour whose file is tiny however large the picture, written without making the picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = bytes(1 + (width * bits + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_line_11_30000_by_30000_is_rejected():
    assert "25 megapixels" in refusal(png_of(30_000, 30_000, 1), "huge.png")


def test_line_12_a_small_file_of_169_megapixels_is_rejected():
    content = png_of(13_001, 13_001, 1)
    assert len(content) < 40_000
    assert "25 megapixels" in refusal(content, "bomb.png")


def test_line_12_the_size_is_judged_before_anything_is_decoded():
    without_pixels = png_of(13_001, 13_001, 1)[:41]
    assert "25 megapixels" in refusal(without_pixels, "bomb.png")
    assert "damaged" in refusal(png_of(100, 100, 1)[:41], "small.png")


def test_line_12_just_under_the_limit_is_accepted():
    assert decode(png_of(5000, 5000, 1), "large.png").image.size == (5000, 5000)
    assert "5001 x 5000 pixels" in refusal(png_of(5001, 5000, 1), "larger.png")


def test_line_13_a_jpeg_named_png_is_accepted_by_its_content(tmp_path):
    path = tmp_path / "really_a_jpeg.png"
    path.write_bytes(saved(photograph(), "JPEG"))
    decoded = decode(path)
    assert decoded.facts.format == "JPEG"
    assert decoded.image.size == (60, 40)


def test_line_14_what_is_appended_to_a_picture_does_not_survive():
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("payload.txt", "canary")
    polyglot = saved(photograph().convert("P"), "GIF") + hidden.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(polyglot))
    again = saved(decode(polyglot, "both.gif").image, "PNG")
    assert not zipfile.is_zipfile(io.BytesIO(again))
    assert b"canary" not in again


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
def test_line_15_the_smallest_and_thinnest_pictures_are_valid(size):
    assert decode(saved(Image.new("RGB", size, "red"), "PNG"), "thin.png").image.size == size


def test_a_pipe_or_a_huge_file_named_like_a_picture_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(300 << 20)
    for name, word in (("pipe.jpg", "not a file"), ("huge.jpg", "256 MiB"), ("gone.jpg", "cannot be read")):
        with pytest.raises(PictureError, match=word):
            decode(tmp_path / name)
