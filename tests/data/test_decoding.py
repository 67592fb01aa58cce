import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.data.decoding import decode
from core.errors import PictureError

KINDS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM")


def saved(kind: str, mode: str = "RGB", **options) -> bytes:
    noise = np.random.default_rng(3).integers(0, 256, (21, 17, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


SOUND = [saved(kind) for kind in KINDS]
SOUND += [saved("PNG", "P"), saved("PNG", "LA"), saved("TIFF", "CMYK"), saved("TIFF", compression="tiff_lzw")]
SOUND += [saved("GIF", "P", save_all=True, append_images=[Image.new("RGB", (17, 21))])]


@settings(max_examples=250, deadline=None)
@given(
    which=st.integers(0, len(SOUND) - 1),
    changes=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6),
    cut=st.integers(1, 3000) | st.none(),
)
@pytest.mark.filterwarnings("ignore")  # Pillow remarks on oddities that it then survives
def test_damaged_bytes_give_a_picture_or_a_sentence_and_nothing_else(which, changes, cut):
    content = bytearray(SOUND[which])
    for place, value in changes:
        content[place % len(content)] = value
    try:
        decoded = decode(bytes(content[:cut]), "it")
    except PictureError as error:
        assert str(error).startswith("it ")
        assert "\n" not in str(error)
    else:
        assert decoded.image.mode == "RGB"
        assert not decoded.image.info


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_no_picture(content):
    with pytest.raises(PictureError):
        decode(content, "it")


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_a_path_and_an_open_file_give_the_same_picture(kind, tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(saved(kind))
    with path.open("rb") as file:
        pictures = [np.asarray(decode(given).image) for given in (path.read_bytes(), path, file)]
    assert all(np.array_equal(pictures[0], picture) for picture in pictures)


def test_the_sentence_names_the_file(tmp_path):
    (tmp_path / "broken.png").write_bytes(saved("PNG")[:200])
    with pytest.raises(PictureError, match=r"broken\.png is damaged"):
        decode(tmp_path / "broken.png")
    with pytest.raises(PictureError, match=r"^holiday\.png is damaged"):
        decode(tmp_path / "broken.png", "holiday.png")


def test_what_a_picture_was_is_remembered():
    facts = decode(saved("TIFF", "CMYK"), "it").facts
    assert (facts.width, facts.height, facts.mode, facts.format) == (17, 21, "CMYK", "TIFF")


def test_black_and_white_and_grey_become_rgb():
    for mode in ("1", "L"):
        pixels = np.asarray(decode(saved("PNG", mode), "it").image)
        assert pixels.shape == (21, 17, 3)
        assert np.array_equal(pixels[..., 0], pixels[..., 2])
