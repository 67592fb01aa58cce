import io

import numpy as np
import pytest
from PIL import Image

from core.data.folders import folder_source
from core.data.thumbnails import SIDE, cover, known_cover, mixed, page_of, sheet, thumbnails
from core.errors import NotFound


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image


@pytest.fixture
def source(draw, home):
    return folder_source("set", draw("set", {"ants": 5, "bees": 3}, size=(300, 200)), home.cache)


def test_a_thumbnail_is_a_small_png_with_its_name_and_class(source, home):
    (first,) = thumbnails(source, [6], home.cache)
    assert (first["file"], first["label"]) == ("bees/1.png", "bees")
    assert opened(first["picture"]).format == "PNG"
    assert max(opened(first["picture"]).size) == SIDE


def test_a_thumbnail_is_made_once(source, home):
    (made,) = thumbnails(source, [0], home.cache)

    def unreadable(index: int) -> Image.Image:
        raise AssertionError("it was read again")

    object.__setattr__(source, "read", unreadable)
    assert thumbnails(source, [0], home.cache) == [made]


def test_all_classes_come_in_turn(source):
    indices, total = page_of(source, None, 1, 4)
    assert total == 8
    assert [source.files[index] for index in indices] == ["ants/0.png", "bees/0.png", "ants/1.png", "bees/1.png"]
    assert mixed(np.array([1, 1, 0])).tolist() == [2, 0, 1]


def test_the_pages_of_a_class_hold_each_of_its_pictures_once(source):
    pages = [page_of(source, "ants", page, 2) for page in (1, 2, 3, 4)]
    assert [total for _, total in pages] == [5] * 4
    assert [source.files[index] for indices, _ in pages for index in indices] == [f"ants/{n}.png" for n in range(5)]


def test_a_class_that_is_not_there_is_told_in_a_sentence(source):
    with pytest.raises(NotFound, match="set has no class 'wasps'"):
        page_of(source, "wasps", 1, 9)


def test_a_cover_is_nine_pictures_as_one_and_kept(source, home):
    assert known_cover(source.fingerprint, home.cache) is None
    made = cover(source, home.cache)
    assert opened(made).size == (296, 296)
    assert known_cover(source.fingerprint, home.cache) == made


def test_long_pictures_are_shown_whole_on_nothing():
    packed = io.BytesIO()
    Image.new("RGB", (120, 30), "red").save(packed, "PNG")
    seen = np.asarray(opened(sheet([packed.getvalue()] * 2, columns=2, side=60)))
    assert seen.shape == (60, 124, 4)
    assert (seen[..., 3] > 0).sum() == 2 * 60 * 15


def test_a_home_that_cannot_be_written_shows_pictures_all_the_same(source, home):
    home.folder.rename(home.folder.with_name("away"))
    home.folder.write_text("a file where the home's folder should be")
    assert opened(cover(source, home.cache)).size == (296, 296)
